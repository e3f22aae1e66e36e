/**
 * What this Neutron is like: its extensions by series and backend, and how it binds ports.
 * Series are those of the release notes of Neutron and of domain.md section 4.4.
 */
import { compareSeries, type OpenStackSeries } from '../../../series.ts';
import type { Axes } from '../../world.ts';

interface Extension {
  readonly alias: string;
  readonly name: string;
  readonly since?: OpenStackSeries;
  readonly ml2?: Axes['ml2'];
}

const extensions: readonly Extension[] = [
  { alias: 'address-group', name: 'Address group', since: 'wallaby' },
  { alias: 'address-scope', name: 'Address scope' },
  { alias: 'agent', name: 'agent' },
  { alias: 'allowed-address-pairs', name: 'Allowed Address Pairs' },
  { alias: 'availability_zone', name: 'Availability Zone' },
  { alias: 'binding', name: 'Port Binding' },
  { alias: 'binding-extended', name: 'Port Bindings Extended', since: 'rocky', ml2: 'ovs' },
  { alias: 'default-subnetpools', name: 'Default Subnetpools' },
  { alias: 'dhcp_agent_scheduler', name: 'DHCP Agent Scheduler', ml2: 'ovs' },
  { alias: 'dvr', name: 'Distributed Virtual Router', ml2: 'ovs' },
  { alias: 'empty-string-filtering', name: 'Empty String Filtering Extension', since: 'rocky' },
  { alias: 'ext-gw-mode', name: 'Neutron L3 Configurable external gateway mode' },
  { alias: 'external-net', name: 'Neutron external network' },
  { alias: 'extra_dhcp_opt', name: 'Neutron Extra DHCP options' },
  { alias: 'extraroute', name: 'Neutron Extra Route' },
  { alias: 'extraroute-atomic', name: 'Atomically add/remove extra routes', since: 'train' },
  { alias: 'filter-validation', name: 'Filter parameters validation', since: 'rocky' },
  { alias: 'fip-port-details', name: 'Floating IP Port Details Extension', since: 'rocky' },
  { alias: 'l3-ha', name: 'HA Router extension', ml2: 'ovs' },
  { alias: 'l3-flavors', name: 'Router Flavor Extension', ml2: 'ovs' },
  { alias: 'l3_agent_scheduler', name: 'L3 Agent Scheduler', ml2: 'ovs' },
  { alias: 'multi-provider', name: 'Multi Provider Network' },
  { alias: 'net-mtu', name: 'Network MTU' },
  { alias: 'net-mtu-writable', name: 'Network MTU (writable)' },
  { alias: 'network-ip-availability', name: 'Network IP Availability' },
  { alias: 'network_availability_zone', name: 'Network Availability Zone' },
  { alias: 'pagination', name: 'Pagination support' },
  { alias: 'port-security', name: 'Port Security' },
  { alias: 'project-id', name: 'project_id field enabled' },
  { alias: 'provider', name: 'Provider Network' },
  { alias: 'quota-check-limit', name: 'Quota engine limit check', since: 'xena' },
  { alias: 'quota_details', name: 'Quota details management support' },
  { alias: 'quotas', name: 'Quota management support' },
  { alias: 'rbac-policies', name: 'RBAC Policies' },
  { alias: 'revision-if-match', name: 'If-Match constraints based on revision_number' },
  { alias: 'router', name: 'Neutron L3 Router' },
  { alias: 'router_availability_zone', name: 'Router Availability Zone', ml2: 'ovs' },
  { alias: 'security-group', name: 'security-group' },
  {
    alias: 'security-groups-normalized-cidr',
    name: 'Normalized CIDR field for security group rules',
    since: 'train',
  },
  {
    alias: 'security-groups-rules-belongs-to-default-sg',
    name: 'Security group rule belongs to the default security group',
    since: '2023.2',
  },
  {
    alias: 'security-groups-shared-filtering',
    name: 'Security group filtering on the shared field',
    since: 'wallaby',
  },
  { alias: 'service-type', name: 'Neutron Service Type Management' },
  { alias: 'sorting', name: 'Sorting support' },
  { alias: 'standard-attr-description', name: 'standard-attr-description' },
  { alias: 'standard-attr-revisions', name: 'standard-attr-revisions' },
  { alias: 'standard-attr-tag', name: 'Tag support for resources with standard attribute' },
  { alias: 'standard-attr-timestamp', name: 'standard-attr-timestamp' },
  { alias: 'stateful-security-group', name: 'Stateful security group', since: 'ussuri' },
  { alias: 'subnet-service-types', name: 'Subnet service types' },
  { alias: 'subnet_allocation', name: 'Subnet Allocation' },
  { alias: 'tag-creation', name: 'Tag creation', since: '2025.1' },
  {
    alias: 'tag-ports-during-bulk-creation',
    name: 'Tag Ports During Bulk Creation',
    since: 'ussuri',
  },
  { alias: 'trunk', name: 'Trunk Extension' },
  { alias: 'trunk-details', name: 'Trunk port details' },
];

/** The extensions that a Neutron of these axes loads, in the form of its list. */
export function extensionsOf({ series, ml2 }: Pick<Axes, 'series' | 'ml2'>): readonly {
  readonly alias: string;
  readonly name: string;
  readonly description: string;
  readonly updated: string;
  readonly links: readonly [];
}[] {
  return extensions
    .filter(({ since }) => since === undefined || compareSeries(series, since) >= 0)
    .filter((extension) => extension.ml2 === undefined || extension.ml2 === ml2)
    .map(({ alias, name }) => ({
      alias,
      name,
      description: name,
      updated: '2016-01-01T00:00:00-00:00',
      links: [],
    }));
}

/** How this Neutron behaves. */
export interface Traits {
  readonly ml2: Axes['ml2'];
  readonly extensions: ReadonlySet<string>;
  /** What a bound port tells about its interface. */
  readonly vifDetails: Readonly<Record<string, unknown>>;
  /** The greatest MTU of a tenant network: 1500 less the encapsulation. */
  readonly mtu: number;
  readonly tenantNetworkType: 'geneve' | 'vxlan';
}

/** The traits of a Neutron of these axes. */
export function traitsOf(axes: Axes): Traits {
  const isOvn = axes.ml2 === 'ovn';
  return {
    ml2: axes.ml2,
    extensions: new Set(extensionsOf(axes).map(({ alias }) => alias)),
    vifDetails: isOvn
      ? { port_filter: true, connectivity: 'l2', bound_drivers: { '0': 'ovn' } }
      : {
          port_filter: true,
          connectivity: 'l2',
          ovs_hybrid_plug: axes.firewall === 'iptables_hybrid',
          datapath_type: 'system',
          bridge_name: 'br-int',
          bound_drivers: { '0': 'openvswitch' },
        },
    mtu: isOvn ? 1442 : 1450,
    tenantNetworkType: isOvn ? 'geneve' : 'vxlan',
  };
}
