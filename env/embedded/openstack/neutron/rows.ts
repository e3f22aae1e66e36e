/**
 * The rows of Neutron in the field names of its API. Fields that the API computes (the subnets of a
 * network, the rules of a group) are not kept.
 */
import type {
  FixedIp,
  FloatingIpRow,
  NetworkRow,
  PortRow,
  RouterRow,
  SecurityGroupRow,
  SecurityGroupRuleRow,
  SubnetRow,
  TrunkRow,
} from '../../seams.ts';

/** What every object of Neutron has. */
export interface Standard {
  readonly id: string;
  readonly project_id: string;
  readonly description: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly revision_number: number;
  readonly tags: readonly string[];
}

export interface Network extends Standard, NetworkRow {
  readonly status: 'ACTIVE' | 'DOWN';
  readonly shared: boolean;
  readonly is_default: boolean;
  readonly availability_zone_hints: readonly string[];
  readonly 'provider:network_type': string;
  readonly 'provider:physical_network': string | null;
  readonly 'provider:segmentation_id': number | null;
}

export interface AllocationPool {
  readonly start: string;
  readonly end: string;
}

export interface Subnet extends Standard, SubnetRow {
  readonly name: string;
  readonly allocation_pools: readonly AllocationPool[];
  readonly dns_nameservers: readonly string[];
  readonly ipv6_address_mode: string | null;
  readonly ipv6_ra_mode: string | null;
  readonly subnetpool_id: string | null;
  readonly service_types: readonly string[];
}

export interface SubnetPool extends Standard {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly default_prefixlen: number;
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly default_quota: number | null;
  readonly ip_version: 4 | 6;
  readonly shared: boolean;
  readonly is_default: boolean;
  readonly address_scope_id: string | null;
}

export interface Port extends Standard, Omit<PortRow, 'status' | 'allowed_address_pairs'> {
  readonly status: PortRow['status'] | 'N/A';
  readonly allowed_address_pairs: readonly {
    readonly ip_address: string;
    readonly mac_address: string;
  }[];
  readonly extra_dhcp_opts: readonly unknown[];
  readonly 'binding:vnic_type': string;
  readonly 'binding:profile': Readonly<Record<string, unknown>>;
  readonly 'binding:vif_type': string;
  readonly 'binding:vif_details': Readonly<Record<string, unknown>>;
}

export interface Trunk extends Standard, TrunkRow {
  readonly name: string;
  readonly status: 'ACTIVE' | 'DOWN' | 'BUILD' | 'DEGRADED' | 'ERROR';
}

export type SubPort = TrunkRow['sub_ports'][number];

export interface SecurityGroup extends Standard, SecurityGroupRow {
  readonly is_default: boolean;
}

export interface SecurityGroupRule extends Standard, SecurityGroupRuleRow {
  readonly remote_address_group_id: null;
  /** The number of the row of its standard attributes. */
  readonly standard_attr_id: number;
  /** One of those that a group begins with. */
  readonly isBuiltIn: boolean;
}

export interface Router extends Standard, RouterRow {
  readonly name: string;
  readonly status: 'ACTIVE' | 'DOWN';
  readonly ha: boolean;
  readonly distributed: boolean;
  readonly availability_zone_hints: readonly string[];
  readonly flavor_id: null;
}

export interface FloatingIp extends Standard, FloatingIpRow {
  readonly status: 'ACTIVE' | 'DOWN' | 'ERROR';
  /** The port that holds the address on the external network. */
  readonly ownPortId: string;
}

export type { FixedIp };
