import { expect, test } from '@playwright/test';
import { type KuryrRelease, kuryrReleases } from '../world.ts';
import { isOpen, releaseOf } from './release.ts';
import { handlersOf } from './settings.ts';

const kind = { kind: 'kind' } as const;
const of = (kuryr: KuryrRelease): ReturnType<typeof releaseOf> =>
  releaseOf({ kuryr, cluster: kind });

test.describe('a release', () => {
  for (const [line, records] of [
    ['0.4', ['annotation', 'none', 'none', 'annotation']],
    ['0.5', ['annotation', 'KuryrNet', 'none', 'annotation']],
    ['1.0', ['annotation', 'KuryrNet', 'KuryrNetPolicy', 'annotation']],
    ['2.0', ['annotation', 'KuryrNetwork', 'KuryrNetPolicy', 'annotation']],
    ['3.0', ['KuryrPort', 'KuryrNetwork', 'KuryrNetworkPolicy', 'KuryrLoadBalancer']],
    ['10.0', ['KuryrPort', 'KuryrNetwork', 'KuryrNetworkPolicy', 'KuryrLoadBalancer']],
  ] as const) {
    test(`${line} keeps its records as ${records.join(', ')}`, () => {
      const { podRecord, networkRecord, policyRecord, balancerRecord } = of(line);

      expect([podRecord, networkRecord, policyRecord, balancerRecord]).toEqual(records);
    });
  }

  for (const [line, api, open] of [
    ['1.1', [2, 28], false],
    ['2.0', [2, 10], false],
    ['2.0', [2, 11], true],
    ['3.0', [2, 11], false],
    ['3.0', [2, 13], true],
    ['10.0', [2, 10], false],
    ['10.0', [2, 28], true],
  ] as const) {
    test(`${line} ${open ? 'makes' : 'skips'} a second listener on a port with Octavia ${api.join('.')}`, () => {
      expect(isOpen(of(line).gates.samePort, api)).toBe(open);
    });
  }

  test('offers SCTP from Wallaby on, with Octavia 2.23', () => {
    const offering = kuryrReleases.filter((line) => isOpen(of(line).gates.sctp, [2, 23]));

    expect(offering).toEqual(['4.0', '5.0', '6.0', '7.0', '8.0', '9.0', '10.0']);
    expect(isOpen(of('10.0').gates.sctp, [2, 22])).toBe(false);
  });

  test('writes events from Yoga, names by uid from Zed, reconciles more with each', () => {
    expect(kuryrReleases.find((line) => of(line).hasEvents)).toBe('6.0');
    expect(kuryrReleases.find((line) => of(line).namesByUid)).toBe('7.0');
    expect(
      ['4.0', '5.0', '6.0', '7.0'].map((line) => of(line as KuryrRelease).reconciled.length),
    ).toEqual([0, 1, 2, 4]);
  });

  test('of OpenShift has double listeners earlier, and the default service from 4.8', () => {
    const fork = (release: string): ReturnType<typeof releaseOf> =>
      releaseOf({ kuryr: '1.1', cluster: { kind: 'openshift', release } });

    expect(isOpen(fork('4.2').gates.samePort, [2, 13])).toBe(false);
    expect(isOpen(fork('4.3').gates.samePort, [2, 13])).toBe(true);
    expect(fork('4.7').handlesDefaultService).toBe(false);
    expect(fork('4.10').handlesDefaultService).toBe(true);
  });

  test('has the handlers of its setup.cfg', () => {
    expect(handlersOf({ kuryr: '0.4' })).not.toContain('namespace');
    expect(handlersOf({ kuryr: '1.1' })).toContain('kuryrnet');
    expect(handlersOf({ kuryr: '10.0' })).toContain('kuryrnetworkpolicy');
  });
});
