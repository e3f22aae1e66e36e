/**
 * Pods reach each other, wherever they run and whatever namespace they belong to, as long as no policy
 * selects them.
 */
import { type Citation, expect, expectedTable, type Namespace, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

interface Neighbourhood {
  readonly where: string;
  readonly cites: Citation;
  readonly secondNode: 'near' | 'far';
  readonly secondNamespace: (first: Namespace) => Promise<Namespace>;
}

const same = (first: Namespace): Promise<Namespace> => Promise.resolve(first);

const neighbourhoods: readonly Neighbourhood[] = [
  {
    where: 'on one node',
    cites: covers('POD-NET-01'),
    secondNode: 'near',
    secondNamespace: same,
  },
  {
    where: 'on different nodes',
    cites: covers('POD-NET-02'),
    secondNode: 'far',
    secondNamespace: same,
  },
  {
    where: 'of different namespaces',
    cites: covers('POD-NET-03'),
    secondNode: 'far',
    secondNamespace: (first) => first.sibling('other'),
  },
];

const megabyte = 1_000_000;
const transferMs = 10_000;

test.describe('two pods', () => {
  for (const { where, cites, secondNode, secondNamespace } of neighbourhoods) {
    test(
      `${where} reach each other over TCP and UDP`,
      cites,
      async ({ budgets, cloud, cluster, namespace, probes }) => {
        const nodes = await cluster.podNodes();
        const home = await secondNamespace(namespace);
        const [one, two] = await Promise.all([
          namespace.pod('one', { node: nodes.near }),
          home.pod('two', { node: nodes[secondNode] }),
        ]);

        for (const protocol of ['TCP', 'UDP'] as const) {
          await test.step(`each reaches the other over ${protocol}`, async () => {
            const target = { protocol, port: podPort };

            await expect(probes.tableOf([one, two], target)).toSettleOn(
              expectedTable([one, two], target, () => 'open'),
              budgets.dataplane,
            );
          });
        }

        for (const [from, to] of [
          [one, two],
          [two, one],
        ] as const) {
          await test.step(`a megabyte from pod "${from.name}" arrives whole, and so does its echo`, async () => {
            await expect(
              probes.in(from).tcp(to.ip, podPort, {
                size: megabyte,
                timeoutMs: transferMs,
                expect: { pods: [to.name] },
              }),
            ).toSettleOn({ verdict: 'open', clientAddress: from.ip }, budgets.dataplane);
          });
        }

        await test.step('both ports are ACTIVE, and the pods run where they should', async () => {
          expect([one.node, two.node]).toEqual([nodes.near, nodes[secondNode]]);
          for (const pod of [one, two]) {
            await expect(cloud.portOf(pod)).toSettleOn(
              { status: 'ACTIVE', fixedIps: [pod.ip] },
              budgets.podReady,
            );
          }
        });
      },
    );
  }
});
