/**
 * Asks a cloud, and the cluster on it if there is one yet, for what prerequisites are judged by. What
 * cannot be asked becomes an unknown fact with the reason.
 */
import { labelKeys, type Profile, StackError } from '#env';
import type { V1Service } from '@kubernetes/client-node';
import type { Cloud } from '../cloud/cloud.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Reading, reading } from '../reading.ts';
import type {
  Capacity,
  Fact,
  KnownFacts,
  NodePlug,
  PlatformFacts,
  Question,
  ServiceCounts,
} from './facts.ts';
import { judgePrerequisite, type PrerequisiteRow } from './prerequisite.ts';
import { type PrerequisiteId, prerequisiteOf } from './table.ts';

/** Where facts come from. */
export interface PlatformSource {
  readonly cloud: Cloud;
  /** Left out before there is one. */
  readonly cluster?: Cluster;
  readonly profile: Profile;
}

type Asking = { [Q in Question]: (signal: AbortSignal) => Promise<PlatformFacts[Q]> };

/** Something to ask. */
export class Platform {
  readonly #source: PlatformSource;
  readonly #asking: Asking;

  constructor(source: PlatformSource) {
    this.#source = source;
    const { cloud } = source;
    const ofProject =
      <T>(ask: (project: string, signal: AbortSignal) => Promise<T>) =>
      async (signal: AbortSignal): Promise<T> =>
        ask(await this.project(signal), signal);
    this.#asking = {
      project: (signal) => this.project(signal),
      endpoints: () => endpointsOf(cloud),
      extensions: (signal) => cloud.neutron.extensions(signal),
      octaviaApi: (signal) => cloud.octavia.apiVersion(signal),
      providers: (signal) => cloud.octavia.providers(signal),
      nodePlugs: (signal) => this.#nodePlugs(signal),
      neutronQuotas: ofProject((project, signal) => cloud.neutron.quotas(project, signal)),
      octaviaQuotas: ofProject((project, signal) => cloud.octavia.quotas(project, signal)),
      novaQuotas: ofProject((project, signal) => cloud.nova.quotas(project, signal)),
      cinderQuotas: ofProject((project, signal) => cloud.cinder.quotas(project, signal)),
      services: (signal) => this.#services(signal),
      capacity: (signal) => this.#capacity(signal),
    };
  }

  /** Asks some questions, each once. */
  async facts(questions: readonly Question[], signal: AbortSignal): Promise<KnownFacts> {
    const asked = [...new Set(questions)];
    const answers = await Promise.all(
      asked.map(async (question): Promise<[Question, Fact<unknown>]> => [
        question,
        await this.#fact(question, signal),
      ]),
    );
    return Object.fromEntries(answers);
  }

  /** Judges a prerequisite; one that cannot be judged is trouble of the stack. */
  prerequisite(id: PrerequisiteId): Reading<PrerequisiteRow> {
    const prerequisite = prerequisiteOf(id);
    return reading(
      `prerequisite "${prerequisite.name}"`,
      async (signal) => {
        const facts = await this.facts(prerequisite.asks, signal);
        const row = judgePrerequisite(prerequisite, facts, this.#source.profile);
        if (row.verdict !== 'unknown') return row;
        throw new StackError(
          'PREREQUISITE_UNKNOWN',
          `Judging prerequisite "${row.name}": ${row.found}. Give the credentials what this takes.`,
        );
      },
      ({ verdict, found }) => `${verdict}: ${found}`,
    );
  }

  async #fact(question: Question, signal: AbortSignal): Promise<Fact<unknown>> {
    try {
      return { value: await this.#asking[question](signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StackError) return { unknown: error.message };
      throw error;
    }
  }

  /** The project of Kuryr. What it uses carries its tag, also before it has made anything: the ports of the nodes. */
  async project(signal?: AbortSignal): Promise<string> {
    const { cloud, profile } = this.#source;
    const { resourceTag } = profile.layout;
    const [port] = await cloud.neutron.ports({ tags: resourceTag }, signal);
    const project = port?.project_id ?? (await cloud.session.projectId());
    if (project !== undefined) return project;
    throw new StackError(
      'PROJECT_UNKNOWN',
      `Looking for the project of Kuryr: no port has the tag "${resourceTag}", and the credentials have no project.`,
    );
  }

  async #nodePlugs(signal: AbortSignal): Promise<NodePlug[]> {
    const { cloud } = this.#source;
    const parents = (await cloud.neutron.trunks({}, signal)).map(({ port_id }) => port_id);
    const ports = parents.length === 0 ? [] : await cloud.neutron.ports({ id: parents }, signal);
    const plugs = ports.flatMap((port): NodePlug[] => {
      const details = port['binding:vif_details'] ?? {};
      return Object.keys(details).length === 0
        ? []
        : [
            {
              port: port.id,
              host: port['binding:host_id'] ?? '',
              isHybrid: details['ovs_hybrid_plug'] === true,
            },
          ];
    });
    if (plugs.length > 0) return plugs;
    throw new StackError(
      'NODES_NOT_PLUGGED',
      `Looking how nodes are plugged in: of ${ports.length} parents of trunks none shows its binding; ` +
        'it takes a node, and credentials of an administrator',
    );
  }

  async #services(signal: AbortSignal): Promise<ServiceCounts | undefined> {
    const { cluster } = this.#source;
    if (cluster === undefined) return undefined;
    const { items } = await cluster.access.call(
      'Listing services',
      ({ core }) => core.listServiceForAllNamespaces(),
      signal,
    );
    return countServices(items);
  }

  async #capacity(signal: AbortSignal): Promise<Capacity | undefined> {
    const { cloud } = this.#source;
    try {
      const [hypervisors, amphorae] = await Promise.all([
        cloud.nova.hypervisors(signal),
        cloud.octavia.amphorae({}, signal),
      ]);
      return {
        hypervisors: hypervisors.length,
        freeRamMb: hypervisors.reduce((sum, { free_ram_mb }) => sum + (free_ram_mb ?? 0), 0),
        amphorae: amphorae.length,
      };
    } catch (error) {
      signal.throwIfAborted();
      // Without Nova, or without the right to ask it, nobody knows.
      if (error instanceof StackError) return undefined;
      throw error;
    }
  }
}

/** Counts the Services that Kuryr makes load balancers for, without those of runs. */
export function countServices(services: readonly V1Service[]): ServiceCounts {
  const balanced = services.filter(
    ({ metadata, spec }) =>
      metadata?.labels?.[labelKeys.run] === undefined &&
      ['ClusterIP', 'LoadBalancer'].includes(spec?.type ?? 'ClusterIP') &&
      spec?.clusterIP !== 'None',
  );
  const speaking = (protocol: string): number =>
    balanced.filter(({ spec }) => spec?.ports?.some((port) => port.protocol === protocol)).length;
  return {
    tcp: speaking('TCP'),
    udp: speaking('UDP'),
    external: balanced.filter(({ spec }) => spec?.type === 'LoadBalancer').length,
  };
}

async function endpointsOf({ session }: Cloud): Promise<PlatformFacts['endpoints']> {
  const isListed = async (type: string): Promise<boolean> => {
    try {
      await session.endpoint({ name: type, types: [type] });
      return true;
    } catch (error) {
      if (error instanceof StackError && error.code === 'ENDPOINT_MISSING') return false;
      throw error;
    }
  };
  const [network, loadBalancer] = await Promise.all([
    isListed('network'),
    isListed('load-balancer'),
  ]);
  return { network, loadBalancer };
}
