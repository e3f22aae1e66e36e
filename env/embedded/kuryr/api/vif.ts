/**
 * Interfaces of pods in the form in which Kuryr keeps them: versioned objects of os-vif, as oslo writes
 * them into JSON.
 */

/** A versioned object of oslo. */
export interface Versioned<T> {
  readonly 'versioned_object.name': string;
  readonly 'versioned_object.namespace': string;
  readonly 'versioned_object.version': string;
  readonly 'versioned_object.data': T;
}

type ListOf<T> = Versioned<{ readonly objects: readonly Versioned<T>[] }>;

interface VifSubnet {
  readonly cidr: string;
  readonly dns: readonly string[];
  readonly gateway?: string;
  readonly routes: ListOf<{ readonly cidr: string; readonly gateway: string }>;
  readonly ips: ListOf<{ readonly address: string }>;
}

interface VifNetwork {
  readonly id: string;
  readonly label: string;
  readonly mtu: number;
  readonly bridge?: string;
  readonly multi_host: boolean;
  readonly should_provide_bridge: boolean;
  readonly should_provide_vlan: boolean;
  readonly subnets: ListOf<VifSubnet>;
}

interface VifData {
  readonly id: string;
  readonly address: string;
  readonly active: boolean;
  readonly has_traffic_filtering: boolean;
  readonly network: Versioned<VifNetwork>;
  readonly plugin: string;
  readonly preserve_on_delete: boolean;
  readonly vif_name: string;
  readonly vlan_id?: number;
  readonly bridge_name?: string;
  readonly port_profile?: Versioned<{ readonly interface_id: string }>;
}

/** One interface. */
export type Vif = Versioned<VifData>;

/** What a network and its subnet contribute to an interface. */
export interface VifPlace {
  readonly network: { readonly id: string; readonly name: string; readonly mtu: number };
  readonly subnet: {
    readonly id: string;
    readonly cidr: string;
    readonly gateway_ip: string | null;
    readonly dns_nameservers: readonly string[];
    readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
  };
}

/** What a Neutron port contributes to an interface. */
export interface VifPort {
  readonly id: string;
  readonly mac_address: string;
  readonly status: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly 'binding:vif_details'?: Readonly<Record<string, unknown>>;
}

function versioned<T>(name: string, version: string, data: T): Versioned<T> {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

function subnetOf({ subnet }: VifPlace, port: VifPort): Versioned<VifSubnet> {
  return versioned('Subnet', '1.0', {
    cidr: subnet.cidr,
    dns: subnet.dns_nameservers,
    ...(subnet.gateway_ip === null ? {} : { gateway: subnet.gateway_ip }),
    routes: versioned('RouteList', '1.0', {
      objects: subnet.host_routes.map(({ destination, nexthop }) =>
        versioned('Route', '1.0', { cidr: destination, gateway: nexthop }),
      ),
    }),
    ips: versioned('FixedIPList', '1.0', {
      objects: port.fixed_ips
        .filter(({ subnet_id }) => subnet_id === subnet.id)
        .map(({ ip_address }) => versioned('FixedIP', '1.0', { address: ip_address })),
    }),
  });
}

function networkOf(place: VifPlace, port: VifPort, bridge?: string): Versioned<VifNetwork> {
  return versioned('Network', '1.1', {
    id: place.network.id,
    label: place.network.name,
    mtu: place.network.mtu,
    ...(bridge === undefined ? {} : { bridge }),
    multi_host: false,
    should_provide_bridge: false,
    should_provide_vlan: false,
    subnets: versioned('SubnetList', '1.0', { objects: [subnetOf(place, port)] }),
  });
}

function common(
  port: VifPort,
): Pick<
  VifData,
  'id' | 'address' | 'active' | 'has_traffic_filtering' | 'preserve_on_delete' | 'vif_name'
> {
  return {
    id: port.id,
    address: port.mac_address,
    active: port.status === 'ACTIVE',
    has_traffic_filtering: port['binding:vif_details']?.['port_filter'] === true,
    preserve_on_delete: false,
    vif_name: `tap${port.id.slice(0, 11)}`,
  };
}

/** The interface of a pod whose port is a subport. */
export function nestedVif(port: VifPort, place: VifPlace, vlanId: number): Vif {
  return versioned('VIFVlanNested', '1.0', {
    ...common(port),
    network: networkOf(place, port),
    plugin: 'noop',
    vlan_id: vlanId,
  });
}

/** The interface of a pod whose port is plugged into Open vSwitch, directly or through a bridge. */
export function plainVif(port: VifPort, place: VifPlace): Vif {
  const details = port['binding:vif_details'] ?? {};
  const named = details['bridge_name'];
  const bridge = typeof named === 'string' && named !== '' ? named : 'br-int';
  const isHybrid = details['ovs_hybrid_plug'] === true;
  return versioned(isHybrid ? 'VIFBridge' : 'VIFOpenVSwitch', '1.0', {
    ...common(port),
    network: networkOf(place, port, bridge),
    plugin: 'ovs',
    bridge_name: isHybrid ? `qbr${port.id}`.slice(0, 14) : bridge,
    port_profile: versioned('VIFPortProfileOpenVSwitch', '1.1', { interface_id: port.id }),
  });
}

/** The same interface, marked as active. */
export function activated(vif: Vif): Vif {
  return { ...vif, 'versioned_object.data': { ...vif['versioned_object.data'], active: true } };
}

/** What is inside an interface. */
export function vifData(vif: Vif): VifData {
  return vif['versioned_object.data'];
}

/** An address of an interface with its subnet's prefix length and gateway. */
export interface VifAddress {
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string | undefined;
}

/** The addresses of an interface. */
export function addressesOf(vif: Vif): VifAddress[] {
  const { subnets } = vifData(vif).network['versioned_object.data'];
  return subnets['versioned_object.data'].objects
    .map((subnet) => subnet['versioned_object.data'])
    .flatMap((subnet) =>
      subnet.ips['versioned_object.data'].objects.map((ip) => ({
        address: ip['versioned_object.data'].address,
        prefix: Number(subnet.cidr.split('/')[1] ?? 32),
        gateway: subnet.gateway,
      })),
    );
}

/** The MTU of the network of an interface. */
export function mtuOf(vif: Vif): number {
  return vifData(vif).network['versioned_object.data'].mtu;
}

/** The network of an interface. */
export function networkIdOf(vif: Vif): string {
  return vifData(vif).network['versioned_object.data'].id;
}

/** The pod's state as one annotation, the form up to Ussuri. */
export type PodState = Versioned<{
  readonly default_vif: Vif;
  readonly additional_vifs: Readonly<Record<string, Vif>>;
}>;

/** Wraps an interface into a pod's state. */
export function podState(vif: Vif): PodState {
  return versioned('PodState', '1.0', { default_vif: vif, additional_vifs: {} });
}
