/**
 * Levers on what Kuryr's controller sees of Kubernetes, and on how it reads network policies.
 */
import { Informer } from '../kuryr/api/informer.ts';
import type { NetworkPolicy, PolicyPeer, PolicyRule, Resource } from '../kuryr/api/resources.ts';
import type { Levers } from './levers.ts';

type Spec = NetworkPolicy['spec'];

/** Has Kuryr's controller see other objects of a kind than there are. */
export function sees<T extends Resource>(
  levers: Levers,
  kind: string,
  change: (object: T) => T,
): void {
  const seen = <R extends Resource | undefined>(object: R): R =>
    object?.kind === kind ? (change(object as unknown as T) as unknown as R) : object;
  const copies = Informer.prototype as Informer<Resource>;
  levers.override(copies, 'get', (call) => (key) => seen(call(key)));
  levers.override(copies, 'all', (call) => () => call().map((object) => seen(object)));
  levers.override(copies, 'in', (call) => (space) => call(space).map((object) => seen(object)));
}

/** Has Kuryr read every policy as another one. */
export function readsPolicies(levers: Levers, change: (spec: Spec) => Spec): void {
  sees<NetworkPolicy>(levers, 'NetworkPolicy', (policy) => ({
    ...policy,
    spec: change(policy.spec),
  }));
}

/** The same policy with other rules in both directions. */
export function withRules(
  { ingress, egress, ...spec }: Spec,
  change: (rule: PolicyRule) => PolicyRule,
): Spec {
  return {
    ...spec,
    ...(ingress === undefined ? {} : { ingress: ingress.map(change) }),
    ...(egress === undefined ? {} : { egress: egress.map(change) }),
  };
}

/** The same policy with other peers in its rules. */
export function withPeers(
  spec: Spec,
  change: (peers: readonly PolicyPeer[]) => readonly PolicyPeer[],
): Spec {
  return withRules(spec, ({ from, to, ...rule }) => ({
    ...rule,
    ...(from === undefined ? {} : { from: change(from) }),
    ...(to === undefined ? {} : { to: change(to) }),
  }));
}
