/**
 * The types by which the parts of the embedded stack meet. Nothing here does anything.
 */
import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

// ---- Cloud -> data plane: what Neutron and Octavia hold, in their own field names ------------------

/** Anything that the cloud keeps. */
export interface CloudObject {
  readonly id: string;
  readonly project_id: string;
}

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface NetworkRow extends CloudObject {
  readonly name: string;
  readonly mtu: number;
  readonly admin_state_up: boolean;
  readonly port_security_enabled: boolean;
  readonly 'router:external': boolean;
}

export interface SubnetRow extends CloudObject {
  readonly network_id: string;
  readonly cidr: string;
  readonly ip_version: 4 | 6;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
}

export interface PortRow extends CloudObject {
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly FixedIp[];
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: 'ACTIVE' | 'DOWN' | 'BUILD' | 'ERROR';
  readonly admin_state_up: boolean;
  readonly port_security_enabled: boolean;
  readonly security_groups: readonly string[];
  readonly allowed_address_pairs: readonly {
    readonly ip_address: string;
    readonly mac_address?: string;
  }[];
  readonly 'binding:host_id': string;
}

export interface TrunkRow extends CloudObject {
  readonly port_id: string;
  readonly admin_state_up: boolean;
  readonly sub_ports: readonly {
    readonly port_id: string;
    readonly segmentation_id: number;
    readonly segmentation_type: 'vlan' | 'inherit';
  }[];
}

export interface SecurityGroupRow extends CloudObject {
  readonly name: string;
  readonly stateful: boolean;
}

export interface SecurityGroupRuleRow extends CloudObject {
  readonly security_group_id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}

export interface RouterRow extends CloudObject {
  readonly admin_state_up: boolean;
  readonly routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly external_gateway_info: {
    readonly network_id: string;
    readonly enable_snat: boolean;
    readonly external_fixed_ips: readonly FixedIp[];
  } | null;
}

export interface FloatingIpRow extends CloudObject {
  readonly floating_ip_address: string;
  readonly floating_network_id: string;
  readonly fixed_ip_address: string | null;
  readonly port_id: string | null;
  readonly router_id: string | null;
}

export interface LoadBalancerRow extends CloudObject {
  readonly name: string;
  readonly provider: string;
  readonly vip_address: string;
  readonly vip_port_id: string;
  readonly vip_subnet_id: string;
  readonly vip_network_id: string;
  readonly provisioning_status: string;
  readonly operating_status: string;
  readonly admin_state_up: boolean;
}

export interface ListenerRow extends CloudObject {
  readonly loadbalancer_id: string;
  readonly protocol: string;
  readonly protocol_port: number;
  readonly default_pool_id: string | null;
  readonly admin_state_up: boolean;
  readonly provisioning_status: string;
  readonly allowed_cidrs: readonly string[] | null;
}

export interface PoolRow extends CloudObject {
  readonly loadbalancer_id: string;
  readonly protocol: string;
  readonly lb_algorithm: string;
  readonly session_persistence: { readonly type: string } | null;
  readonly admin_state_up: boolean;
  readonly provisioning_status: string;
}

export interface MemberRow extends CloudObject {
  readonly pool_id: string;
  readonly address: string;
  readonly protocol_port: number;
  readonly weight: number;
  readonly subnet_id: string | null;
  readonly admin_state_up: boolean;
  readonly provisioning_status: string;
  readonly operating_status: string;
}

/**
 * What the data plane may know: the rows that are in force. A row that an API has accepted but that its
 * backend has not applied yet (a port that is DOWN, a listener in PENDING_CREATE) is listed as it is; the
 * data plane decides what that means. Emits "changed" after each change of any row.
 */
export interface CloudView {
  readonly changes: EventEmitter<{ changed: [] }>;
  networks(): readonly NetworkRow[];
  subnets(): readonly SubnetRow[];
  ports(): readonly PortRow[];
  port(id: string): PortRow | undefined;
  trunks(): readonly TrunkRow[];
  securityGroups(): readonly SecurityGroupRow[];
  securityGroupRules(): readonly SecurityGroupRuleRow[];
  routers(): readonly RouterRow[];
  floatingIps(): readonly FloatingIpRow[];
  loadBalancers(): readonly LoadBalancerRow[];
  listeners(): readonly ListenerRow[];
  pools(): readonly PoolRow[];
  members(): readonly MemberRow[];
}

// ---- Data plane -> kubelet, CNI, outside ------------------------------------------------------------

/** How an interface is wired to the cloud's network. */
export type Attachment =
  /** A VLAN device on the interface of the node whose own Neutron port is `parentPortId`. */
  | { readonly kind: 'vlan'; readonly parentPortId: string; readonly vlanId: number }
  /** Plugged into the integration bridge as this Neutron port. */
  | { readonly kind: 'port'; readonly portId: string }
  /** Plugged into an external network directly, without a Neutron port. */
  | { readonly kind: 'external'; readonly networkId: string };

/** One network interface of a network namespace. */
export interface Nic {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
  readonly mtu: number;
  readonly gateway?: string;
  readonly attachment: Attachment;
}

/** A network namespace: of a pod, of a node, or of the outside machine. */
export interface Netns {
  readonly name: string;
  /** The node that carries it; empty for the outside. */
  readonly node: string;
  readonly nics: readonly Nic[];
  addNic(nic: Nic): void;
  removeNic(name: string): void;
  /** Ends all sockets and frees the name. */
  destroy(): void;
}

/** The simulated network. */
export interface DataPlane {
  createNetns(name: string, node: string): Netns;
  netns(name: string): Netns | undefined;
  /** Starts a container's main process. Throws a `RuntimeRefusal` for an image or command nobody knows. */
  start(spec: ContainerSpec): RunningProcess;
  /** One TCP connection attempt from a namespace, as a kubelet's tcpSocket probe makes it. */
  canConnect(from: Netns, address: string, port: number, timeoutMs: number): Promise<boolean>;
  /** One HTTP GET, as a kubelet's httpGet probe makes it; gives the status, undefined without an answer. */
  httpStatus(from: Netns, url: string, timeoutMs: number): Promise<number | undefined>;
}

/** What a container runtime is asked to run. */
export interface ContainerSpec {
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files of mounted ConfigMaps and Secrets by absolute path. */
  readonly files: Readonly<Record<string, string>>;
  readonly resolvConf: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly netns: Netns;
}

/** The image or the command is none that can be run here; `reason` as the kubelet would show it. */
export class RuntimeRefusal extends Error {
  readonly reason: 'ErrImageNeverPull' | 'ImagePullBackOff' | 'RunContainerError';

  constructor(reason: RuntimeRefusal['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A process in a container. */
export interface RunningProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The exit status. */
  readonly exited: Promise<number>;
  /** Ends it as SIGTERM and then SIGKILL would. */
  kill(): void;
  /** Runs another process in the same container. */
  exec(command: readonly string[]): RunningProcess;
}

// ---- Kuryr -> kubelet -------------------------------------------------------------------------------

/** What a container runtime tells a CNI plugin. */
export interface CniRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly sandbox: string;
  readonly netns: Netns;
  readonly node: string;
}

/** The CNI plugin of the cluster. Both calls reject with the plugin's error text. */
export interface Cni {
  add(request: CniRequest, signal: AbortSignal): Promise<{ readonly ips: readonly string[] }>;
  del(request: CniRequest, signal: AbortSignal): Promise<void>;
}

// ---- Parts, as they are composed --------------------------------------------------------------------

/** A server that listens on loopback. */
export interface Served extends AsyncDisposable {
  /** Its base address, such as https://127.0.0.1:40123. */
  readonly url: string;
}

/** Key and certificate of a server, and the authority that signed it, as PEM. */
export interface Tls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}
