/**
 * Decides from the cloud's rows alone what becomes of the first packet of a connection. Decisions that no
 * balancer took part in are remembered until a row changes.
 */
import type { Attachment, CloudView, LoadBalancerRow, MemberRow, PortRow } from '../../seams.ts';
import type { Axes } from '../../world.ts';
import { contains } from './addresses.ts';
import { isAdmitted, MemberChoice, type Pin, type Service, serviceFor } from './balancers.ts';
import { CloudIndex } from './cloud-index.ts';
import { Forwarding, type Surroundings } from './forwarding.ts';
import { type Decision, type Origin, type Packet, Walk } from './packet.ts';
import { admittingRule, describeRule, spoofingOf, whyUnfiltered } from './security.ts';

/** What an amphora sends to a member, and from where. */
export interface AmphoraLeg {
  readonly memberId: string;
  readonly address: string;
  readonly port: number;
  readonly origin: Origin;
  readonly source: string;
}

/** What the engine asks of the machines around the cloud. */
export type IsOutside = (networkId: string, address: string) => boolean;

/** The port that an attachment stands for, or why it stands for none. */
export type Resolved =
  | { readonly port: PortRow; readonly trouble?: string }
  | { readonly port?: undefined; readonly trouble: string };

const mostRemembered = 20_000;

/** The decision engine of one cloud. */
export class PacketEngine {
  readonly #axes: Pick<Axes, 'ml2' | 'firewall'>;
  readonly #index: CloudIndex;
  readonly #isOutside: IsOutside;
  readonly #choice = new MemberChoice();
  readonly #known = new Map<string, Decision>();
  #knownAt = -1;

  constructor(axes: Pick<Axes, 'ml2' | 'firewall'>, view: CloudView, isOutside: IsOutside) {
    this.#axes = axes;
    this.#index = new CloudIndex(view);
    this.#isOutside = isOutside;
  }

  /** Rises with each change of the cloud; a decision holds as long as it does not. */
  get generation(): number {
    return this.#index.generation;
  }

  get ml2(): Axes['ml2'] {
    return this.#axes.ml2;
  }

  /** Decides; `pin` is the member to which the flow went before. */
  decide(origin: Origin, packet: Packet, pin?: Pin): Decision {
    if (this.#knownAt !== this.generation || this.#known.size > mostRemembered) {
      this.#known.clear();
      this.#knownAt = this.generation;
    }
    const key = keyOf(origin, packet);
    const known = this.#known.get(key);
    if (known !== undefined) return renumbered(known, packet);
    const decision = this.#decideAfresh(origin, packet, pin);
    if (!decision.isChosen) this.#known.set(key, decision);
    return decision;
  }

  /** Finds the Neutron port behind an interface. */
  resolve(attachment: Attachment): Resolved {
    const { tables } = this.#index;
    switch (attachment.kind) {
      case 'external':
        return { trouble: `it is plugged into network ${attachment.networkId} without a port` };
      case 'port': {
        const port = tables.ports.get(attachment.portId);
        return port === undefined
          ? { trouble: `Neutron has no port ${attachment.portId}` }
          : { port };
      }
      case 'vlan': {
        const { parentPortId, vlanId } = attachment;
        const subport = tables.subports.get(`${parentPortId} ${vlanId}`);
        const port = tables.ports.get(subport?.portId ?? '');
        if (subport === undefined || port === undefined) {
          return { trouble: `no trunk on port ${parentPortId} has a subport with VLAN ${vlanId}` };
        }
        return subport.trunk.admin_state_up
          ? { port }
          : { port, trouble: `trunk ${subport.trunk.id} is administratively down` };
      }
    }
  }

  /** The listener of an amphora's balancer for a packet. */
  serviceAt(balancerId: string, packet: Packet): Service | undefined {
    const { tables } = this.#index;
    const balancer = tables.balancers.get(balancerId);
    return balancer === undefined ? undefined : serviceFor(tables, balancer, packet);
  }

  /** Chooses the next member for a client of an amphora, and says how the amphora reaches it. */
  amphoraLeg(balancerId: string, packet: Packet, pin?: Pin): AmphoraLeg | undefined {
    const service = this.serviceAt(balancerId, packet);
    const member = service && this.#choice.byTurn(service, packet.source, pin);
    return member && this.#legTo(service.balancer, member);
  }

  #legTo(balancer: LoadBalancerRow, member: MemberRow): AmphoraLeg | undefined {
    const port = this.#amphoraPort(balancer, member.subnet_id);
    const fixed = port?.fixed_ips[0];
    const subnet = this.#index.tables.subnets.get(fixed?.subnet_id ?? '');
    if (port === undefined || fixed === undefined || subnet === undefined) return undefined;
    const source = fixed.ip_address;
    const isOnLink = contains(subnet.cidr, member.address);
    return {
      ...{ memberId: member.id, address: member.address, port: member.protocol_port, source },
      origin: {
        attachment: { kind: 'port', portId: port.id },
        mac: port.mac_address,
        nextHop: isOnLink ? member.address : (subnet.gateway_ip ?? member.address),
        isAmphora: true,
      },
    };
  }

  /** The amphora's own port: on the member's subnet if it has one there, else the one that carries the VIP. */
  #amphoraPort(balancer: LoadBalancerRow, memberSubnet: string | null): PortRow | undefined {
    const { tables } = this.#index;
    const key = `${balancer.vip_network_id} ${balancer.vip_address}`;
    const [carrier] = (tables.pairsAt.get(key) ?? []).filter(
      ({ id }) => id !== balancer.vip_port_id,
    );
    if (carrier === undefined || carrier.device_id === '') {
      return carrier ?? tables.ports.get(balancer.vip_port_id);
    }
    const siblings = [...tables.ports.values()].filter(
      ({ device_id }) => device_id === carrier.device_id,
    );
    return siblings.find((port) => port.fixed_ips[0]?.subnet_id === memberSubnet) ?? carrier;
  }

  #decideAfresh(origin: Origin, packet: Packet, pin: Pin): Decision {
    const walk = new Walk(origin, packet);
    const { attachment } = origin;
    if (attachment.kind === 'external') {
      walk.note(`network ${attachment.networkId}`, `${packet.source} sends from outside`);
      const forwarding = new Forwarding(this.#around(pin, undefined), walk);
      return origin.nextHop === packet.destination
        ? forwarding.fromExternal(attachment.networkId)
        : forwarding.start(attachment.networkId, origin.nextHop);
    }
    const resolved = this.resolve(attachment);
    const { port } = resolved;
    if (port === undefined) return walk.end('dropped', resolved.trouble);
    walk.note(`port ${port.id}`, `${packet.source} sends to ${packet.destination}`);
    const refusal = origin.isAmphora === true ? undefined : this.#leave(walk, resolved, port);
    if (refusal !== undefined) return refusal;
    const sender = origin.isAmphora === true ? undefined : port;
    return new Forwarding(this.#around(pin, port, sender), walk).start(
      port.network_id,
      origin.nextHop,
    );
  }

  #around(pin: Pin, sender: PortRow | undefined, filtered?: PortRow): Surroundings {
    return {
      tables: this.#index.tables,
      ml2: this.#axes.ml2,
      choice: this.#choice,
      pin,
      sender,
      isOutside: this.#isOutside,
      leaveAgain: (walk) => this.#leaveAgain(walk, filtered),
      arrive: (walk, port) => this.#arrive(walk, port),
    };
  }

  #leave(walk: Walk, { trouble }: Resolved, port: PortRow): Decision | undefined {
    const { tables } = this.#index;
    const down = trouble ?? whyDown(port);
    if (down !== undefined) return walk.end('dropped', down);
    const unfiltered = whyUnfiltered(tables, port, this.#axes.firewall);
    if (unfiltered !== undefined) {
      walk.note(`port ${port.id}`, `nothing is filtered on the way out: ${unfiltered}`);
      return undefined;
    }
    const spoofing = spoofingOf(port, walk);
    if (spoofing !== undefined) return walk.end('dropped', `port ${port.id}: ${spoofing}`);
    return this.#filter(walk, port, 'egress');
  }

  /**
   * With the ovn provider the switch of the client changes the destination of all packets but the first
   * before it looks at the rules: a connection needs a rule for the VIP, and one for the member. The lab
   * has shown it (OVN 23.03); a datagram that stands alone is a first packet.
   */
  #leaveAgain(walk: Walk, sender: PortRow | undefined): Decision | undefined {
    const isJudged =
      sender !== undefined &&
      walk.packet.protocol === 'tcp' &&
      whyUnfiltered(this.#index.tables, sender, this.#axes.firewall) === undefined;
    return isJudged ? this.#filter(walk, sender, 'egress') : undefined;
  }

  #filter(walk: Walk, port: PortRow, direction: 'ingress' | 'egress'): Decision | undefined {
    const { packet } = walk;
    const rule = admittingRule(this.#index.tables, port, { packet, direction });
    if (rule !== undefined) {
      walk.note(`port ${port.id}`, `${describeRule(rule)} lets it through`);
      return undefined;
    }
    const groups = port.security_groups;
    const whose =
      groups.length === 0 ? 'it has no security group' : `its groups are ${groups.join(', ')}`;
    return walk.end(
      'dropped',
      `port ${port.id}: no ${direction} rule admits ${packet.protocol} port ${packet.destinationPort} ` +
        `${direction === 'ingress' ? `from ${packet.source}` : `to ${packet.destination}`}; ${whose}`,
    );
  }

  #arrive(walk: Walk, port: PortRow): Decision {
    const { tables } = this.#index;
    if (port.device_owner.startsWith('network:')) {
      return walk.end(
        'rejected',
        `port ${port.id} is one of a router or of DHCP, where nothing serves`,
      );
    }
    const balancer = tables.balancerOfPort.get(port.id);
    if (balancer !== undefined) return this.#arriveAtVip(walk, balancer);
    const trunk = tables.trunkOfSubport.get(port.id);
    const down =
      trunk?.admin_state_up === false
        ? `trunk ${trunk.id} is administratively down`
        : whyDown(port);
    if (down !== undefined) return walk.end('dropped', down);
    const unfiltered = whyUnfiltered(tables, port, this.#axes.firewall);
    if (unfiltered === undefined) {
      const refusal = this.#filter(walk, port, 'ingress');
      if (refusal !== undefined) return refusal;
    } else {
      walk.note(`port ${port.id}`, `nothing is filtered on the way in: ${unfiltered}`);
    }
    return walk.deliver({ kind: 'port', portId: port.id });
  }

  /** A packet that reaches the VIP itself: an amphora takes it, of the ovn provider nobody is there. */
  #arriveAtVip(walk: Walk, balancer: LoadBalancerRow): Decision {
    const { packet } = walk;
    const what = `${packet.protocol}/${packet.destinationPort}`;
    const service = this.serviceAt(balancer.id, packet);
    const doing = `load balancer ${balancer.id} (${balancer.provisioning_status})`;
    if (balancer.provider === 'ovn') {
      const why = service === undefined ? 'has no listener in force' : 'has no member in force';
      return walk.end('dropped', `${doing} ${why} for ${what}`);
    }
    if (service === undefined) {
      // The group of the VIP opens the ports of listeners only.
      return walk.end('dropped', `${doing} has no listener in force for ${what}`);
    }
    if (!isAdmitted(service, packet.source)) {
      return walk.end(
        'dropped',
        `listener ${service.listener.id} admits ${String(service.listener.allowed_cidrs)}, not ${packet.source}`,
      );
    }
    const port = this.#amphoraPort(balancer, null);
    const isFiltered = port !== undefined && port.security_groups.length > 0;
    const refusal = isFiltered ? this.#filter(walk, port, 'ingress') : undefined;
    if (refusal !== undefined) return refusal;
    walk.note(
      `load balancer ${balancer.id}`,
      `its amphora takes it at listener ${service.listener.id}`,
    );
    walk.isChosen = true;
    return walk.deliver({ kind: 'amphora', balancerId: balancer.id });
  }
}

function whyDown(port: PortRow): string | undefined {
  if (!port.admin_state_up) return `port ${port.id} is administratively down`;
  return port.status === 'ACTIVE' ? undefined : `port ${port.id} is ${port.status}, not ACTIVE`;
}

function keyOf({ attachment, mac, nextHop, isAmphora }: Origin, packet: Packet): string {
  const where =
    attachment.kind === 'vlan'
      ? `${attachment.parentPortId} ${attachment.vlanId}`
      : attachment.kind === 'port'
        ? attachment.portId
        : attachment.networkId;
  const { protocol, source, destination, destinationPort } = packet;
  const who = isAmphora === true ? 'amphora' : mac;
  return `${where} ${who} ${nextHop} ${protocol} ${source} ${destination} ${destinationPort}`;
}

/** The same decision for another port of the sender. */
function renumbered(decision: Decision, { sourcePort }: Packet): Decision {
  const { delivery } = decision;
  if (delivery === undefined || delivery.packet.sourcePort === sourcePort) return decision;
  return { ...decision, delivery: { ...delivery, packet: { ...delivery.packet, sourcePort } } };
}
