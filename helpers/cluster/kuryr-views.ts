/**
 * What scenarios see of Kuryr's custom resources: flat, with the names of this project, and with lists
 * in a fixed order.
 */
import type { KuryrResource } from './kuryr-forms.ts';

/** One interface of a pod, as Kuryr has recorded it. */
export interface VifView {
  readonly interfaceName: string;
  /** The os-vif class, such as "VIFVlanNested" or "VIFOpenVSwitch". */
  readonly kind: string;
  readonly portId: string;
  readonly macAddress: string | undefined;
  readonly addresses: readonly string[];
  readonly networkId: string | undefined;
  readonly mtu: number | undefined;
  readonly vlanId: number | undefined;
  readonly isActive: boolean;
}

/** A pod's KuryrPort. */
export interface KuryrPortView {
  readonly name: string;
  readonly podUid: string;
  readonly nodeName: string;
  readonly finalizers: readonly string[];
  readonly isBeingDeleted: boolean;
  /** The interface named eth0, or the one marked as default. */
  readonly vif: VifView | undefined;
  readonly vifs: readonly VifView[];
}

/** A namespace's KuryrNetwork. */
export interface KuryrNetworkView {
  readonly name: string;
  readonly projectId: string;
  readonly networkId: string | undefined;
  readonly subnetId: string | undefined;
  readonly subnetCidr: string | undefined;
  readonly routerId: string | undefined;
  readonly isPopulated: boolean;
  readonly finalizers: readonly string[];
  readonly isBeingDeleted: boolean;
}

/** A service's KuryrLoadBalancer. */
export interface KuryrLoadBalancerView {
  readonly name: string;
  readonly type: string | undefined;
  readonly clusterIp: string | undefined;
  /** Addresses of the endpoints that Kuryr has seen. */
  readonly endpoints: readonly string[];
  readonly loadBalancerId: string | undefined;
  readonly provider: string | undefined;
  /** The provider that Kuryr asks Octavia for; undefined when it leaves the choice to Octavia. */
  readonly wantedProvider: string | undefined;
  readonly vipPortId: string | undefined;
  readonly securityGroupIds: readonly string[];
  /** Written PROTOCOL:port. */
  readonly listeners: readonly string[];
  /** Each once, written address:port. */
  readonly members: readonly string[];
  readonly publicIp:
    { readonly id: string; readonly address: string; readonly allocation: string } | undefined;
  readonly finalizers: readonly string[];
  readonly isBeingDeleted: boolean;
}

/** One rule that a policy became. */
export interface PolicyRuleView {
  readonly direction: string | undefined;
  readonly ethertype: string | undefined;
  readonly protocol: string | undefined;
  readonly ports: readonly [number | undefined, number | undefined];
  readonly remote: string | undefined;
}

/** A policy's KuryrNetworkPolicy. */
export interface KuryrNetworkPolicyView {
  readonly name: string;
  readonly securityGroupId: string | undefined;
  readonly policyTypes: readonly string[];
  readonly planned: readonly PolicyRuleView[];
  readonly made: readonly PolicyRuleView[];
  /** Every planned rule is made and the selector is taken over: Kuryr's own sign of readiness. */
  readonly isApplied: boolean;
  readonly finalizers: readonly string[];
  readonly isBeingDeleted: boolean;
}

/** Shows a KuryrPort. */
export function kuryrPortView(port: KuryrResource<'KuryrPort'>): KuryrPortView {
  const entries = Object.entries(port.status?.vifs ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const vifs = entries.map(([name, { vif }]) => vifView(name, vif));
  const standard = entries.findIndex(([name, entry]) => entry.default === true || name === 'eth0');
  return {
    name: port.metadata.name,
    podUid: port.spec.podUid,
    nodeName: port.spec.podNodeName,
    finalizers: port.metadata.finalizers,
    isBeingDeleted: port.metadata.deletionTimestamp !== undefined,
    vif: vifs[standard],
    vifs,
  };
}

type Vif = NonNullable<KuryrResource<'KuryrPort'>['status']>['vifs'][string]['vif'];

function vifView(interfaceName: string, vif: Vif): VifView {
  const fields = vif['versioned_object.data'];
  const network = fields.network?.['versioned_object.data'];
  const subnets = network?.subnets?.['versioned_object.data'].objects ?? [];
  const addresses = subnets
    .flatMap(
      (subnet) => subnet['versioned_object.data'].ips?.['versioned_object.data'].objects ?? [],
    )
    .map((address) => address['versioned_object.data'].address);
  return {
    interfaceName,
    kind: vif['versioned_object.name'],
    portId: fields.id,
    macAddress: fields.address,
    addresses,
    networkId: network?.id,
    mtu: network?.mtu ?? undefined,
    vlanId: fields.vlan_id,
    isActive: fields.active,
  };
}

/** Shows a KuryrNetwork. */
export function kuryrNetworkView(network: KuryrResource<'KuryrNetwork'>): KuryrNetworkView {
  const { metadata, spec, status } = network;
  return {
    name: metadata.name,
    projectId: spec.projectId,
    networkId: status?.netId,
    subnetId: status?.subnetId,
    subnetCidr: status?.subnetCIDR,
    routerId: status?.routerId,
    isPopulated: status?.populated ?? false,
    finalizers: metadata.finalizers,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
  };
}

/** Shows a KuryrLoadBalancer. */
export function kuryrLoadBalancerView(
  balancer: KuryrResource<'KuryrLoadBalancer'>,
): KuryrLoadBalancerView {
  const { metadata, spec } = balancer;
  const status = balancer.status ?? nothingYet;
  const made = status.loadbalancer;
  const addresses = spec.endpointSlices.flatMap((slice) =>
    slice.endpoints.flatMap((endpoint) => endpoint.addresses),
  );
  return {
    name: metadata.name,
    type: spec.type,
    clusterIp: spec.ip,
    endpoints: sortedOnce(addresses),
    loadBalancerId: made?.id,
    provider: made?.provider ?? spec.provider,
    wantedProvider: spec.provider,
    vipPortId: made?.port_id,
    securityGroupIds: made?.security_groups ?? [],
    listeners: sortedOnce(status.listeners.map(({ protocol, port }) => `${protocol}:${port}`)),
    members: sortedOnce(
      status.members.map(({ ip, port }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`),
    ),
    publicIp: publicIpOf(status.service_pub_ip_info),
    finalizers: metadata.finalizers,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
  };
}

type BalancerStatus = NonNullable<KuryrResource<'KuryrLoadBalancer'>['status']>;
type PublicIp = BalancerStatus['service_pub_ip_info'];

/** Kuryr makes nothing in Octavia before the first endpoint is ready. */
const nothingYet: BalancerStatus = { listeners: [], pools: [], members: [] };

function publicIpOf(found: PublicIp): KuryrLoadBalancerView['publicIp'] {
  return found === undefined
    ? undefined
    : { id: found.ip_id, address: found.ip_addr, allocation: found.alloc_method };
}

/** Shows a KuryrNetworkPolicy. */
export function kuryrNetworkPolicyView(
  policy: KuryrResource<'KuryrNetworkPolicy'>,
): KuryrNetworkPolicyView {
  const { metadata, spec, status } = policy;
  const planned = [...spec.ingressSgRules, ...spec.egressSgRules].map(({ sgRule }) =>
    ruleView(sgRule),
  );
  const made = (status?.securityGroupRules ?? []).map(ruleView);
  return {
    name: metadata.name,
    securityGroupId: status?.securityGroupId,
    policyTypes: spec.policyTypes,
    planned,
    made,
    isApplied:
      status?.securityGroupId !== undefined &&
      status.podSelector !== undefined &&
      planned.length === made.length,
    finalizers: metadata.finalizers,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
  };
}

type Rule = KuryrResource<'KuryrNetworkPolicy'>['spec']['ingressSgRules'][number]['sgRule'];

function ruleView(rule: Rule): PolicyRuleView {
  return {
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    ports: [rule.port_range_min, rule.port_range_max],
    remote: rule.remote_ip_prefix,
  };
}

function sortedOnce(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
