/**
 * How Kuryr names what it makes in OpenStack, release by release.
 */
import type { Release } from './release.ts';

interface Named {
  readonly name: string;
  readonly namespace?: string | undefined;
}

const longest = 255;

/** Cuts the name in the middle when the whole would be too long for Neutron. */
function fitted(prefix: string, name: string, suffix = ''): string {
  const length = prefix.length + name.length + suffix.length;
  const kept = length > longest ? name.slice(0, 254 - (length - 254)) : name;
  return `${prefix}${kept}${suffix}`;
}

function inNamespace({ namespace, name }: Named): string {
  return fitted(`${namespace ?? ''}/`, name);
}

/** The namespace's network. */
export function networkName(
  release: Pick<Release, 'namesByUid'>,
  namespace: { readonly name: string; readonly uid: string },
): string {
  return release.namesByUid
    ? fitted(`${namespace.uid}/`, namespace.name)
    : fitted('ns/', namespace.name, '-net');
}

/** The namespace's subnet. */
export function subnetName(
  release: Pick<Release, 'namesByUid'>,
  namespace: { readonly name: string; readonly uid: string },
): string {
  return release.namesByUid
    ? fitted(`${namespace.uid}/`, namespace.name)
    : fitted('ns/', namespace.name, '-subnet');
}

/** The security group of a policy. */
export function groupName(release: Pick<Release, 'namesByUid'>, policy: Named): string {
  const name = `${policy.namespace ?? ''}-${policy.name}`;
  return fitted(release.namesByUid ? 'sg/' : 'sg-', name);
}

/** The description of a policy's security group. */
export function groupDescription(release: Pick<Release, 'policyRecord'>, policy: Named): string {
  return release.policyRecord === 'KuryrNetPolicy'
    ? 'Kuryr-Kubernetes NetPolicy SG'
    : `Kuryr-Kubernetes Network Policy ${inNamespace(policy)} SG`;
}

/** The description of every rule that comes from a policy's text. */
export const ruleDescription = 'Kuryr-Kubernetes NetPolicy SG rule';

/** The port of a pod, when port_debug is on. */
export const portName = inNamespace;

/** A port that waits in a pool, when port_debug is on. */
export const poolPortName = 'kuryr-pool-port';

/** The load balancer of a service. */
export const balancerName = inNamespace;

/** A listener and its pool. */
export function listenerName(balancer: string, port: { protocol: string; port: number }): string {
  return `${balancer}:${port.protocol}:${port.port}`;
}

/** A member, from the pod or the service that it stands for. */
export function memberName(target: Named, port: number): string {
  return `${target.namespace ?? ''}/${target.name}:${port}`;
}
