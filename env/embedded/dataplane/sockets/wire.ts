/**
 * Joins namespaces through the decision engine: where a packet of one machine comes out, after how long,
 * and whether a connection may still use the way it was set up on.
 */
import type { Nic } from '../../seams.ts';
import type { Random } from '../../world.ts';
import { type AmphoraLeg, type PacketEngine } from '../packets/engine.ts';
import {
  type Decision,
  describeDecision,
  describePacket,
  type Origin,
  type Packet,
} from '../packets/packet.ts';
import { SimulatedNetns, type Route } from './netns.ts';

/** A packet as it leaves a machine that has found a route for it. */
export interface Departure {
  readonly origin: Origin;
  readonly packet: Packet;
  /** MTU of the interface through which it leaves. */
  readonly mtu: number;
  readonly isStillThere: () => boolean;
}

/** Where a packet has arrived. */
export type Arrival =
  | { readonly kind: 'machine'; readonly netns: SimulatedNetns; readonly nic: Nic }
  | { readonly kind: 'amphora'; readonly balancerId: string };

/** What became of a packet, and at which machine it is. */
export interface Passage {
  readonly decision: Decision;
  readonly arrival: Arrival | undefined;
}

/** The network between all namespaces. */
export class Wire {
  readonly engine: PacketEngine;
  readonly random: Random;
  readonly #log: (text: string) => void;
  readonly #namespaces = new Map<string, SimulatedNetns>();
  readonly #toldAbout = new Set<string>();
  #holders: Map<string, { netns: SimulatedNetns; nic: Nic }> | undefined;
  #holdersAt = -1;

  constructor(engine: PacketEngine, random: Random, log: (text: string) => void) {
    this.engine = engine;
    this.random = random;
    this.#log = log;
  }

  createNetns(name: string, node: string): SimulatedNetns {
    this.#namespaces.get(name)?.destroy();
    const netns = new SimulatedNetns({ name, node }, this.random, () => {
      this.#holders = undefined;
      if (netns.isDestroyed && this.#namespaces.get(name) === netns) this.#namespaces.delete(name);
    });
    this.#namespaces.set(name, netns);
    return netns;
  }

  netns(name: string): SimulatedNetns | undefined {
    return this.#namespaces.get(name);
  }

  /** Whether a machine without a Neutron port has an address on an external network. */
  isOutside(networkId: string, address: string): boolean {
    return this.#outside(networkId, address) !== undefined;
  }

  depart(netns: SimulatedNetns, route: Route & { isLocal: false }, packet: Packet): Departure {
    const { nic, nextHop } = route;
    return {
      origin: { attachment: nic.attachment, mac: nic.mac, nextHop },
      packet,
      mtu: nic.mtu,
      isStillThere: () => netns.nics.includes(nic),
    };
  }

  /** Sends the first packet of a flow. */
  pass({ origin, packet, isStillThere }: Departure, pin?: string): Passage {
    if (!isStillThere()) return lost('the interface is gone');
    const decision = this.engine.decide(origin, packet, pin);
    const passage = this.#arrive(decision);
    if (passage.arrival === undefined) this.#tell(packet, passage.decision);
    return passage;
  }

  /** The way from an amphora to its next member. */
  departFromAmphora({ origin, source, address, port }: AmphoraLeg, packet: Packet): Departure {
    return {
      origin,
      packet: {
        protocol: packet.protocol,
        source,
        sourcePort: this.random.between(1_024, 65_535),
        destination: address,
        destinationPort: port,
      },
      mtu: Number.POSITIVE_INFINITY,
      isStillThere: () => true,
    };
  }

  /** How long one way takes: an amphora is a machine of its own, the ovn provider is a flow of the switch. */
  latencyMs({ decision, arrival }: Passage): number {
    const routed = decision.delivery?.isRouted === true ? 1 : 0;
    const amphora = arrival?.kind === 'amphora' ? 3 : 0;
    return this.random.between(0, 1) + routed + amphora;
  }

  #arrive(decision: Decision): Passage {
    const { delivery } = decision;
    if (delivery === undefined) return { decision, arrival: undefined };
    const { point, packet } = delivery;
    if (point.kind === 'amphora') {
      return { decision, arrival: { kind: 'amphora', balancerId: point.balancerId } };
    }
    const holder =
      point.kind === 'port'
        ? this.#holderOf(point.portId)
        : this.#outside(point.networkId, packet.destination);
    if (holder === undefined) return lost('no machine is plugged in there', decision);
    const { netns } = holder;
    if (!netns.owns(packet.destination)) {
      return lost(`machine ${netns.name} does not have ${packet.destination}`, decision);
    }
    return netns.routeTo(packet.source) === undefined
      ? lost(`machine ${netns.name} has no route back to ${packet.source}`, decision)
      : { decision, arrival: { kind: 'machine', ...holder } };
  }

  #holderOf(portId: string): { netns: SimulatedNetns; nic: Nic } | undefined {
    if (this.#holders === undefined || this.#holdersAt !== this.engine.generation) {
      this.#holdersAt = this.engine.generation;
      this.#holders = new Map(
        [...this.#namespaces.values()].flatMap((netns) =>
          netns.nics.flatMap((nic) => {
            const id = this.engine.resolve(nic.attachment).port?.id;
            return id === undefined ? [] : [[id, { netns, nic }] as const];
          }),
        ),
      );
    }
    return this.#holders.get(portId);
  }

  #outside(networkId: string, address: string): { netns: SimulatedNetns; nic: Nic } | undefined {
    for (const netns of this.#namespaces.values()) {
      const nic = netns.nics.find(
        ({ attachment, addresses }) =>
          attachment.kind === 'external' &&
          attachment.networkId === networkId &&
          addresses.some((own) => own.address === address),
      );
      if (nic !== undefined) return { netns, nic };
    }
    return undefined;
  }

  /** Notes a blocked packet with its way, once for each reason. */
  #tell(packet: Packet, decision: Decision): void {
    const key = `${packet.source} ${packet.destination} ${packet.destinationPort} ${decision.reason}`;
    if (this.#toldAbout.has(key)) return;
    if (this.#toldAbout.size > mostTold) this.#toldAbout.clear();
    this.#toldAbout.add(key);
    this.#log(
      `${describePacket(packet)}\n  ${describeDecision(decision).replaceAll('\n', '\n  ')}`,
    );
  }
}

const mostTold = 5_000;

function lost(reason: string, decision?: Decision): Passage {
  const { hops = [], isChosen = false } = decision ?? {};
  return { decision: { fate: 'dropped', reason, hops, isChosen }, arrival: undefined };
}
