/**
 * Connections that are there before a policy is: it ends those that it does not admit, and none that it
 * admits is lost over its making, change or removal.
 */
import {
  analyseChange,
  expect,
  type Observation,
  podPort,
  type Probe,
  type ProbePod,
  progress,
  type Reading,
  type Series,
  test,
  type Watch,
} from '#helpers';
import { covers } from '../requirements/index.ts';
import type { Policy } from './semantics.ts';

const everyMs = 250;
/** Of a kept connection; longer than any pause of a busy host, so that a slow answer is no lost one. */
const patienceMs = 2_000;
const open = { verdict: 'open' } as const;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

function admitting(...roles: readonly string[]): Policy {
  return {
    podSelector: { matchLabels: { role: 'house' } },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: roles.map((role) => ({ podSelector: { matchLabels: { role } } })),
        ports: [{ protocol: 'TCP', port: podPort }],
      },
    ],
  };
}

/** How a connection ended, sample by sample; one that goes on gives nothing. */
function endOf({ samples }: Series): string[] {
  return samples
    .filter(({ verdict }, index) => verdict === 'rejected' || index === samples.length - 1)
    .filter(({ verdict }) => verdict !== 'open')
    .map(({ verdict, detail = '' }) => `${verdict}: ${detail}`);
}

test.describe('a connection that is there before a policy', () => {
  test(
    'ends when the policy does not admit it, and outlasts the policy when it does',
    covers('POL-CONN-01', 'POL-CONN-02'),
    async ({ budgets, cluster, namespace, probes }) => {
      const [house, friend, stranger] = await Promise.all([
        namespace.pod('house', { labels: { role: 'house' } }),
        namespace.pod('friend', { labels: { role: 'friend' } }),
        namespace.pod('stranger', { labels: { role: 'stranger' } }),
      ]);
      const to = (from: ProbePod, { ip, name }: ProbePod, timeoutMs: number): Probe =>
        probes
          .in(from)
          .probe('tcp', { host: ip, port: podPort }, { timeoutMs, expect: { pods: [name] } });
      const anew = (from: ProbePod): Reading<Observation> => {
        const { withinMs } = budgets.answer;
        return probes.in(from).beside(to(from, friend, withinMs), to(from, house, withinMs));
      };
      const kept = (from: ProbePod, target: ProbePod): Promise<Watch> =>
        probes.in(from).watch(to(from, target, patienceMs), { everyMs, isKept: true });

      await expect(anew(friend)).toSettleOn(open, budgets.dataplane);
      await expect(anew(stranger)).toSettleOn(open, budgets.dataplane);
      const [admitted, unadmitted, elsewhere] = await Promise.all([
        kept(friend, house),
        kept(stranger, house),
        kept(stranger, friend),
      ]);
      await expect(anew(stranger)).toSettleOn(open, budgets.dataplane);
      const madeAt = Date.now();
      const policy = await namespace.policy('door', admitting('friend'));

      await test.step('who is not admitted opens no new connection', async () => {
        await expect(anew(stranger)).toSettleOn(silent, budgets.policyEffective);
        await expect(anew(stranger)).toHold(silent, budgets.quiet);
      });

      await test.step('and the one that was open is silent or ended, within the same time', async () => {
        const { stableMs, relapses } = analyseChange(await unadmitted.stop(), {
          at: madeAt,
          isCorrect: ({ verdict }) => verdict !== 'open',
        });
        progress(`connection without admission: silent for good after ${stableMs ?? 'no'} ms`);
        expect(
          stableMs ?? Infinity,
          'policy made: ms until the connection is silent for good',
        ).toBeLessThanOrEqual(budgets.policyEffective.withinMs);
        expect(relapses, 'policy made: answers over the connection after its first silence').toBe(
          0,
        );
      });

      await test.step('a changed policy is in force', async () => {
        await namespace.policy('door', admitting('friend', 'stranger'));
        await expect(anew(stranger)).toSettleOn(open, budgets.policyEffective);
      });

      await test.step('a removed policy is gone', async () => {
        await namespace.withdraw(policy.name);
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          undefined,
          budgets.policyEffective,
        );
        await expect(anew(friend)).toSettleOn(open, budgets.policyEffective);
      });

      await test.step('what was admitted throughout is the same connection still', async () => {
        expect(
          endOf(await admitted.stop()),
          'policy made: end of the connection that it admits',
        ).toEqual([]);
        expect(
          endOf(await elsewhere.stop()),
          'policy made: end of the connection to a pod that it does not select',
        ).toEqual([]);
      });
    },
  );
});
