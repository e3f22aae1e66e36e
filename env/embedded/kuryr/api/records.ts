/**
 * Kuryr's own records in Kubernetes: custom resources, by the fields of its definitions.
 */
import type {
  Labels,
  Resource,
  ServicePort,
  TargetRef,
  EndpointPort,
  Selector,
  NetworkPolicy,
} from './resources.ts';
import type { Vif } from './vif.ts';

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
