/**
 * Labels that come and go: policies follow them, on the pods that they select, on the pods that they
 * admit, and on the namespaces of these.
 */
import { expect, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const silent = expect.stringMatching(/^(dropped|rejected)$/);

test.describe('a policy', () => {
  test(
    'follows the labels of pods and namespaces',
    covers('POL-LABEL-01', 'POL-LABEL-02', 'POL-LABEL-03'),
    async ({ budgets, cloud, cluster, namespace, probes }) => {
      const club = { 'club-of': namespace.name };
      const visitors = await namespace.sibling('visitors');
      const [house, witness, guest, visitor] = await Promise.all([
        namespace.pod('house'),
        namespace.pod('witness'),
        namespace.pod('guest'),
        visitors.pod('visitor'),
      ]);
      const policy = await namespace.policy('door', {
        podSelector: { matchLabels: { door: 'closed' } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { role: 'guest' } } },
              { namespaceSelector: { matchLabels: club } },
            ],
          },
        ],
      });
      const relabel = async (
        pod: typeof house,
        labels: Record<string, string | null>,
      ): Promise<void> => {
        const { namespace: home, name } = pod;
        await cluster.relabel(
          { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: home, name } },
          labels,
        );
      };
      /** The one knocks at the house while the witness, whom no policy selects, answers it. */
      const expectKnock = async (
        pod: typeof house,
        verdict: 'open' | typeof silent,
      ): Promise<void> => {
        const inside = probes.in(pod);
        const [control, probe] = [witness, house].map(({ ip, name }) =>
          inside.probe(
            'tcp',
            { host: ip, port: podPort },
            { timeoutMs: budgets.answer.withinMs, expect: { pods: [name] } },
          ),
        ) as [ReturnType<typeof inside.probe>, ReturnType<typeof inside.probe>];
        await expect(inside.beside(control, probe)).toSettleOn(
          { verdict },
          budgets.policyEffective,
        );
      };
      const carrying = (carriers: readonly string[]): Promise<void> =>
        expect(cloud.carriersOf(policy, [house, witness, guest])).toSettleOn(
          { carriers },
          budgets.policyEffective,
        );

      await test.step('a policy that selects nobody closes nothing', async () => {
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          { isApplied: true },
          budgets.policyEffective,
        );
        await carrying([]);
        await expectKnock(guest, 'open');
        await expectKnock(visitor, 'open');
      });

      await test.step('a pod that gets the label of the selector is closed', async () => {
        await relabel(house, { door: 'closed' });

        await carrying([`${house.namespace}/${house.name}`]);
        await expectKnock(guest, silent);
        await expectKnock(visitor, silent);
      });

      await test.step('a pod that gets the label of a peer is admitted, and no other', async () => {
        await relabel(guest, { role: 'guest' });

        await expectKnock(guest, 'open');
        await expectKnock(visitor, silent);
      });

      await test.step('pods of a namespace that gets the label of a peer are admitted', async () => {
        await cluster.relabel(
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: visitors.name } },
          club,
        );

        await expectKnock(visitor, 'open');
      });

      await test.step('who loses the label is kept out again', async () => {
        await relabel(guest, { role: null });
        await cluster.relabel(
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: visitors.name } },
          { 'club-of': null },
        );

        await expectKnock(guest, silent);
        await expectKnock(visitor, silent);
      });

      await test.step('a pod that loses the label of the selector is open again', async () => {
        await relabel(house, { door: null });

        await carrying([]);
        await expectKnock(guest, 'open');
        await expectKnock(visitor, 'open');
      });
    },
  );
});
