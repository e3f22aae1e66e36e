/**
 * Where a fault strikes: what one run has made, found through the two APIs while its scenarios are
 * running. A scene remembers what was done to it and takes all of it back at its end.
 */
import {
  type FaultPort,
  isNotFound,
  openStack,
  type Profile,
  selectorFor,
  type StackAccess,
  type WayBack,
} from '#env';
import { type Cloud, openCloud } from '../cloud/cloud.ts';
import { namesOf } from '../cloud/kuryr-names.ts';
import type { NeutronNetwork, NeutronPort, NeutronSecurityGroup } from '../cloud/neutron-forms.ts';
import type { OctaviaLoadBalancer } from '../cloud/octavia-forms.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';

/** A namespace of the run. */
export interface SceneNamespace {
  readonly name: string;
  readonly uid: string;
  readonly isLeaving: boolean;
}

/** One thing done to a stack: in words, and how. Without a way back there is nothing to take back. */
export interface Deed {
  readonly says: string;
  act(): Promise<WayBack | undefined>;
}

/** Disturbs what it finds; it is called again and again while the scenarios are running. */
export type Fault = (scene: Scene) => Promise<void>;

/** How a scene is opened. */
export interface SceneOptions {
  readonly profile: Profile;
  readonly runId: string;
  /** The way to a stack that was started for the run; without it the profile's own is opened. */
  readonly access?: StackAccess;
}

/** What one run has made on a stack, and what was done to it. */
export class Scene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly faults: FaultPort | undefined;
  readonly #runId: string;
  readonly #done = new Map<string, Deed['says']>();
  readonly #stuck: string[] = [];
  readonly #back: { readonly says: string; readonly way: WayBack }[] = [];

  constructor(
    runId: string,
    parts: Pick<Scene, 'cluster' | 'cloud'> & { readonly faults: FaultPort | undefined },
  ) {
    this.#runId = runId;
    this.cluster = parts.cluster;
    this.cloud = parts.cloud;
    this.faults = parts.faults;
  }

  /** Opens what a run makes on the stack of a profile. */
  static async open({ profile, runId, access }: SceneOptions): Promise<Scene> {
    const stack = access === undefined ? await openStack(profile) : { access, faults: undefined };
    const [cluster, cloud] = await Promise.all([
      openCluster(stack.access),
      openCloud({ access: stack.access, runId }),
    ]);
    return new Scene(runId, { cluster, cloud, faults: stack.faults });
  }

  /** What was done so far, in words. */
  get deeds(): readonly string[] {
    return [...this.#done.values()];
  }

  /** What could not be taken back at the end, in words. */
  get stuck(): readonly string[] {
    return this.#stuck;
  }

  /** Does a deed unless it was done; one that fails may be tried again. */
  async once(key: string, deed: Deed): Promise<void> {
    if (this.#done.has(key)) return;
    const way = await deed.act();
    this.#done.set(key, deed.says);
    if (way !== undefined) this.#back.unshift({ says: deed.says, way });
  }

  /** The namespaces of the run. */
  async namespaces(): Promise<SceneNamespace[]> {
    const { items } = await this.cluster.access.call('Listing namespaces of the run', ({ core }) =>
      core.listNamespace({ labelSelector: selectorFor(this.#runId) }),
    );
    return items.map(({ metadata }) => ({
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      isLeaving: metadata?.deletionTimestamp !== undefined,
    }));
  }

  /** The namespaces of the run that are not being removed. */
  async staying(): Promise<SceneNamespace[]> {
    return (await this.namespaces()).filter(({ isLeaving }) => !isLeaving);
  }

  /** The networks of the staying namespaces. */
  async networks(): Promise<NeutronNetwork[]> {
    const names = (await this.staying()).flatMap((namespace) => namesOf.networks(namespace));
    return names.length === 0 ? [] : this.cloud.neutron.networks({ name: names });
  }

  /** The load balancers of the staying namespaces that can be changed. */
  async loadBalancers(): Promise<OctaviaLoadBalancer[]> {
    const prefixes = (await this.staying()).map(({ name }) => `${name}/`);
    if (prefixes.length === 0) return [];
    return (await this.cloud.octavia.loadBalancers()).filter(
      ({ name, provisioning_status }) =>
        provisioning_status === 'ACTIVE' && prefixes.some((prefix) => name.startsWith(prefix)),
    );
  }

  /** The security groups of the policies of the staying namespaces. */
  async policyGroups(): Promise<NeutronSecurityGroup[]> {
    const prefixes = (await this.staying()).flatMap(({ name }) =>
      namesOf.securityGroups({ namespace: name, name: '' }),
    );
    if (prefixes.length === 0) return [];
    return (await this.cloud.neutron.securityGroups()).filter(({ name }) =>
      prefixes.some((prefix) => name.startsWith(prefix)),
    );
  }

  /** The ports in the networks of the staying namespaces. */
  async ports(): Promise<NeutronPort[]> {
    const networks = (await this.networks()).map(({ id }) => id);
    return networks.length === 0 ? [] : this.cloud.neutron.ports({ network_id: networks });
  }

  /** The ports of the pods of the run that are ready, each with its pod. */
  async podPorts(): Promise<{ readonly pod: ReadyPod; readonly port: NeutronPort }[]> {
    const pods = (
      await Promise.all((await this.staying()).map(({ name }) => this.readyPods(name)))
    ).flat();
    const ports = pods.length === 0 ? [] : await this.ports();
    return pods.flatMap((pod) => {
      const port = ports.find(({ fixed_ips }) =>
        fixed_ips.some(({ ip_address }) => ip_address === pod.ip),
      );
      return port === undefined ? [] : [{ pod, port }];
    });
  }

  /** The pods of a namespace that are ready. */
  async readyPods(namespace: string): Promise<ReadyPod[]> {
    const pods = await this.cluster.pods(namespace);
    return pods
      .filter(({ metadata, status }) => {
        const isReady = status?.conditions?.some(
          ({ type, status: value }) => type === 'Ready' && value === 'True',
        );
        return isReady === true && metadata?.deletionTimestamp === undefined;
      })
      .map(({ metadata, spec, status }) => ({
        namespace,
        name: metadata?.name ?? '',
        node: spec?.nodeName ?? '',
        ip: status?.podIP ?? '',
      }));
  }

  /** Takes everything back, the last thing first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { says, way } of this.#back.splice(0)) {
      try {
        await way();
      } catch (error) {
        // What a scenario has removed in the meantime needs no mending.
        if (!isNotFound(error)) this.#stuck.push(`${says}: ${(error as Error).message}`);
      }
    }
    this.cluster[Symbol.dispose]();
  }
}

/** A pod that is ready. */
export interface ReadyPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}
