/**
 * The way of a packet through switches and routers, with NAT and the balancers of the ovn provider on it.
 */
import type { FloatingIpRow, LoadBalancerRow, MemberRow, PortRow, RouterRow } from '../../seams.ts';
import type { Axes } from '../../world.ts';
import { contains, prefixOf } from './addresses.ts';
import { type MemberChoice, networksOf, serviceFor, type Pin } from './balancers.ts';
import { type CloudTables, isRouterInterface } from './cloud-index.ts';
import type { Decision, Walk } from './packet.ts';

/** What forwarding needs to know of the world around the tables. */
export interface Surroundings {
  readonly tables: CloudTables;
  readonly ml2: Axes['ml2'];
  readonly choice: MemberChoice;
  readonly pin: Pin;
  /** The Neutron port that has sent the packet, if it is one. */
  readonly sender: PortRow | undefined;
  /** Whether a machine without a Neutron port has this address on an external network. */
  isOutside(networkId: string, address: string): boolean;
  /** Why the rules of the sender's port stop the packet under the destination that a balancer gave it. */
  leaveAgain(walk: Walk): Decision | undefined;
  /** What the port at the end makes of the packet. */
  arrive(walk: Walk, port: PortRow): Decision;
}

const mostRouters = 8;

/** Forwards one packet from the network on which it starts. */
export class Forwarding {
  readonly #around: Surroundings;
  readonly #walk: Walk;
  #routersPassed = 0;
  #isHairpin = false;

  constructor(around: Surroundings, walk: Walk) {
    this.#around = around;
    this.#walk = walk;
  }

  /** Puts the packet on a network, towards the neighbour that its sender has chosen. */
  start(networkId: string, nextHop: string): Decision {
    const walk = this.#walk;
    const isOnLink = nextHop === walk.packet.destination;
    const entered = this.#enterNetwork(networkId);
    if (entered !== undefined) return entered;
    const member = this.#balance(networkId);
    const refusal = member === undefined ? undefined : this.#around.leaveAgain(walk);
    if (refusal !== undefined) return refusal;
    if (this.#isHairpin) return this.#hairpin();
    if (!isOnLink) return this.#throughNeighbour(networkId, nextHop);
    if (member !== undefined && !this.#isOn(networkId, member.address)) {
      return this.#throughDefaultRouter(networkId);
    }
    return this.#around.tables.networks.get(networkId)?.['router:external'] === true
      ? this.fromExternal(networkId)
      : this.#deliver(networkId, 'unanswered');
  }

  /** Continues from an external network, where floating IPs and gateways of routers are. */
  fromExternal(networkId: string): Decision {
    const { tables } = this.#around;
    const walk = this.#walk;
    const entered = this.#enterNetwork(networkId);
    if (entered !== undefined) return entered;
    const { destination } = walk.packet;
    const fip = tables.floatingIps.get(destination);
    if (fip?.floating_network_id === networkId) return this.#throughFloatingIp(fip);
    if (this.#around.isOutside(networkId, destination)) {
      walk.note(`network ${networkId}`, `the machine ${destination} is on it`);
      return walk.deliver({ kind: 'external', networkId });
    }
    return this.#deliver(networkId, 'unanswered');
  }

  #enterNetwork(networkId: string): Decision | undefined {
    const network = this.#around.tables.networks.get(networkId);
    if (network === undefined) {
      return this.#walk.end('dropped', `network ${networkId} does not exist`);
    }
    if (!network.admin_state_up) {
      return this.#walk.end('dropped', `network ${networkId} is administratively down`);
    }
    this.#walk.mtu = Math.min(this.#walk.mtu, network.mtu);
    return undefined;
  }

  /**
   * The ovn provider changes the destination at the switch of the client, if that switch or its router
   * carries the balancer. It does so after the rules of the client's port (from-lport ACLs come first),
   * but from the second packet of a connection on it is the other way round.
   */
  #balance(networkId: string | undefined): MemberRow | undefined {
    const { tables, choice, pin } = this.#around;
    const walk = this.#walk;
    for (const balancer of tables.balancersAt.get(walk.packet.destination) ?? []) {
      if (!this.#carries(balancer, networkId)) continue;
      const service = serviceFor(tables, balancer, walk.packet);
      const member = service && choice.byHash(service, walk.packet, pin);
      if (service === undefined || member === undefined) continue;
      const vip = walk.packet.destination;
      walk.isChosen = true;
      walk.memberId = member.id;
      this.#isHairpin = walk.packet.source === member.address;
      walk.packet = {
        ...walk.packet,
        // A client that is its own backend would answer itself: OVN puts the VIP in its place.
        source: this.#isHairpin ? vip : walk.packet.source,
        destination: member.address,
        destinationPort: member.protocol_port,
      };
      walk.note(
        `load balancer ${balancer.id}`,
        `listener ${service.listener.id} sends ${vip} to member ${member.id} (${member.address}:${member.protocol_port})`,
      );
      return member;
    }
    return undefined;
  }

  #carries(balancer: LoadBalancerRow, networkId: string | undefined): boolean {
    return (
      balancer.provider === 'ovn' &&
      (networkId === undefined || networksOf(this.#around.tables, balancer).has(networkId))
    );
  }

  #hairpin(): Decision {
    const { sender } = this.#around;
    if (sender === undefined) return this.#walk.end('dropped', 'the client has no port');
    this.#walk.note(`port ${sender.id}`, 'is its own backend: the packet goes back to it');
    return this.#around.arrive(this.#walk, sender);
  }

  #throughNeighbour(networkId: string, nextHop: string): Decision {
    const walk = this.#walk;
    const port = this.#portsAt(networkId, nextHop).find(isRouterInterface);
    const router = this.#around.tables.routers.get(port?.device_id ?? '');
    if (router !== undefined) return this.#route(router);
    walk.note(`network ${networkId}`, `no router has the address ${nextHop} of the gateway`);
    return walk.end('unanswered', `the gateway ${nextHop} does not exist`);
  }

  #throughDefaultRouter(networkId: string): Decision {
    const [first] = this.#around.tables.interfacesOnNetwork.get(networkId) ?? [];
    return first === undefined
      ? this.#walk.end('dropped', `no router leads from network ${networkId} to the member`)
      : this.#route(first.router);
  }

  #route(router: RouterRow): Decision {
    const walk = this.#walk;
    this.#routersPassed += 1;
    walk.isRouted = true;
    if (this.#routersPassed > mostRouters) return walk.end('dropped', 'the packet goes in circles');
    if (!router.admin_state_up) {
      return walk.end('dropped', `router ${router.id} is administratively down`);
    }
    const { destination } = walk.packet;
    for (const port of this.#around.tables.interfacesOfRouter.get(router.id) ?? []) {
      if (this.#isOnInterface(port, destination)) {
        walk.note(`router ${router.id}`, `has an interface on network ${port.network_id}`);
        return this.#enterNetwork(port.network_id) ?? this.#deliver(port.network_id, 'dropped');
      }
    }
    return this.#byStaticRoute(router) ?? this.#throughGateway(router);
  }

  #byStaticRoute(router: RouterRow): Decision | undefined {
    const { tables } = this.#around;
    const walk = this.#walk;
    const [route] = router.routes
      .filter(({ destination }) => contains(destination, walk.packet.destination))
      .sort((one, other) => prefixOf(other.destination) - prefixOf(one.destination));
    if (route === undefined) return undefined;
    walk.note(`router ${router.id}`, `routes ${route.destination} via ${route.nexthop}`);
    const [next] = (tables.interfacesOfRouter.get(router.id) ?? []).flatMap((port) =>
      this.#portsAt(port.network_id, route.nexthop).filter(isRouterInterface),
    );
    const nextRouter = tables.routers.get(next?.device_id ?? '');
    return nextRouter === undefined
      ? walk.end('dropped', `no router has the next hop ${route.nexthop}`)
      : this.#route(nextRouter);
  }

  #throughGateway(router: RouterRow): Decision {
    const walk = this.#walk;
    const gateway = router.external_gateway_info;
    if (gateway === null) {
      return this.#refused(
        `router ${router.id} has no route to ${walk.packet.destination} and no external gateway`,
      );
    }
    const floating = this.#floatingIpOf(walk.packet.source, router);
    const source = floating ?? gateway.external_fixed_ips[0]?.ip_address;
    if (source !== undefined && (floating !== undefined || gateway.enable_snat)) {
      walk.note(`router ${router.id}`, `sends ${walk.packet.source} out as ${source}`);
      walk.packet = { ...walk.packet, source };
    }
    return this.fromExternal(gateway.network_id);
  }

  #floatingIpOf(address: string, router: RouterRow): string | undefined {
    return [...this.#around.tables.floatingIps.values()].find(
      (fip) => fip.router_id === router.id && fip.fixed_ip_address === address,
    )?.floating_ip_address;
  }

  #throughFloatingIp(fip: FloatingIpRow): Decision {
    const walk = this.#walk;
    const router = this.#around.tables.routers.get(fip.router_id ?? '');
    if (router === undefined || fip.fixed_ip_address === null) {
      walk.note(`floating IP ${fip.id}`, 'is bound to no port');
      return walk.end('unanswered', `nobody answers for ${fip.floating_ip_address}`);
    }
    if (!router.admin_state_up) {
      return walk.end('dropped', `router ${router.id} is administratively down`);
    }
    const member = this.#balance(undefined);
    if (member === undefined) {
      walk.note(`floating IP ${fip.id}`, `leads to ${fip.fixed_ip_address}`);
      walk.packet = { ...walk.packet, destination: fip.fixed_ip_address };
    }
    return this.#route(router);
  }

  #deliver(networkId: string, without: 'dropped' | 'unanswered'): Decision {
    const { tables } = this.#around;
    const walk = this.#walk;
    const { destination } = walk.packet;
    const owners = this.#portsAt(networkId, destination);
    // A VIP is an address pair of its amphora's port as well; what is asked for is the VIP itself.
    const port =
      owners.find(({ id }) => tables.balancerOfPort.has(id)) ??
      owners[0] ??
      tables.pairsAt.get(`${networkId} ${destination}`)?.[0];
    if (port !== undefined) return this.#around.arrive(walk, port);
    walk.note(`network ${networkId}`, `no port has the address ${destination}`);
    return walk.end(this.#routersPassed > 0 ? 'dropped' : without, `nobody has ${destination}`);
  }

  /** OVN says nothing where the router of ML2/OVS, a Linux, sends an ICMP error. */
  #refused(reason: string): Decision {
    return this.#walk.end(this.#around.ml2 === 'ovn' ? 'dropped' : 'rejected', reason);
  }

  #portsAt(networkId: string, address: string): readonly PortRow[] {
    return this.#around.tables.portsAt.get(`${networkId} ${address}`) ?? [];
  }

  #isOn(networkId: string, address: string): boolean {
    return (this.#around.tables.subnetsOfNetwork.get(networkId) ?? []).some(({ cidr }) =>
      contains(cidr, address),
    );
  }

  #isOnInterface(port: PortRow, address: string): boolean {
    return port.fixed_ips.some(({ subnet_id }) => {
      const subnet = this.#around.tables.subnets.get(subnet_id);
      return subnet !== undefined && contains(subnet.cidr, address);
    });
  }
}
