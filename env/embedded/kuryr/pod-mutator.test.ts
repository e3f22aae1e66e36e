import { expect, test } from '@playwright/test';
import type { Axes } from '../world.ts';
import type { Pod } from './api/resources.ts';
import { type PodMutator, podMutator } from './pod-mutator.ts';
import type { ApiVersion } from './release.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'demo', uid: '', resourceVersion: '' },
  spec: { containers: [] },
};

function mutatorFor(release: string, api: ApiVersion): PodMutator | undefined {
  const cluster: Axes['cluster'] =
    release === '' ? { kind: 'kind' } : { kind: 'openshift', release };
  return podMutator({ axes: { cluster } }, api);
}

test.describe('the webhook of OpenShift', () => {
  for (const [release, api, isThere] of [
    ['4.2', [2, 13], true],
    ['4.3', [2, 13], false],
    ['4.3', [2, 10], true],
    ['4.10', [2, 10], true],
    ['4.11', [2, 10], false],
    ['', [2, 0], false],
  ] as const) {
    test(`is ${isThere ? '' : 'not '}deployed by ${release || 'upstream'} with Octavia ${api.join('.')}`, () => {
      expect(mutatorFor(release, api) !== undefined).toBe(isThere);
    });
  }

  test('adds use-vc once', () => {
    const mutate = mutatorFor('4.6', [2, 10]);
    const once = mutate?.(pod);

    expect(once?.spec.dnsConfig?.options).toEqual([{ name: 'use-vc' }]);
    expect(mutate?.(once ?? pod)).toBe(once);
  });
});
