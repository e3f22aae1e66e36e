/**
 * The extra egress rules to the addresses of services in front of somebody whom a policy allows.
 */
import type { PlannedRule } from '../api/records.ts';
import type { Service } from '../api/resources.ts';
import { contains } from './addresses.ts';
import type { Peer } from './policy-peers.ts';
import type { RuleMaker, RuleParts, Translation } from './policy-rules.ts';

interface Where extends Translation {
  /** The namespace of the policy. */
  readonly namespace: string;
  readonly maker: RuleMaker;
}

function isInFrontOf(service: Service, peer: Peer, where: Where): boolean {
  const { selector } = service.spec;
  const hasSelector = selector !== undefined && Object.keys(selector).length > 0;
  if (!hasSelector && !where.release.egressWithoutSelector) return false;
  if (peer.kind === 'namespace') return service.metadata.namespace === peer.namespace.name;
  return hasSelector ? selectsPeer(service, peer, where) : pointsAtPeer(service, peer, where);
}

type Addressed = Exclude<Peer, { readonly kind: 'namespace' }>;

function selectsPeer(service: Service, peer: Addressed, where: Where): boolean {
  return peer.kind === 'pod'
    ? selects(service, peer.pod.metadata.labels)
    : service.metadata.namespace === where.namespace && hasPodIn(service, peer.cidr, where);
}

function pointsAtPeer(service: Service, peer: Addressed, where: Where): boolean {
  return peer.kind === 'pod'
    ? where.inventory.targetsOf(service).includes(peer.pod.status?.podIP ?? '')
    : hasAllTargetsIn(service, peer.cidr, where);
}

/** Kuryr compares labels only: a service of another namespace counts as well. */
function selects({ spec }: Service, labels: Readonly<Record<string, string>> | undefined): boolean {
  const wanted = Object.entries(spec.selector ?? {});
  return labels === undefined || wanted.every(([key, value]) => labels[key] === value);
}

function hasPodIn({ spec, metadata }: Service, cidr: string, { inventory }: Where): boolean {
  return inventory
    .pods({ matchLabels: spec.selector ?? {} }, metadata.namespace)
    .map((pod) => inventory.portAddressOf(pod))
    .some((address) => address !== undefined && contains(cidr, address));
}

function hasAllTargetsIn(service: Service, cidr: string, { inventory }: Where): boolean {
  const targets = inventory.targetsOf(service);
  return targets.length > 0 && targets.every((target) => contains(cidr, target));
}

/** The ports at which a service is to be reached for pods that are reached at one. */
function portsOf(service: Service, parts: RuleParts, where: Where): readonly RuleParts[] {
  const { port, protocol } = parts;
  if (port === undefined || where.deviations.serviceEgressAtPodPort) return [parts];
  return (service.spec.ports ?? [])
    .filter((own) => (own.protocol ?? 'TCP') === (protocol ?? 'TCP'))
    .filter((own) => typeof own.targetPort === 'string' || (own.targetPort ?? own.port) === port)
    .map((own) => ({ ...parts, port: own.port }));
}

/** The rules by which somebody's services may be reached too. */
export function serviceEgressRules(
  peer: Peer,
  where: Where,
  parts: Pick<RuleParts, 'protocol' | 'port'>,
): PlannedRule[] {
  return where.inventory
    .services()
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ spec }) => !['', 'None', undefined].includes(spec.clusterIP))
    .filter((service) => isInFrontOf(service, peer, where))
    .flatMap((service) =>
      portsOf(service, parts, where).map(({ port, protocol }) =>
        where.maker.rule({ port, protocol, cidr: service.spec.clusterIP }),
      ),
    );
}
