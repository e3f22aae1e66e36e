/**
 * Labels that come and go: policies follow them, on the pods that they select, on the pods that they
 * admit, and on the namespaces of these.
 */
import {
  type Cluster,
  expect,
  type Observation,
  podPort,
  type ProbePod,
  type Reading,
  test,
  type Vantage,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const open = { verdict: 'open' } as const;
const silent = { verdict: expect.stringMatching(/^(dropped|rejected)$/) };

/** A pod knocks at the house while the witness, whom no policy selects, answers it. */
function knock(
  inside: Vantage,
  at: { readonly house: ProbePod; readonly witness: ProbePod },
  timeoutMs: number,
): Reading<Observation> {
  const [control, probe] = [at.witness, at.house].map(({ ip, name }) =>
    inside.probe('tcp', { host: ip, port: podPort }, { timeoutMs, expect: { pods: [name] } }),
  ) as [ReturnType<Vantage['probe']>, ReturnType<Vantage['probe']>];
  return inside.beside(control, probe);
}

function relabel(
  cluster: Cluster,
  { namespace, name }: ProbePod,
  labels: Readonly<Record<string, string | null>>,
): Promise<void> {
  return cluster.relabel({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } }, labels);
}

test.describe('a policy follows the labels', () => {
  test(
    'of the pods that it selects',
    covers('POL-LABEL-01'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const [house, witness, guest] = await Promise.all([
        namespace.pod('house'),
        namespace.pod('witness'),
        namespace.pod('guest'),
      ]);
      const knocking = knock(probes.in(guest), { house, witness }, budgets.answer.withinMs);
      const policy = await namespace.policy('door', {
        podSelector: { matchLabels: { door: 'closed' } },
        policyTypes: ['Ingress'],
        ingress: [],
      });
      const carriers = cloud.carriersOf(policy, [house, witness, guest]);

      await test.step('a policy that selects nobody closes nothing', async () => {
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          { isApplied: true },
          budgets.policyEffective,
        );
        await expect(carriers).toSettleOn({ carriers: [] }, budgets.policyEffective);
        await expect(knocking).toSettleOn(open, budgets.dataplane);
      });

      await test.step('a pod that gets the label of the selector is closed', async () => {
        await relabel(cluster, house, { door: 'closed' });

        await expect(carriers).toSettleOn(
          { carriers: [`${house.namespace}/${house.name}`] },
          budgets.policyEffective,
        );
        await expect(knocking).toSettleOn(silent, budgets.policyEffective);
      });

      await test.step('a pod that loses the label of the selector is open again', async () => {
        await relabel(cluster, house, { door: null });

        await expect(carriers).toSettleOn({ carriers: [] }, budgets.policyEffective);
        await expect(knocking).toSettleOn(open, budgets.policyEffective);
      });
    },
  );

  test(
    'of the pods that it admits',
    covers('POL-LABEL-02'),
    async ({ budgets, namespace, cluster, probes }) => {
      const [house, witness, guest] = await Promise.all([
        namespace.pod('house', { labels: { door: 'closed' } }),
        namespace.pod('witness'),
        namespace.pod('guest'),
      ]);
      const knocking = knock(probes.in(guest), { house, witness }, budgets.answer.withinMs);
      await namespace.policy('door', {
        podSelector: { matchLabels: { door: 'closed' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { role: 'guest' } } }] }],
      });
      await expect(knocking).toSettleOn(silent, budgets.policyEffective);

      await test.step('a pod that gets the label of a peer is admitted', async () => {
        await relabel(cluster, guest, { role: 'guest' });

        await expect(knocking).toSettleOn(open, budgets.policyEffective);
      });

      await test.step('and is kept out again when it loses the label', async () => {
        await relabel(cluster, guest, { role: null });

        await expect(knocking).toSettleOn(silent, budgets.policyEffective);
      });
    },
  );

  test(
    'of the namespaces that it admits',
    covers('POL-LABEL-03'),
    async ({ budgets, cluster, namespace, probes }) => {
      const visitors = await namespace.sibling('visitors');
      const [house, witness, visitor] = await Promise.all([
        namespace.pod('house', { labels: { door: 'closed' } }),
        namespace.pod('witness'),
        visitors.pod('visitor'),
      ]);
      const club = { 'club-of': namespace.name };
      const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: visitors.name } };
      const knocking = knock(probes.in(visitor), { house, witness }, budgets.answer.withinMs);
      await expect(knocking).toSettleOn(open, budgets.dataplane);

      await namespace.policy('door', {
        podSelector: { matchLabels: { door: 'closed' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: club } }] }],
      });
      await expect(knocking).toSettleOn(silent, budgets.policyEffective);

      await test.step('pods of a namespace that gets the label are admitted', async () => {
        await cluster.relabel(space, club);

        await expect(knocking).toSettleOn(open, budgets.policyEffective);
      });

      await test.step('and are kept out again when it loses the label', async () => {
        await cluster.relabel(space, { 'club-of': null });

        await expect(knocking).toSettleOn(silent, budgets.policyEffective);
      });
    },
  );
});
