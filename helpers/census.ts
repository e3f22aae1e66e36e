/**
 * Counts what there is in Kubernetes and OpenStack, with ids, so that a scenario can show that it left
 * nothing behind. Scenarios that run beside it change the figures: compare whole censuses only when
 * nothing else runs, and footprints of namespaces otherwise.
 */
import type { Cloud } from './cloud/cloud.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type Reading, reading } from './reading.ts';

/** The kinds that are counted. */
export const censusKinds = [
  'namespaces',
  'networks',
  'subnets',
  'ports',
  'trunkSubports',
  'securityGroups',
  'loadBalancers',
  'floatingIps',
] as const;

/** A kind that is counted. */
export type CensusKind = (typeof censusKinds)[number];

/** The sorted ids of what there is, by kind. */
export type Census = Readonly<Record<CensusKind, readonly string[]>>;

/** Where the counted things are. */
export interface CensusOptions {
  readonly cloud: Pick<Cloud, 'neutron' | 'octavia'>;
  readonly cluster: Pick<Cluster, 'access'>;
}

/** Counts once. */
export async function census(
  { cloud, cluster }: CensusOptions,
  signal?: AbortSignal,
): Promise<Census> {
  const { neutron, octavia } = cloud;
  const [namespaces, networks, subnets, ports, trunks, securityGroups, loadBalancers, floatingIps] =
    await Promise.all([
      cluster.access.call('Listing namespaces', ({ core }) => core.listNamespace(), signal),
      neutron.networks({}, signal),
      neutron.subnets({}, signal),
      neutron.ports({}, signal),
      neutron.trunks({}, signal),
      neutron.securityGroups({}, signal),
      octavia.loadBalancers({}, signal),
      neutron.floatingIps({}, signal),
    ]);
  return {
    namespaces: namespaces.items.map(({ metadata }) => metadata?.name ?? '').sort(),
    networks: idsOf(networks),
    subnets: idsOf(subnets),
    ports: idsOf(ports),
    trunkSubports: trunks
      .flatMap(({ sub_ports }) => sub_ports.map(({ port_id }) => port_id))
      .sort(),
    securityGroups: idsOf(securityGroups),
    loadBalancers: idsOf(loadBalancers),
    floatingIps: idsOf(floatingIps),
  };
}

/** The census as a reading, for `toSettleOn(baseline, budgets.census)`. */
export function censusOf(options: CensusOptions): Reading<Census> {
  return reading('census of the stack', (signal) => census(options, signal), describeCensus);
}

/** The figures of a census in one line. */
export function describeCensus(counted: Census): string {
  return censusKinds.map((kind) => `${counted[kind].length} ${kind}`).join(', ');
}

/** What one census has and an earlier one had not, one line each. */
export function growthOf(before: Census, after: Census): string[] {
  return censusKinds.flatMap((kind) => {
    const known = new Set(before[kind]);
    return after[kind].filter((id) => !known.has(id)).map((id) => `${kind}: ${id}`);
  });
}

function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id).sort();
}
