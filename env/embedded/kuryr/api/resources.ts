/**
 * The Kubernetes objects that Kuryr reads and writes, in their JSON form and only as far as it looks
 * into them, and where the API serves them.
 */
import type { Vif } from './vif.ts';

/** What every object carries. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
}

export type Labels = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Any object. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

export interface Pod extends Resource {
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers: readonly { readonly ports?: readonly ContainerPort[] }[];
    readonly dnsConfig?: { readonly options?: readonly { readonly name: string }[] };
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly hostIP?: string;
  };
}

export interface Namespace extends Resource {
  readonly status?: { readonly phase?: string };
}

export interface Node extends Resource {
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

export interface Service extends Resource {
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly loadBalancerIP?: string;
    readonly selector?: Labels;
    readonly ports?: readonly ServicePort[];
  };
}

export interface TargetRef {
  readonly kind?: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface EndpointPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

export interface Endpoints extends Resource {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string; readonly targetRef?: TargetRef }[];
    readonly ports?: readonly EndpointPort[];
  }[];
}

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface PolicyPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyRule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

export interface NetworkPolicy extends Resource {
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

/** The interfaces of a pod by name, as Kuryr keeps them. */
export type Vifs = Readonly<Record<string, { readonly default: boolean; readonly vif: Vif }>>;

export interface KuryrPort extends Resource {
  readonly spec: {
    readonly podUid: string;
    readonly podNodeName: string;
    readonly podStatic?: boolean;
  };
  readonly status?: { readonly vifs?: Vifs };
}

export interface NamespaceNetwork {
  readonly netId?: string;
  readonly subnetId?: string;
  readonly subnetCIDR?: string;
  readonly routerId?: string;
  readonly populated?: boolean;
  readonly nsLabels?: Labels;
}

export interface KuryrNetwork extends Resource {
  readonly spec: {
    readonly nsName: string;
    readonly projectId: string;
    readonly nsLabels: Labels;
  };
  readonly status?: NamespaceNetwork;
}

/** A rule of a security group as Kuryr writes it down. */
export interface SgRule {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly description: string;
  readonly protocol?: string;
  readonly port_range_min?: number;
  readonly port_range_max?: number;
  readonly remote_ip_prefix?: string;
}

/** A rule with what it was made for, by which Kuryr finds the policies that a change concerns. */
export interface PlannedRule {
  readonly sgRule: SgRule;
  readonly namespace?: string;
  readonly affectedPods?: readonly { readonly podIP: string; readonly podNamespace: string }[];
}

/** A rule that Neutron has. */
export type MadeRule = SgRule & { readonly id: string; readonly security_group_id?: string };

export interface KuryrNetworkPolicy extends Resource {
  readonly spec: {
    readonly ingressSgRules: readonly PlannedRule[];
    readonly egressSgRules: readonly PlannedRule[];
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
  };
  readonly status: {
    readonly securityGroupId?: string;
    readonly securityGroupRules: readonly MadeRule[];
    readonly podSelector?: Selector;
  };
}

export interface EndpointSlice {
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready: boolean };
    readonly targetRef?: TargetRef;
  }[];
  readonly ports: readonly EndpointPort[];
}

export interface BalancerSpec {
  readonly ip?: string;
  readonly lb_ip?: string;
  readonly ports?: readonly ServicePort[];
  readonly project_id?: string;
  readonly security_groups_ids?: readonly string[];
  readonly subnet_id?: string;
  readonly type?: string;
  readonly provider?: string;
  readonly timeout_client_data?: number;
  readonly timeout_member_data?: number;
  readonly endpointSlices?: readonly EndpointSlice[];
}

export interface MadeBalancer {
  readonly id: string;
  readonly ip: string;
  readonly name: string;
  readonly port_id: string;
  readonly project_id: string;
  readonly provider: string;
  readonly security_groups: readonly string[];
  readonly subnet_id: string;
}

export interface MadeListener {
  readonly id: string;
  readonly loadbalancer_id: string;
  readonly name: string;
  readonly port: number;
  readonly project_id: string;
  readonly protocol: string;
  readonly timeout_client_data?: number;
  readonly timeout_member_data?: number;
}

export interface MadePool {
  readonly id: string;
  readonly listener_id: string;
  readonly loadbalancer_id: string;
  readonly name: string;
  readonly project_id: string;
  readonly protocol: string;
}

export interface MadeMember {
  readonly id: string;
  readonly ip: string;
  readonly name: string;
  readonly pool_id: string;
  readonly port: number;
  readonly project_id: string;
  readonly subnet_id: string;
}

export interface PublicIp {
  readonly ip_id: string;
  readonly ip_addr: string;
  readonly alloc_method: 'pool' | 'user';
}

export interface BalancerStatus {
  readonly loadbalancer?: MadeBalancer;
  readonly listeners?: readonly MadeListener[];
  readonly pools?: readonly MadePool[];
  readonly members?: readonly MadeMember[];
  readonly service_pub_ip_info?: PublicIp;
}

export interface KuryrLoadBalancer extends Resource {
  readonly spec: BalancerSpec;
  readonly status?: BalancerStatus;
}

export interface KuryrNet extends Resource {
  readonly spec: NamespaceNetwork & { readonly sgId?: string };
}

/** A rule of a KuryrNetPolicy, the form up to Ussuri. */
export interface OldRule {
  readonly security_group_rule: MadeRule;
  readonly namespace?: string;
  readonly remote_ip_prefixes?: Readonly<Record<string, string>>;
}

export interface KuryrNetPolicy extends Resource {
  readonly spec: {
    readonly ingressSgRules: readonly OldRule[];
    readonly egressSgRules: readonly OldRule[];
    readonly networkpolicy_spec: NetworkPolicy['spec'];
    readonly podSelector: Selector;
    readonly securityGroupId: string;
    readonly securityGroupName?: string;
  };
}

/** Where the API serves a kind. */
export interface ResourceKind<T extends Resource> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Never set; it ties the type of the objects to the kind. */
  readonly sample?: T;
}

function kindOf<T extends Resource>(
  apiVersion: string,
  kind: string,
  plural: string,
): ResourceKind<T> {
  return { apiVersion, kind, plural, isNamespaced: !clusterWide.includes(kind) };
}

const clusterWide: readonly string[] = ['Namespace', 'Node', 'KuryrNet'];

/** The kinds that Kuryr deals with. */
export const kinds = {
  pods: kindOf<Pod>('v1', 'Pod', 'pods'),
  namespaces: kindOf<Namespace>('v1', 'Namespace', 'namespaces'),
  nodes: kindOf<Node>('v1', 'Node', 'nodes'),
  services: kindOf<Service>('v1', 'Service', 'services'),
  endpoints: kindOf<Endpoints>('v1', 'Endpoints', 'endpoints'),
  policies: kindOf<NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  kuryrPorts: kindOf<KuryrPort>('openstack.org/v1', 'KuryrPort', 'kuryrports'),
  kuryrNetworks: kindOf<KuryrNetwork>('openstack.org/v1', 'KuryrNetwork', 'kuryrnetworks'),
  kuryrPolicies: kindOf<KuryrNetworkPolicy>(
    'openstack.org/v1',
    'KuryrNetworkPolicy',
    'kuryrnetworkpolicies',
  ),
  kuryrBalancers: kindOf<KuryrLoadBalancer>(
    'openstack.org/v1',
    'KuryrLoadBalancer',
    'kuryrloadbalancers',
  ),
  kuryrNets: kindOf<KuryrNet>('openstack.org/v1', 'KuryrNet', 'kuryrnets'),
  kuryrNetPolicies: kindOf<KuryrNetPolicy>(
    'openstack.org/v1',
    'KuryrNetPolicy',
    'kuryrnetpolicies',
  ),
} as const;

/** The path of a kind's collection, or of one object in it. */
export function pathOf(
  kind: ResourceKind<Resource>,
  at: { readonly namespace?: string; readonly name?: string } = {},
): string {
  const root = kind.apiVersion.includes('/')
    ? `/apis/${kind.apiVersion}`
    : `/api/${kind.apiVersion}`;
  const scope =
    kind.isNamespaced && at.namespace !== undefined ? `/namespaces/${at.namespace}` : '';
  const name = at.name === undefined ? '' : `/${at.name}`;
  return `${root}${scope}/${kind.plural}${name}`;
}

/** The key of an object in a cache or queue. */
export function keyOf({ metadata }: { readonly metadata: Metadata }): string {
  return metadata.namespace === undefined || metadata.namespace === ''
    ? metadata.name
    : `${metadata.namespace}/${metadata.name}`;
}

/** Whether somebody has asked for an object's deletion. */
export function isGoing({ metadata }: { readonly metadata: Metadata }): boolean {
  return metadata.deletionTimestamp !== undefined;
}
