/**
 * What a pod that runs the prober looks like. It satisfies the `restricted` Pod Security level and asks
 * for nothing that Kubernetes 1.20 does not know.
 */
import type { Profile } from '#env';
import type { Manifest } from '../cluster/objects.ts';

/** The resolver settings of a pod. */
export interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly value?: string }[];
}

/** The ports at which a pod's prober answers. */
export interface ProberPorts {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly http: readonly number[];
}

/** How one pod differs from the usual one. */
export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** The name of the node it must run on. */
  readonly node?: string;
  readonly image?: string;
  /** Runs another program of the image in place of the prober; such a pod is no vantage. */
  readonly command?: readonly string[];
  readonly ports?: Partial<ProberPorts>;
  /** Names of container ports in place of the usual `tcp-8080`; one name may mean other numbers elsewhere. */
  readonly portNames?: Readonly<Record<string, string>>;
  /** Keeps the pod from being ready until the condition `readinessGate` is set in its status. */
  readonly isGated?: boolean;
  /** Shares the network of its node: its ports must be free there, and Kuryr has no part in it. */
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: 'ClusterFirst' | 'None' | 'Default';
  readonly dnsConfig?: DnsConfig;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod that is to be made. */
export interface PodPlan extends PodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly runId: string;
  readonly scenario: string;
  readonly marks: Readonly<Record<string, string>>;
  readonly profile: Pick<Profile, 'images' | 'cluster'>;
}

/** The name of the ConfigMap that brings the prober into the pods of a namespace. */
export const proberMapName = 'kuryr-conformance-prober';
/** The name of the container that runs the prober. */
export const proberContainer = 'prober';

const folder = '/prober';
const file = 'prober.mjs';

/** The condition that the readiness of a gated pod waits for. */
export const readinessGate = 'kuryr-conformance.io/ready';

/** Where a pod that asks for no ports in particular answers, over TCP and over UDP. */
export const podPort = 8080;

/** The ports of a pod that only probes. */
export const noPorts: ProberPorts = { tcp: [], udp: [], http: [] };

/** The ports of a pod that asks for none in particular. */
export const defaultPorts: ProberPorts = { tcp: [podPort], udp: [podPort], http: [8081] };

/** Describes the ConfigMap that brings the prober into the pods of a namespace. */
export function proberMap(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  source: string,
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: proberMapName, namespace, labels: { ...labels } },
    data: { [file]: source },
  };
}

/** Describes a pod that runs the prober. */
export function probePodSpec(plan: PodPlan): Manifest {
  const isOpenShift = plan.profile.cluster === 'openshift';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      labels: { ...plan.labels, ...plan.marks },
      ...(plan.annotations === undefined ? {} : { annotations: { ...plan.annotations } }),
    },
    spec: {
      // A prober that ends is trouble; a restart would hide it.
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(plan.isGated === true ? { readinessGates: [{ conditionType: readinessGate }] } : {}),
      // OpenShift's restricted SCC chooses user and seccomp profile itself and refuses others.
      ...(isOpenShift ? {} : { securityContext: restricted }),
      ...(plan.node === undefined ? {} : { affinity: onNode(plan.node) }),
      ...(plan.hostNetwork === undefined ? {} : { hostNetwork: plan.hostNetwork }),
      ...(plan.dnsPolicy === undefined ? {} : { dnsPolicy: plan.dnsPolicy }),
      ...(plan.dnsConfig === undefined ? {} : { dnsConfig: plan.dnsConfig }),
      containers: [container(plan)],
      volumes: [{ name: 'prober', configMap: { name: proberMapName } }],
    },
  };
}

const restricted = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
};

function container(plan: PodPlan): object {
  const ports: ProberPorts = { ...defaultPorts, ...plan.ports };
  const first = ports.tcp[0] ?? ports.http[0];
  return {
    name: proberContainer,
    image: plan.image ?? plan.profile.images.prober,
    imagePullPolicy: plan.profile.images.pullPolicy,
    command: [...(plan.command ?? serving(plan, ports))],
    // The control channel is the process's own standard input; several attaches in a row may use it.
    stdin: true,
    stdinOnce: false,
    tty: false,
    ports: containerPorts(ports, plan.portNames),
    volumeMounts: [{ name: 'prober', mountPath: folder, readOnly: true }],
    ...(first === undefined
      ? {}
      : {
          readinessProbe: {
            tcpSocket: { port: first },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 3,
          },
        }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

function serving(plan: PodPlan, ports: ProberPorts): string[] {
  return ['node', `${folder}/${file}`, 'serve', ...marksOf(plan), ...portFlags(ports)];
}

function marksOf({ runId, scenario, name }: PodPlan): string[] {
  return ['--run', runId, '--scenario', scenario, '--pod', name];
}

function portFlags(ports: ProberPorts): string[] {
  return (['tcp', 'udp', 'http'] as const).flatMap((kind) =>
    ports[kind].length === 0 ? [] : [`--${kind}`, ports[kind].join(',')],
  );
}

function containerPorts(ports: ProberPorts, names: PodOptions['portNames'] = {}): object[] {
  const named = (kind: keyof ProberPorts, protocol: 'TCP' | 'UDP'): object[] =>
    ports[kind].map((port) => {
      const name = `${kind}-${port}`;
      return { name: names[name] ?? name, containerPort: port, protocol };
    });
  return [...named('tcp', 'TCP'), ...named('udp', 'UDP'), ...named('http', 'TCP')];
}

/** By field, since the label of the host name may differ from the node's name. */
function onNode(node: string): object {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
        ],
      },
    },
  };
}
