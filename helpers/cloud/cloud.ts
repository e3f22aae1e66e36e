/**
 * The façade of the OpenStack side: clients of Neutron and Octavia, and readings that show what Kuryr
 * has made for a pod, a namespace, a service or a policy. It knows how Kuryr names things.
 */
import { OpenStackSession, type RequestLog, type StackAccess, tagFor } from '#env';
import { type Reading, reading } from '../reading.ts';
import { Cinder } from './cinder.ts';
import { namesOf } from './kuryr-names.ts';
import { Neutron } from './neutron.ts';
import type { NeutronFloatingIp, NeutronPort, NeutronSecurityGroup } from './neutron-forms.ts';
import { Nova } from './nova.ts';
import { Octavia } from './octavia.ts';
import {
  describeLoadBalancer,
  describePort,
  type LoadBalancerView,
  loadBalancerViewOf,
  type PortView,
  portViewOf,
} from './views.ts';

/** A pod, as far as its port can be found by it. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

/** A service, as far as its load balancer can be found by it. */
export interface ServicePlace {
  readonly namespace: string;
  readonly name: string;
}

/** Network and subnet that Kuryr has made for a namespace. */
export interface NamespaceNetworkView {
  readonly networkId: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly mtu: number | undefined;
  readonly subnetId: string | undefined;
  readonly subnetName: string | undefined;
  /** The pool that the subnet was cut from. */
  readonly subnetPoolId: string | undefined;
  readonly cidr: string | undefined;
  readonly subnetTags: readonly string[];
}

/** What Octavia has for the services of a namespace. */
export interface BalancingView {
  /** The names of the services that have a load balancer, sorted. */
  readonly loadBalancers: readonly string[];
  readonly listeners: number;
  readonly pools: number;
  /** The provisioning statuses that occur among all of them, sorted. */
  readonly statuses: readonly string[];
}

/** Who carries the security group of a policy. */
export interface CarriersView {
  readonly groupId: string;
  /** Written namespace/pod. */
  readonly carriers: readonly string[];
}

/** How the façade is opened. */
export interface CloudOptions {
  readonly access: StackAccess;
  readonly runId: string;
}

/** The OpenStack side of a stack. */
export class Cloud {
  readonly session: OpenStackSession;
  readonly neutron: Neutron;
  readonly octavia: Octavia;
  readonly nova: Nova;
  readonly cinder: Cinder;

  constructor(session: OpenStackSession, runId: string) {
    this.session = session;
    this.neutron = new Neutron(session, tagFor(runId));
    this.octavia = new Octavia(session);
    this.nova = new Nova(session);
    this.cinder = new Cinder(session);
  }

  /** The requests of this process, for evidence. */
  get log(): RequestLog {
    return this.session.log;
  }

  /** The port of a pod, with its place on a trunk; undefined while there is none. */
  portOf(pod: PodPlace): Reading<PortView | undefined> {
    return reading(
      `port of pod ${pod.namespace}/${pod.name} (${pod.ip})`,
      async (signal) => {
        const found = await this.neutron.ports({ fixed_ips: `ip_address=${pod.ip}` }, signal);
        // Addresses are unique only within a network: Kuryr's port bears the pod's name when debugging is on.
        const port =
          found.find(({ name }) => name === namesOf.port(pod)) ?? found.find(isKuryrs) ?? found[0];
        return port === undefined ? undefined : this.#placed(port, signal);
      },
      describePort,
    );
  }

  /** A port by its id, with its place on a trunk; undefined when it does not exist. */
  portById(id: string): Reading<PortView | undefined> {
    return reading(
      `port ${id}`,
      async (signal) => {
        const port = await this.neutron.port(id, signal);
        return port === undefined ? undefined : this.#placed(port, signal);
      },
      describePort,
    );
  }

  /** The load balancer of a service with everything below it; undefined while there is none. */
  loadBalancerOf(service: ServicePlace): Reading<LoadBalancerView | undefined> {
    const name = namesOf.loadBalancer(service);
    return reading(
      `load balancer ${name}`,
      async (signal) => {
        const [balancer] = await this.octavia.loadBalancers({ name }, signal);
        return balancer === undefined ? undefined : this.#loadBalancerView(balancer, signal);
      },
      describeLoadBalancer,
    );
  }

  /** How many load balancers, listeners and pools the services of a namespace have. */
  balancingOf(namespace: { readonly name: string }): Reading<BalancingView> {
    const prefix = namesOf.loadBalancer({ namespace: namespace.name, name: '' });
    return reading(
      `load balancers of namespace ${namespace.name}`,
      async (signal) => {
        const [loadBalancers, listeners, pools] = await Promise.all([
          this.octavia.loadBalancers({}, signal),
          this.octavia.listeners({}, signal),
          this.octavia.pools({}, signal),
        ]);
        const own = <T extends { readonly name: string }>(rows: readonly T[]): T[] =>
          rows.filter(({ name }) => name.startsWith(prefix));
        const all = [...own(loadBalancers), ...own(listeners), ...own(pools)];
        return {
          loadBalancers: own(loadBalancers)
            .map(({ name }) => name.slice(prefix.length))
            .sort(),
          listeners: own(listeners).length,
          pools: own(pools).length,
          statuses: [...new Set(all.map((row) => row.provisioning_status))].sort(),
        };
      },
      ({ loadBalancers, listeners, pools }) =>
        `${loadBalancers.join(', ') || 'none'}; ${listeners} listeners, ${pools} pools`,
    );
  }

  /** The floating IP at a service's virtual address; undefined while there is none. */
  floatingIpOf(service: ServicePlace): Reading<NeutronFloatingIp | undefined> {
    const name = namesOf.loadBalancer(service);
    return reading(
      `floating IP of ${name}`,
      async (signal) => {
        const [balancer] = await this.octavia.loadBalancers({ name }, signal);
        if (balancer?.vip_port_id === undefined) {
          return undefined;
        }
        const [floatingIp] = await this.neutron.floatingIps(
          { port_id: balancer.vip_port_id },
          signal,
        );
        return floatingIp;
      },
      (floatingIp) => floatingIp?.floating_ip_address ?? 'none',
    );
  }

  /** The network and subnet that Kuryr has made for a namespace; undefined while there is none. */
  networkOf(namespace: {
    readonly name: string;
    readonly uid: string;
  }): Reading<NamespaceNetworkView | undefined> {
    return reading(
      `network of namespace ${namespace.name}`,
      async (signal) => {
        const [network] = await this.neutron.networks(
          { name: namesOf.networks(namespace) },
          signal,
        );
        if (network === undefined) {
          return undefined;
        }
        const [subnet] = await this.neutron.subnets({ network_id: network.id }, signal);
        return {
          networkId: network.id,
          name: network.name,
          tags: network.tags,
          mtu: network.mtu,
          subnetId: subnet?.id,
          subnetName: subnet?.name,
          subnetPoolId: subnet?.subnetpool_id,
          cidr: subnet?.cidr,
          subnetTags: subnet?.tags ?? [],
        };
      },
      (view) =>
        view === undefined ? 'not there' : `${view.name} ${view.cidr ?? 'without a subnet'}`,
    );
  }

  /** The security group that Kuryr has made for a network policy; undefined while there is none. */
  securityGroupOf(policy: {
    readonly namespace: string;
    readonly name: string;
  }): Reading<NeutronSecurityGroup | undefined> {
    return reading(
      `security group of policy ${policy.namespace}/${policy.name}`,
      async (signal) =>
        (await this.neutron.securityGroups({ name: namesOf.securityGroups(policy) }, signal))[0],
      (group) => (group === undefined ? 'not there' : `${group.security_group_rules.length} rules`),
    );
  }

  /** Which of some pods carry the security group of a policy, by their names; undefined while there is no group. */
  carriersOf(policy: ServicePlace, pods: readonly PodPlace[]): Reading<CarriersView | undefined> {
    return reading(
      `pods with the security group of policy ${policy.namespace}/${policy.name}`,
      async (signal) => {
        const group = await this.securityGroupOf(policy).read(signal);
        if (group === undefined) {
          return undefined;
        }
        const ports = await this.neutron.ports({ security_groups: group.id }, signal);
        // An older Neutron does not know this filter, and spare ports of Kuryr's pools are no pods.
        const carrying = ports.filter(({ security_groups }) => security_groups.includes(group.id));
        const addresses = new Set(
          carrying.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)),
        );
        const carriers = pods.filter(({ ip }) => addresses.has(ip));
        return {
          groupId: group.id,
          carriers: carriers.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
        };
      },
    );
  }

  async #placed(port: NeutronPort, signal: AbortSignal): Promise<PortView> {
    if (port.device_owner !== 'trunk:subport') {
      return portViewOf(port);
    }
    const trunks = await this.neutron.trunks({}, signal);
    const trunk = trunks.find(({ sub_ports }) =>
      sub_ports.some(({ port_id }) => port_id === port.id),
    );
    return trunk === undefined
      ? portViewOf(port)
      : portViewOf(port, { trunk, parent: await this.neutron.port(trunk.port_id, signal) });
  }

  async #loadBalancerView(
    balancer: Awaited<ReturnType<Octavia['loadBalancers']>>[number],
    signal: AbortSignal,
  ): Promise<LoadBalancerView> {
    const below = { loadbalancer_id: balancer.id };
    const [listeners, pools, floatingIps] = await Promise.all([
      this.octavia.listeners(below, signal),
      this.octavia.pools(below, signal),
      balancer.vip_port_id === undefined
        ? []
        : this.neutron.floatingIps({ port_id: balancer.vip_port_id }, signal),
    ]);
    const filled = await Promise.all(
      pools.map(async (pool) => ({ pool, members: await this.octavia.members(pool.id, signal) })),
    );
    return loadBalancerViewOf(balancer, { listeners, pools: filled, floatingIps });
  }
}

function isKuryrs(port: NeutronPort): boolean {
  return port.device_owner === 'trunk:subport' || port.device_owner === 'compute:kuryr';
}

/** Opens the OpenStack side of a stack; the first request logs in. */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const session = await OpenStackSession.open({
    cloudsYamlPath: options.access.cloudsYamlPath,
    cloudName: options.access.cloudName,
  });
  return new Cloud(session, options.runId);
}
