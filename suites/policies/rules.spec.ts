/**
 * What single rules of a policy admit, by tables of all pairs of a few pods: peers in several namespaces,
 * blocks with exceptions, protocols without ports, rules without peers.
 */
import { type Citation, expect, expectedTable, podPort, reading, test, untilThere } from '#helpers';
import { covers } from '../requirements/index.ts';
import {
  type IngressPolicy,
  type IngressRule,
  type Subject,
  tableUnder,
  type Target,
} from './semantics.ts';

type Zone = 'home' | 'y' | 'z';

/** What a rule may be written with: addresses of the pods, their block, the label of their neighbours. */
interface Neighbourhood {
  /** The label of the namespaces that belong to this scenario's neighbours. */
  readonly guests: Readonly<Record<string, string>>;
  readonly block: string;
  readonly addressOf: (pod: string) => string;
}

interface Case {
  readonly title: string;
  readonly cites: Citation;
  /** The pods by zone; pod "a" at home is the one that the policy selects. */
  readonly pods: readonly (readonly [name: string, zone: Zone])[];
  readonly rules: (around: Neighbourhood) => readonly IngressRule[];
}

const onlyB = { podSelector: { matchLabels: { pod: 'b' } } };

const cases: readonly Case[] = [
  {
    title: 'admits the selected pods of each namespace that its peer selects',
    cites: covers('POL-PEER-01'),
    pods: [
      ['a', 'home'],
      ['b', 'y'],
      ['c', 'y'],
      ['b', 'z'],
    ],
    rules: ({ guests }) => [{ from: [{ ...onlyB, namespaceSelector: { matchLabels: guests } }] }],
  },
  {
    title: 'keeps out every exception of a block',
    cites: covers('POL-BLOCK-01'),
    pods: [
      ['a', 'home'],
      ['b', 'home'],
      ['c', 'home'],
      ['d', 'home'],
    ],
    rules: ({ block, addressOf }) => [
      {
        from: [
          { ipBlock: { cidr: block, except: ['c', 'd'].map((pod) => `${addressOf(pod)}/32`) } },
        ],
      },
    ],
  },
  {
    title: 'admits every port of a protocol that it names without a port',
    cites: covers('POL-PORT-01'),
    pods: [
      ['a', 'home'],
      ['b', 'home'],
    ],
    rules: () => [{ ports: [{ protocol: 'TCP' }] }],
  },
  {
    title: 'admits everybody when an empty rule comes second',
    cites: covers('POL-RULE-01'),
    pods: [
      ['a', 'home'],
      ['b', 'home'],
      ['c', 'home'],
    ],
    rules: () => [{ from: [onlyB] }, {}],
  },
];

const targets: readonly Target[] = [
  { protocol: 'TCP', port: podPort },
  { protocol: 'UDP', port: podPort },
];

test.describe('a policy', () => {
  for (const { title, cites, pods: places, rules } of cases) {
    test(title, cites, async ({ budgets, cloud, cluster, namespace, probes }) => {
      const guests = { 'guests-of': namespace.name };
      const [y, z] = await Promise.all([
        namespace.sibling('y', guests),
        namespace.sibling('z', guests),
      ]);
      const zones = { home: namespace, y, z };
      const pods = await Promise.all(
        places.map(async ([name, where]) => {
          const zone = zones[where];
          const pod = await zone.pod(name, { labels: { pod: name } });
          return { ...pod, namespaceLabels: zone.labels };
        }),
      );
      const block = await untilThere(
        reading('address block of the namespace', async (signal) => {
          const network = await cloud.networkOf(namespace).read(signal);
          return network?.cidr;
        }),
        budgets.podReady,
      );
      const spec: IngressPolicy = {
        podSelector: { matchLabels: { pod: 'a' } },
        policyTypes: ['Ingress'],
        ingress: rules({ guests, block, addressOf: (name) => addressIn(pods, name) }),
      };

      await test.step('without the policy, everybody reaches everybody', async () => {
        for (const target of targets) {
          await expect(probes.tableOf(pods, target)).toSettleOn(
            expectedTable(pods, target, () => 'open'),
            budgets.dataplane,
          );
        }
      });

      const policy = await namespace.policy('rules', spec);
      await test.step('Kuryr says that it has applied the policy', async () => {
        await expect(cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name)).toSettleOn(
          { isApplied: true },
          budgets.policyEffective,
        );
      });

      for (const target of targets) {
        await test.step(`over ${target.protocol} the policy admits what Kubernetes says, and nothing else`, async () => {
          const table = tableUnder([{ namespace: namespace.name, spec }], pods, target);

          await expect(probes.tableOf(pods, target)).toSettleOn(
            expectedTable(pods, target, table),
            budgets.policyEffective,
          );
        });
      }
    });
  }
});

function addressIn(pods: readonly Subject[], name: string): string {
  const pod = pods.find((one) => one.name === name);
  if (pod === undefined) throw new Error(`No pod of the scenario is called "${name}".`);
  return pod.ip;
}
