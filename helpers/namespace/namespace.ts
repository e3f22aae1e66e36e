/**
 * A namespace of a scenario: makes pods that run the prober, services and policies, and goes away with
 * everything that Kuryr has made for it. It asserts no requirement except that nothing is left behind.
 */
import { randomBytes } from 'node:crypto';
import type { V1Service } from '@kubernetes/client-node';
import {
  type Budgets,
  labelsFor,
  type Lease,
  type LeaseKind,
  type Leases,
  type Profile,
  slug,
  StackError,
} from '#env';
import type { Cloud } from '../cloud/cloud.ts';
import type { NeutronFloatingIp } from '../cloud/neutron-forms.ts';
import type { OctaviaLoadBalancer } from '../cloud/octavia-forms.ts';
import { Footprint, type FootprintView } from '../cloud/footprint.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { proberSource } from '../probes/streams.ts';
import { type Reading, readWithin } from '../reading.ts';
import { type PodOptions, probePodSpec, proberMap } from './pod-spec.ts';
import { Belongings, type OwnBalancer } from './belongings.ts';
import { type ProbePod, probePodOf } from './probe-pod.ts';
import { untilReady } from './readiness.ts';
import { removeNamespace } from './removal.ts';
import {
  type ExposeOptions,
  needsFloatingIp,
  needsLoadBalancer,
  serviceSpec,
} from './service-spec.ts';
import { untilServiceAccount } from './service-account.ts';

/** Some equal pods. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  /** The labels by which a service or policy selects its pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly pods: readonly ProbePod[];
  readonly podIPs: readonly string[];
}

/** A service. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'LoadBalancer' | 'NodePort' | 'ExternalName';
  /** Empty for a service of type ExternalName, "None" for a headless one. */
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly name: string | undefined;
    readonly port: number;
    readonly protocol: string;
  }[];
}

/** A network policy. */
export interface PolicyRef {
  readonly namespace: string;
  readonly name: string;
}

/** The specification of a network policy, as it would be written in YAML. */
export interface PolicySpec {
  readonly podSelector: object;
  readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly object[];
  readonly egress?: readonly object[];
}

/** How several equal pods are made. */
export interface DeployOptions extends PodOptions {
  readonly replicas?: number;
}

/** What a namespace needs of the stack, and whose it is. */
export interface NamespaceContext {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly leases: Leases;
  readonly budgets: Budgets;
  readonly profile: Pick<Profile, 'images' | 'cluster' | 'layout' | 'series'>;
  readonly runId: string;
  readonly scenario: string;
}

const longestStem = 40;
const readMs = 60_000;

/** What a scenario makes, and others would lack. */
type Scarce = Exclude<LeaseKind, 'presence'>;

/** A namespace of a scenario. */
export class Namespace {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly #context: NamespaceContext;
  readonly #footprint: Footprint;
  readonly #belongings: Belongings;
  readonly #exposed = new Set<string>();
  readonly #siblings: Namespace[] = [];
  readonly #leases: Lease[] = [];
  #removal: Promise<void> | undefined;

  private constructor(
    context: NamespaceContext,
    identity: Pick<Namespace, 'name' | 'uid' | 'labels'>,
  ) {
    this.#context = context;
    this.name = identity.name;
    this.uid = identity.uid;
    this.labels = identity.labels;
    this.#footprint = new Footprint(context.cloud, identity);
    this.#belongings = new Belongings(context);
  }

  /** Makes a namespace with the prober in it. */
  static async create(
    context: NamespaceContext,
    options: {
      readonly suffix?: string;
      readonly labels?: Readonly<Record<string, string>>;
      /** The name of a namespace that is gone; a new one is made up where it is left out. */
      readonly name?: string;
    } = {},
  ): Promise<Namespace> {
    const { cluster, runId, scenario } = context;
    const stem = slug(
      [scenario, options.suffix].filter((part) => part !== undefined).join(' '),
      longestStem,
    );
    // The random part comes last, so that no name is the beginning of another one.
    const name = options.name ?? `kc-${stem}-${randomBytes(3).toString('hex')}`;
    const marks = labelsFor(runId, scenario);
    const labels = { ...options.labels, ...marks, 'kubernetes.io/metadata.name': name };
    const made = await cluster.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    });
    const uid = 'uid' in made.metadata ? String(made.metadata.uid) : '';
    const namespace = new Namespace(context, { name, uid, labels });
    try {
      await Promise.all([
        cluster.apply(proberMap(name, marks, await proberSource())),
        untilServiceAccount(cluster, name),
      ]);
    } catch (error) {
      // Nobody would remove a namespace that nobody was given.
      await cluster.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      throw error;
    }
    return namespace;
  }

  /** This namespace and those beside it, for evidence. */
  get family(): readonly Namespace[] {
    return [this, ...this.#siblings];
  }

  /** What the namespace occupies in OpenStack; remembers what it has seen, also after removal. */
  get footprint(): Reading<FootprintView> {
    return this.#footprint.current;
  }

  /** Makes a pod that runs the prober and waits until it is ready. */
  async pod(name: string, options: PodOptions = {}): Promise<ProbePod> {
    const [pod] = await this.#pods([name], options);
    if (pod === undefined) {
      throw new StackError(
        'POD_LOST',
        `Making pod "${this.name}/${name}": it is not there after it was ready.`,
      );
    }
    return pod;
  }

  /** Makes several equal pods at once and waits until all are ready. */
  async deploy(name: string, options: DeployOptions = {}): Promise<Workload> {
    const { replicas = 1, labels, ...rest } = options;
    const selector = { app: name, ...labels };
    const names = Array.from({ length: replicas }, (_, index) => `${name}-${index}`);
    const pods = await this.#pods(names, { ...rest, labels: selector });
    return { namespace: this.name, name, labels: selector, pods, podIPs: pods.map(({ ip }) => ip) };
  }

  /**
   * Makes a service before a workload, or changes the one of that name; waits for a lease of what it
   * costs, not for the service.
   */
  async expose(
    workload: Pick<Workload, 'name' | 'labels'>,
    options: ExposeOptions,
  ): Promise<ServiceRef> {
    const name = options.name ?? workload.name;
    await this.#leaseOnce('loadBalancers', name, needsLoadBalancer(options));
    await this.#leaseOnce('floatingIps', name, needsFloatingIp(options));
    const { cluster, runId, scenario } = this.#context;
    const spec = serviceSpec({
      namespace: this.name,
      workload,
      options,
      marks: labelsFor(runId, scenario),
    });
    const made = await cluster.apply(spec);
    const service = await this.#serviceOf(made.metadata.name);
    return {
      namespace: this.name,
      name: service.metadata?.name ?? '',
      type: options.type ?? 'ClusterIP',
      clusterIP: service.spec?.clusterIP ?? '',
      ports: (service.spec?.ports ?? []).map(({ name, port, protocol = 'TCP' }) => ({
        name,
        port,
        protocol,
      })),
    };
  }

  /** Makes a network policy, or changes the one of that name; does not wait for its effect. */
  async policy(name: string, spec: PolicySpec): Promise<PolicyRef> {
    const { cluster, runId, scenario } = this.#context;
    await cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: this.name, labels: labelsFor(runId, scenario) },
      spec,
    });
    return { namespace: this.name, name };
  }

  /**
   * Makes a floating IP of the external network that is at no port; it goes with the namespace. It is made
   * in the project of a pod's port: Kuryr does not see those of others.
   */
  async floatingIp(pod: ProbePod): Promise<NeutronFloatingIp> {
    await this.#lease('floatingIps');
    const port = await readWithin(this.#context.cloud.portOf(pod), readMs);
    return this.#belongings.floatingIp(port?.projectId);
  }

  /** Sees to it that a floating IP goes with the namespace, if it is still there then. */
  adoptFloatingIp(id: string): void {
    this.#belongings.adopt(id);
  }

  /** Makes a load balancer that Kuryr knows nothing of and waits until it is ACTIVE; it goes with the namespace. */
  async ownBalancer({ name, ...options }: OwnBalancer): Promise<OctaviaLoadBalancer> {
    await this.#lease('loadBalancers');
    return this.#belongings.balancer({ ...options, name: `${this.name}/${name}` });
  }

  /** Removes a network policy; does not wait for its effect. */
  async withdraw(name: string): Promise<void> {
    const metadata = { name, namespace: this.name };
    await this.#context.cluster.remove({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata },
    });
  }

  /** Makes another namespace beside this one, which goes away with it. */
  async sibling(suffix: string, labels: Readonly<Record<string, string>> = {}): Promise<Namespace> {
    const sibling = await Namespace.create(this.#context, { suffix, labels });
    this.#siblings.push(sibling);
    return sibling;
  }

  /** Makes a namespace of the same name anew, once Kubernetes has let go of this one. */
  async anew(): Promise<Namespace> {
    const again = await Namespace.create(this.#context, { name: this.name });
    this.#siblings.push(again);
    return again;
  }

  /**
   * Leases what the scenario will need in one go. A scenario that makes several services while others do
   * the same must not wait for a second lease with a first one in its hands.
   */
  async reserve(wanted: {
    readonly loadBalancers?: number;
    readonly floatingIps?: number;
  }): Promise<void> {
    const { leases } = this.#context;
    for (const kind of ['loadBalancers', 'floatingIps'] as const) {
      const count = wanted[kind] ?? 0;
      if (count > 0) {
        const lease = await leases.acquire(kind, count, { holder: this.#holder() });
        this.#leases.push(lease);
        this.#reserved[kind] += count;
      }
    }
  }

  /** Deletes the namespace and those beside it; fails with a list when anything of theirs stays. */
  remove(): Promise<void> {
    this.#removal ??= this.#removeFamily();
    return this.#removal;
  }

  readonly #reserved: Record<Scarce, number> = { loadBalancers: 0, floatingIps: 0 };

  /** A service that is changed costs nothing that it has not cost before. */
  async #leaseOnce(kind: Scarce, service: string, isNeeded: boolean): Promise<void> {
    const key = `${kind} ${service}`;
    if (isNeeded && !this.#exposed.has(key)) {
      this.#exposed.add(key);
      await this.#lease(kind);
    }
  }

  async #lease(kind: Scarce): Promise<void> {
    if (this.#reserved[kind] > 0) {
      this.#reserved[kind] -= 1;
      return;
    }
    this.#leases.push(await this.#context.leases.acquire(kind, 1, { holder: this.#holder() }));
  }

  #holder(): string {
    return `${this.#context.scenario}#${process.pid}`;
  }

  async #pods(names: readonly string[], options: PodOptions): Promise<ProbePod[]> {
    const { cluster, budgets, profile, runId, scenario } = this.#context;
    const marks = labelsFor(runId, scenario);
    const common = {
      ...options,
      namespace: this.name,
      runId,
      scenario: slug(scenario),
      marks,
      profile,
    };
    await Promise.all(names.map((name) => cluster.apply(probePodSpec({ ...common, name }))));
    const pods = await untilReady(cluster, { namespace: this.name, names }, budgets.podReady);
    return pods.map(probePodOf);
  }

  async #serviceOf(name: string): Promise<V1Service> {
    const { access } = this.#context.cluster;
    const namespace = this.name;
    return access.call(`Reading service "${namespace}/${name}"`, ({ core }) =>
      core.readNamespacedService({ namespace, name }),
    );
  }

  async #removeFamily(): Promise<void> {
    const { cluster, budgets } = this.#context;
    await this.#belongings.remove();
    const results = await Promise.allSettled([
      removeNamespace({ cluster, budgets, name: this.name, footprint: this.#footprint.current }),
      ...this.#siblings.map((sibling) => sibling.remove()),
    ]);
    await Promise.all(this.#leases.map((lease) => lease[Symbol.asyncDispose]()));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    if (failures[0] !== undefined) {
      throw failures[0];
    }
  }
}
