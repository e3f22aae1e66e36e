/**
 * What a service looks like, and what it costs in OpenStack.
 */
import type { Manifest } from '../cluster/objects.ts';

/** One port of a service. */
export interface ServicePortOptions {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  /** A number, or the name of a container's port; the service's own port when not given. */
  readonly targetPort?: number | string;
}

/** How a service is made. */
export interface ExposeOptions {
  /** The workload's name when not given. */
  readonly name?: string;
  readonly type?: 'ClusterIP' | 'LoadBalancer' | 'NodePort' | 'ExternalName';
  readonly ports: readonly ServicePortOptions[];
  /** The workload's labels when not given; null for a service without a selector. */
  readonly selector?: Readonly<Record<string, string>> | null;
  readonly isHeadless?: boolean;
  /** Null takes one away from a service that is there. */
  readonly annotations?: Readonly<Record<string, string | null>>;
  /** Further fields of the specification, such as loadBalancerIP. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A service that is to be made. */
export interface ServicePlan {
  readonly namespace: string;
  readonly workload: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly options: ExposeOptions;
  readonly marks: Readonly<Record<string, string>>;
}

/** Tells whether Kuryr makes a load balancer for a service: not for headless, NodePort and ExternalName ones. */
export function needsLoadBalancer({
  type = 'ClusterIP',
  isHeadless = false,
}: ExposeOptions): boolean {
  return !isHeadless && (type === 'ClusterIP' || type === 'LoadBalancer');
}

/** Tells whether Kuryr makes a floating IP for a service; one that names its own address brings it along. */
export function needsFloatingIp({ type, more }: ExposeOptions): boolean {
  return type === 'LoadBalancer' && more?.['loadBalancerIP'] === undefined;
}

/** Describes a service. */
export function serviceSpec({ namespace, workload, options, marks }: ServicePlan): Manifest {
  const { type = 'ClusterIP', annotations, isHeadless = false } = options;
  const selector = options.selector === undefined ? workload.labels : options.selector;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: options.name ?? workload.name,
      namespace,
      labels: { ...marks },
      // A merge patch takes away what is null; the library's types do not know that.
      ...(annotations === undefined ? {} : { annotations: annotations as Record<string, string> }),
    },
    spec: {
      ...options.more,
      type,
      ports: options.ports.map(portSpec),
      ...(selector === null ? {} : { selector: { ...selector } }),
      ...(isHeadless ? { clusterIP: 'None' } : {}),
    },
  };
}

function portSpec(
  options: ServicePortOptions,
  _index: number,
  all: readonly ServicePortOptions[],
): object {
  const { port, protocol = 'TCP', targetPort } = options;
  // Kubernetes wants names as soon as there are several ports.
  const name = options.name ?? (all.length > 1 ? `${protocol.toLowerCase()}-${port}` : undefined);
  return {
    port,
    protocol,
    targetPort: targetPort ?? port,
    ...(name === undefined ? {} : { name }),
  };
}
