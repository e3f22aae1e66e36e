/**
 * A policy that is made, changed and removed while packets flow: how long each change takes, what leaks
 * meanwhile, and that whoever is admitted before and after is never cut off.
 */
import {
  analyseChange,
  claim,
  expect,
  type Observation,
  podPort,
  type Probe,
  progress,
  type Reading,
  type Series,
  test,
  untilThere,
  type Vantage,
} from '#helpers';
import { covers } from '../requirements/index.ts';
import { admitsExactly } from './groups.ts';
import type { Policy } from './semantics.ts';

const everyMs = 250;
/** Longer than any pause of a busy host, so that a slow answer is no lost one. */
const timeoutMs = 2_000;

/** One that knocks at the house. */
interface Client {
  readonly vantage: Vantage;
  readonly control: Probe;
  readonly probe: Probe;
}

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

test.describe('a policy', () => {
  test(
    'is made, changed and removed in time, and cuts off nobody whom it admits throughout',
    covers('POL-TIME-01', 'POL-UPDATE-01', 'POL-UPDATE-02', 'POL-REMOVE-01', 'POL-SG-03'),
    async ({ budgets, cloud, cluster, namespace, probes }, testInfo) => {
      const [house, friend, former, later] = await Promise.all([
        namespace.pod('house', { labels: { role: 'house' } }),
        namespace.pod('friend', { labels: { role: 'friend' } }),
        namespace.pod('former', { labels: { role: 'former' } }),
        namespace.pod('later', { labels: { role: 'later' } }),
      ]);
      const target = { host: house.ip, port: podPort };
      const [ofFriend, ofFormer, ofLater] = [friend, former, later].map((pod) => ({
        vantage: probes.in(pod),
        // A client that reaches the friend is alive, whatever becomes of its way to the house.
        control: probes.in(pod).probe('tcp', { host: friend.ip, port: podPort }, { timeoutMs }),
        probe: probes.in(pod).probe('tcp', target, { timeoutMs }),
      })) as [Client, Client, Client];
      const reaches = ({ vantage, control, probe }: Client): Reading<Observation> =>
        vantage.beside(control, probe);
      const open = { verdict: 'open' } as const;
      const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };
      const before = await untilThere(cloud.portOf(house), budgets.podReady);

      await test.step('without a policy, everybody reaches the house', async () => {
        for (const client of [ofFriend, ofFormer, ofLater]) {
          await expect(reaches(client)).toSettleOn(open, budgets.dataplane);
        }
      });

      const watches = await Promise.all(
        [ofFriend, ofFormer, ofLater].map(({ vantage, probe }) =>
          vantage.watch(probe, { everyMs }),
        ),
      );
      // Everybody is sampled once before the first change.
      await expect(reaches(ofLater)).toSettleOn(open, budgets.dataplane);
      const madeAt = Date.now();
      const policy = await namespace.policy('door', admitting('friend', 'former'));

      await test.step('who is not admitted is kept out, and the others go on', async () => {
        await expect(reaches(ofLater)).toSettleOn(silent, budgets.policyEffective);
        await expect(reaches(ofFriend)).toSettleOn(open, budgets.policyEffective);
        await expect(reaches(ofFormer)).toSettleOn(open, budgets.policyEffective);
      });

      const group = await untilThere(cloud.securityGroupOf(policy), budgets.policyEffective);

      await test.step('its one security group has a rule for each pod that it admits, and none for everybody', async () => {
        await expect(cloud.securityGroupOf(policy)).toSettleOn(
          admitsExactly([friend.ip, former.ip]),
          budgets.policyEffective,
        );
        await expect(cloud.portOf(house)).toSettleOn(
          { securityGroupIds: [group.id] },
          budgets.policyEffective,
        );
      });

      const changedAt = Date.now();
      await namespace.policy('door', admitting('friend', 'later'));

      await test.step('a changed policy admits whom it names now, by the same security group', async () => {
        await expect(reaches(ofLater)).toSettleOn(open, budgets.policyEffective);
        await expect(reaches(ofFormer)).toSettleOn(silent, budgets.policyEffective);
        await expect(cloud.securityGroupOf(policy)).toSettleOn(
          admitsExactly([friend.ip, later.ip]),
          budgets.policyEffective,
        );
        await expect(cloud.portOf(house)).toSettleOn(
          { securityGroupIds: [group.id] },
          budgets.policyEffective,
        );
      });

      const removedAt = Date.now();
      await namespace.withdraw(policy.name);

      await test.step('without the policy everybody is admitted, and nothing of it is left', async () => {
        await expect(reaches(ofFormer)).toSettleOn(open, budgets.policyEffective);
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          claim('is gone', (record) => record === undefined),
          budgets.policyEffective,
        );
        await expect(cloud.securityGroupOf(policy)).toSettleOn(
          claim('is gone', (left) => left === undefined),
          budgets.policyEffective,
        );
        await expect(cloud.portOf(house)).toSettleOn(
          { securityGroupIds: before.securityGroupIds },
          budgets.policyEffective,
        );
      });

      const [throughout, closing, opening] = (await Promise.all(
        watches.map((watch) => watch.stop()),
      )) as [Series, Series, Series];
      const isOpen = ({ verdict }: { readonly verdict: string }): boolean => verdict === 'open';
      const isSilent = (sample: { readonly verdict: string }): boolean => !isOpen(sample);
      const until = (series: Series, end: number): Series => ({
        ...series,
        // One that is under way at the next change may have met either state.
        samples: series.samples.filter(({ at, latencyMs }) => at + latencyMs < end),
      });
      const figures = {
        made: analyseChange(until(opening, changedAt), { at: madeAt, isCorrect: isSilent }),
        changedToClosed: analyseChange(until(closing, removedAt), {
          at: changedAt,
          isCorrect: isSilent,
        }),
        changedToOpen: analyseChange(until(opening, removedAt), {
          at: changedAt,
          isCorrect: isOpen,
        }),
        removed: analyseChange(closing, { at: removedAt, isCorrect: isOpen }),
      };
      await testInfo.attach('convergence', {
        body: JSON.stringify(figures, undefined, 2),
        contentType: 'application/json',
      });
      for (const [what, { stableMs, leakMs }] of Object.entries(figures)) {
        progress(`${what}: right for good after ${stableMs ?? 'no'} ms, wrong until ${leakMs} ms`);
      }

      await test.step('each change is in force within its budget, and stays so', () => {
        for (const [what, { stableMs, relapses }] of Object.entries(figures)) {
          expect(
            stableMs ?? Infinity,
            `policy ${what}: ms until it is right for good`,
          ).toBeLessThanOrEqual(budgets.policyEffective.withinMs);
          expect(relapses, `policy ${what}: wrong samples after the first right one`).toBe(0);
        }
      });

      await test.step('the friend, whom every version admits, is never cut off', () => {
        const lost = throughout.samples.filter(isSilent);

        expect(throughout.samples.length).toBeGreaterThan(0);
        expect(
          lost.map(({ at, verdict }) => `${verdict} ${at - madeAt} ms after the policy was made`),
          'policy made: answers that its neighbours did not get',
        ).toEqual([]);
      });
    },
  );
});
