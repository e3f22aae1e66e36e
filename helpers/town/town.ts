/**
 * Nine pods in three namespaces that the scenarios of one file share: a pod costs Kuryr ten seconds, a
 * policy about as much, and policies leave pods as they were. Each scenario visits the town, adds its
 * policies, and takes them away again.
 */
import type { Budgets } from '#env';
import { deadlineIn } from '../deadline.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { LeakError } from '../fixtures/leak.ts';
import {
  Namespace,
  type NamespaceContext,
  type PolicyRef,
  type PolicySpec,
} from '../namespace/namespace.ts';
import type { ProbePod } from '../namespace/probe-pod.ts';
import type { Probes } from '../probes/probes.ts';
import { reading, type Reading } from '../reading.ts';
import { settleOn } from '../expect/settle-on.ts';

/** What a town is: its scenario mark, which its pods bear in their answers. */
export const townName = 'the town of policies';

/** The namespaces of a town. */
export const zones = ['x', 'y', 'z'] as const;

/** One namespace of a town. */
export type Zone = (typeof zones)[number];

/** The ports at which every pod of a town answers, over TCP and UDP. */
export const townPorts = [8080, 8082] as const;

/** What is probed at every pod of a town. */
export const townTargets = townPorts.flatMap((port) =>
  (['TCP', 'UDP'] as const).map((protocol) => ({ protocol, port })),
);

/** Labels of the namespaces; "colour" is missing on the last one. */
export const zoneLabels: Readonly<Record<Zone, Readonly<Record<string, string>>>> = {
  x: { 'kc-zone': 'x', 'kc-colour': 'red' },
  y: { 'kc-zone': 'y', 'kc-colour': 'red' },
  z: { 'kc-zone': 'z' },
};

/** Labels of the pods of each namespace; "tier" is missing on the last one, whose "mark" is empty. */
const residents = [
  { name: 'a', labels: { pod: 'a', tier: 'front' }, portNames: { 'tcp-8080': 'api' } },
  { name: 'b', labels: { pod: 'b', tier: 'back' }, portNames: { 'tcp-8082': 'api' } },
  { name: 'c', labels: { pod: 'c', mark: '' }, portNames: { 'tcp-8080': 'api' } },
] as const;

/** A pod of a town. */
export interface Resident extends ProbePod {
  readonly zone: Zone;
  readonly namespaceLabels: Readonly<Record<string, string>>;
}

/** What a town is made with. */
export interface TownOptions {
  readonly context: NamespaceContext;
  readonly probes: Probes;
}

/** A policy of a scenario and where it belongs. */
export interface TownPolicy {
  readonly zone: Zone;
  readonly name: string;
  readonly spec: PolicySpec;
}

/** Nine pods in three namespaces. */
export class Town {
  readonly residents: readonly Resident[];
  readonly blocks: Readonly<Record<Zone, string>>;
  readonly probes: Probes;
  readonly #namespaces: Readonly<Record<Zone, Namespace>>;

  private constructor(
    { probes }: TownOptions,
    namespaces: Readonly<Record<Zone, Namespace>>,
    made: Pick<Town, 'residents' | 'blocks'>,
  ) {
    this.#namespaces = namespaces;
    this.probes = probes;
    this.residents = made.residents;
    this.blocks = made.blocks;
  }

  /** Makes a town; what is there of one that cannot be made is removed. */
  static async build(options: TownOptions): Promise<Town> {
    const { context } = options;
    const x = await Namespace.create(context, { suffix: 'x', labels: labelsOf(context, 'x') });
    try {
      const [y, z] = await Promise.all(
        (['y', 'z'] as const).map((zone) => x.sibling(zone, labelsOf(context, zone))),
      );
      const namespaces = { x, y: y ?? x, z: z ?? x };
      const made = await Promise.all(zones.map((zone) => settled(namespaces[zone], zone)));
      const blocks = await Promise.all(zones.map((zone) => blockOf(context, namespaces[zone])));
      return new Town(options, namespaces, {
        residents: made.flat(),
        blocks: { x: blocks[0] ?? '', y: blocks[1] ?? '', z: blocks[2] ?? '' },
      });
    } catch (error) {
      await x.remove();
      throw error;
    }
  }

  /** The namespaces, for evidence. */
  get family(): readonly Namespace[] {
    return this.#namespaces.x.family;
  }

  /** The label by which this town's namespaces are told from all others. */
  get here(): Readonly<Record<string, string>> {
    return { [townLabel]: this.#namespaces.x.labels[townLabel] ?? '' };
  }

  /** One namespace. */
  namespaceOf(zone: Zone): Namespace {
    return this.#namespaces[zone];
  }

  /** A pod by namespace and name, such as "x/a". */
  resident(place: `${Zone}/${'a' | 'b' | 'c'}`): Resident {
    const found = this.residents.find(({ zone, name }) => `${zone}/${name}` === place);
    if (found === undefined) {
      throw new Error(`No pod of the town lives at "${place}".`);
    }
    return found;
  }

  /** Takes the town away. */
  async remove(): Promise<void> {
    await this.#namespaces.x.remove();
  }
}

const townLabel = 'kc-town';

function labelsOf({ runId }: NamespaceContext, zone: Zone): Record<string, string> {
  return { ...zoneLabels[zone], [townLabel]: `${runId}-${process.pid}` };
}

async function settled(namespace: Namespace, zone: Zone): Promise<Resident[]> {
  const ports = { tcp: [...townPorts], udp: [...townPorts], http: [] };
  const pods = await Promise.all(
    residents.map(({ name, labels, portNames }) =>
      namespace.pod(name, { labels, portNames, ports }),
    ),
  );
  return pods.map((pod) => ({ ...pod, zone, namespaceLabels: namespace.labels }));
}

async function blockOf(
  { cloud, budgets }: NamespaceContext,
  namespace: Namespace,
): Promise<string> {
  const network = await cloud.networkOf(namespace).read(deadlineIn(budgets.podReady.withinMs));
  return network?.cidr ?? '';
}

/** What one scenario needs to visit a town. */
export interface VisitOptions {
  readonly town: Town;
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly budgets: Budgets;
}

/** One scenario in a town: its policies go when it ends. */
export class Visit {
  readonly town: Town;
  readonly #options: VisitOptions;
  readonly #made: PolicyRef[] = [];

  constructor(options: VisitOptions) {
    this.town = options.town;
    this.#options = options;
  }

  /** The nine pods. */
  get residents(): readonly Resident[] {
    return this.town.residents;
  }

  /** The vantages of the pods. */
  get probes(): Probes {
    return this.town.probes;
  }

  /** Makes policies, or changes those of their names; does not wait for their effect. */
  async apply(policies: readonly TownPolicy[]): Promise<PolicyRef[]> {
    return Promise.all(
      policies.map(async ({ zone, name, spec }) => {
        const policy = await this.town.namespaceOf(zone).policy(name, spec);
        this.#made.push(policy);
        return policy;
      }),
    );
  }

  /** What is left of the policies that this scenario has made, in Kubernetes and in Neutron. */
  get remains(): Reading<string[]> {
    const { cluster, cloud } = this.#options;
    return reading('what is left of the policies of the town', async (signal) => {
      const lines = await Promise.all(
        this.#made.map(async (policy) => {
          const place = `${policy.namespace}/${policy.name}`;
          const [record, group] = await Promise.all([
            cluster.kuryrNetworkPolicyOf(policy.namespace, policy.name).read(signal),
            cloud.securityGroupOf(policy).read(signal),
          ]);
          return [
            ...(record === undefined ? [] : [`KuryrNetworkPolicy ${place}`]),
            ...(group === undefined ? [] : [`security group ${group.name} of policy ${place}`]),
          ];
        }),
      );
      return [...new Set(lines.flat())].sort();
    });
  }

  /** Withdraws every policy of this scenario; does not wait for the effect. */
  async withdraw(): Promise<void> {
    const homes = zones.map((zone) => this.town.namespaceOf(zone));
    await Promise.all(
      this.#made.map(async ({ namespace, name }) =>
        homes.find((home) => home.name === namespace)?.withdraw(name),
      ),
    );
  }

  /** Withdraws what is left and waits until nothing of it is; throws a LeakError when something stays. */
  async leave(): Promise<void> {
    if (this.#made.length === 0) {
      return;
    }
    await this.withdraw();
    const judgement = await settleOn(this.remains, [], this.#options.budgets.policyEffective);
    if (!judgement.pass) {
      throw new LeakError(`Leaving the town: ${judgement.message()}`);
    }
  }
}
