/**
 * A pod that runs the prober, as scenarios see it.
 */
import type { V1Container, V1ObjectMeta, V1Pod } from '@kubernetes/client-node';

/** A pod that runs the prober. */
export interface ProbePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What its container declares. */
  readonly ports: readonly PodPort[];
}

/** A port that a container declares. */
export interface PodPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** Shows a pod as scenarios see it. */
export function probePodOf({ metadata, spec, status }: V1Pod): ProbePod {
  return {
    ...identityOf(metadata),
    node: spec?.nodeName ?? '',
    ip: status?.podIP ?? '',
    ports: portsOf(spec?.containers ?? []),
  };
}

function identityOf(
  metadata: V1ObjectMeta | undefined,
): Pick<ProbePod, 'namespace' | 'name' | 'uid' | 'labels'> {
  const {
    namespace = '',
    name = '',
    uid = '',
    labels = {},
  }: Partial<V1ObjectMeta> = metadata ?? {};
  return { namespace, name, uid, labels };
}

function portsOf(containers: readonly V1Container[]): PodPort[] {
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ name = '', protocol = 'TCP', containerPort: port }) => ({ name, protocol, port })),
  );
}
