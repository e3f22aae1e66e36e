/**
 * What OpenShift says about Kuryr: the network's configuration, its operator, Kuryr's own workloads and
 * settings, and the webhook that forces resolvers to TCP. It only reads.
 */
import { StackError } from '#env';
import { z } from 'zod';
import type { ApiVersion } from '../cloud/octavia.ts';
import { type Reading, reading } from '../reading.ts';
import type { Cluster } from './cluster.ts';

/** The namespace of Kuryr on OpenShift. */
const namespace = 'openshift-kuryr';
const webhookName = 'kuryr-dns-admission-controller';
const providerNote = 'networkoperator.openshift.io/kuryr-octavia-provider';

const networkForm = z.looseObject({
  spec: z.looseObject({
    networkType: z.string().optional(),
    clusterNetwork: z.array(z.unknown()).default([]),
    serviceNetwork: z.array(z.unknown()).default([]),
  }),
  status: z
    .looseObject({
      networkType: z.string().optional(),
      clusterNetwork: z.array(z.unknown()).default([]),
      serviceNetwork: z.array(z.unknown()).default([]),
    })
    .optional(),
});

const operatorForm = z.looseObject({
  spec: z.looseObject({
    defaultNetwork: z.looseObject({ type: z.string().optional() }).optional(),
  }),
});

const conditionsForm = z.looseObject({
  status: z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
  }),
});

const versionForm = z.looseObject({
  status: z.looseObject({ desired: z.looseObject({ version: z.string() }) }),
});

const webhookForm = z.looseObject({
  webhooks: z.array(z.looseObject({ failurePolicy: z.string().optional() })).default([]),
});

/** The configuration of the network, as it was asked for and as it is. */
export interface OpenShiftNetworkView {
  readonly wanted: string | undefined;
  readonly actual: string | undefined;
  /** How many blocks pods and Services have. */
  readonly clusterNetworks: number;
  readonly serviceNetworks: number;
}

/** How many pods of a workload are ready, of how many. */
export interface WorkloadView {
  readonly wanted: number;
  readonly ready: number;
}

/** The provider of load balancers, as the operator has chosen it and as Kuryr is configured. */
export interface ChosenProviderView {
  readonly chosen: string | undefined;
  readonly configured: string | undefined;
}

/** The webhook that changes the resolver settings of new pods. */
export interface DnsWebhookView {
  readonly failurePolicies: readonly string[];
}

/** Reads what OpenShift says about Kuryr. */
export class OpenShift {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The release, such as "4.10.3". */
  async release(): Promise<string> {
    const version = await this.#config('clusterversions', 'version', versionForm);
    if (version !== undefined) return version.status.desired.version;
    throw new StackError(
      'OPENSHIFT_WITHOUT_VERSION',
      'Reading the release of OpenShift: there is no ClusterVersion "version". Is the cluster an OpenShift?',
    );
  }

  get network(): Reading<OpenShiftNetworkView | undefined> {
    return reading('network.config.openshift.io/cluster', async (signal) => {
      const found = await this.#config('networks', 'cluster', networkForm, signal);
      return found === undefined
        ? undefined
        : {
            wanted: found.spec.networkType,
            actual: found.status?.networkType,
            clusterNetworks: (found.status ?? found.spec).clusterNetwork.length,
            serviceNetworks: (found.status ?? found.spec).serviceNetwork.length,
          };
    });
  }

  /** The type of network that the operator is told to make. */
  get networkOperator(): Reading<string | undefined> {
    return reading('default network of network.operator.openshift.io/cluster', async (signal) => {
      const place = { group: 'operator.openshift.io', plural: 'networks', name: 'cluster' };
      return (await this.#object(place, operatorForm, signal))?.spec.defaultNetwork?.type;
    });
  }

  /** The conditions of the cluster operator "network", by type. */
  get operatorConditions(): Reading<Readonly<Record<string, string>>> {
    return reading('conditions of the cluster operator "network"', async (signal) => {
      const found = await this.#config('clusteroperators', 'network', conditionsForm, signal);
      const conditions = found?.status.conditions ?? [];
      return Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
    });
  }

  /** Kuryr's controller. */
  get controller(): Reading<WorkloadView | undefined> {
    return reading(`Deployment ${namespace}/kuryr-controller`, async (signal) => {
      const found = await this.#cluster.access.find(
        `Reading the Deployment of Kuryr's controller`,
        ({ apps }) => apps.readNamespacedDeployment({ namespace, name: 'kuryr-controller' }),
        signal,
      );
      return found === undefined
        ? undefined
        : { wanted: found.spec?.replicas ?? 1, ready: found.status?.readyReplicas ?? 0 };
    });
  }

  /** Kuryr's daemons. */
  get daemons(): Reading<WorkloadView | undefined> {
    return reading(`DaemonSet ${namespace}/kuryr-cni`, async (signal) => {
      const found = await this.#cluster.access.find(
        `Reading the DaemonSet of Kuryr's daemons`,
        ({ apps }) => apps.readNamespacedDaemonSet({ namespace, name: 'kuryr-cni' }),
        signal,
      );
      return found?.status === undefined
        ? undefined
        : { wanted: found.status.desiredNumberScheduled, ready: found.status.numberReady };
    });
  }

  get chosenProvider(): Reading<ChosenProviderView> {
    return reading(`provider in ConfigMap ${namespace}/kuryr-config`, async (signal) => {
      const found = await this.#cluster.access.find(
        "Reading Kuryr's configuration",
        ({ core }) => core.readNamespacedConfigMap({ namespace, name: 'kuryr-config' }),
        signal,
      );
      const conf = found?.data?.['kuryr.conf'] ?? '';
      return {
        chosen: found?.metadata?.annotations?.[providerNote],
        configured: /^\s*endpoints_driver_octavia_provider\s*=\s*(\S+)/m.exec(conf)?.[1],
      };
    });
  }

  get dnsWebhook(): Reading<DnsWebhookView | undefined> {
    return reading(`webhook ${webhookName}`, async (signal) => {
      const group = 'admissionregistration.k8s.io';
      const place = { group, plural: 'mutatingwebhookconfigurations', name: webhookName };
      const found = await this.#object(place, webhookForm, signal);
      return found === undefined
        ? undefined
        : { failurePolicies: found.webhooks.map(({ failurePolicy }) => failurePolicy ?? 'Ignore') };
    });
  }

  #config<F extends z.ZodType>(
    ...[plural, name, form, signal]: [string, string, F, AbortSignal?]
  ): Promise<z.output<F> | undefined> {
    return this.#object({ group: 'config.openshift.io', plural, name }, form, signal);
  }

  async #object<F extends z.ZodType>(
    place: { readonly group: string; readonly plural: string; readonly name: string },
    form: F,
    signal?: AbortSignal,
  ): Promise<z.output<F> | undefined> {
    const { group, plural, name } = place;
    const found: unknown = await this.#cluster.access.find(
      `Reading ${plural}.${group} "${name}"`,
      ({ custom }): Promise<unknown> =>
        custom.getClusterCustomObject({ group, version: 'v1', plural, name }),
      signal,
    );
    return found === undefined ? undefined : form.parse(found);
  }
}

/** Where OpenShift's webhook forces the resolvers of new pods to TCP, and what is expected then. */
export interface ExpectedTcpDns {
  readonly webhook: DnsWebhookView | undefined;
  /** The resolver options of a new pod that asks for none. */
  readonly options: readonly string[];
}

const lastWithWebhook = 10;

/**
 * Says what a release of OpenShift does about DNS on an Octavia: 4.2 forces resolvers to TCP always, 4.3 to
 * 4.10 where Octavia has no listeners of two protocols on one port, and later ones never.
 */
export function expectedTcpDns(release: string, octavia: ApiVersion): ExpectedTcpDns {
  const minor = Number(/^4\.(\d+)/.exec(release)?.[1] ?? Number.POSITIVE_INFINITY);
  const hasMixed = octavia[0] > 2 || (octavia[0] === 2 && octavia[1] >= 13);
  const isDue = minor === 2 || (minor <= lastWithWebhook && !hasMixed);
  return isDue
    ? { webhook: { failurePolicies: ['Ignore'] }, options: ['use-vc'] }
    : { webhook: undefined, options: [] };
}
