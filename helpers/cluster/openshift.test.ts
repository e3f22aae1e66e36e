import { expect, test } from '@playwright/test';
import { expectedTcpDns } from './openshift.ts';

test.describe('OpenShift forces resolvers to TCP', () => {
  for (const [release, octavia, isDue] of [
    ['4.2.36', [2, 13], true],
    ['4.3.0', [2, 10], true],
    ['4.3.0', [2, 13], false],
    ['4.6.1', [2, 0], true],
    ['4.10.67', [2, 12], true],
    ['4.10.67', [2, 24], false],
    ['4.11.0', [2, 10], false],
    ['4.14.0', [2, 0], false],
    ['5.0.0', [2, 0], false],
  ] as const) {
    test(`${isDue ? '' : 'not '}in ${release} with Octavia ${octavia.join('.')}`, () => {
      const { webhook, options } = expectedTcpDns(release, octavia);

      expect(webhook).toEqual(isDue ? { failurePolicies: ['Ignore'] } : undefined);
      expect(options).toEqual(isDue ? ['use-vc'] : []);
    });
  }
});
