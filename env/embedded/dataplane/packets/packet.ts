/**
 * The words of the decision engine: a packet, where it enters the cloud's network, and what becomes of it,
 * with the reasons in words.
 */
import type { Attachment } from '../../seams.ts';

/** What security groups and balancers tell apart. */
export type Protocol = 'tcp' | 'udp';

/** The first packet of a connection, or a datagram. */
export interface Packet {
  readonly protocol: Protocol;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** Where a packet leaves a machine. */
export interface Origin {
  readonly attachment: Attachment;
  readonly mac: string;
  /** The neighbour that the machine sends it to: the destination itself, or its gateway. */
  readonly nextHop: string;
  /** Set for an amphora: its port is the balancer's own business and not looked at. */
  readonly isAmphora?: boolean;
}

/** One thing that happened to a packet; `at` names the object by kind and id. */
export interface Hop {
  readonly at: string;
  readonly what: string;
}

/** Where a packet comes out. */
export type Point =
  | { readonly kind: 'port'; readonly portId: string }
  | { readonly kind: 'external'; readonly networkId: string }
  | { readonly kind: 'amphora'; readonly balancerId: string };

/** A packet that arrives, as the receiver sees it. */
export interface Delivery {
  readonly point: Point;
  readonly packet: Packet;
  /** The least MTU of the networks on the way. */
  readonly mtu: number;
  readonly isRouted: boolean;
  /** The member that a balancer has chosen; a flow keeps it. */
  readonly memberId?: string;
}

/**
 * `dropped`: nobody says anything. `rejected`: an RST or ICMP port unreachable. `unanswered`: the first
 * neighbour does not answer ARP, which the sender's own machine reports after three seconds.
 */
export type Fate = 'delivered' | 'dropped' | 'rejected' | 'unanswered';

/** What becomes of a packet. */
export interface Decision {
  readonly fate: Fate;
  readonly reason: string;
  readonly hops: readonly Hop[];
  readonly delivery?: Delivery;
  /** Whether a balancer was asked, so that another flow may go elsewhere. */
  readonly isChosen: boolean;
}

/** A packet on its way. */
export class Walk {
  packet: Packet;
  mtu = Number.POSITIVE_INFINITY;
  isRouted = false;
  isChosen = false;
  memberId: string | undefined;
  readonly origin: Origin;
  readonly hops: Hop[] = [];

  constructor(origin: Origin, packet: Packet) {
    this.origin = origin;
    this.packet = packet;
  }

  note(at: string, what: string): void {
    this.hops.push({ at, what });
  }

  end(fate: Exclude<Fate, 'delivered'>, reason: string): Decision {
    return { fate, reason, hops: this.hops, isChosen: this.isChosen };
  }

  deliver(point: Point): Decision {
    const { packet, mtu, isRouted, memberId } = this;
    const delivery = { point, packet, mtu, isRouted };
    return {
      fate: 'delivered',
      reason: 'every rule on the way lets it through',
      hops: this.hops,
      isChosen: this.isChosen,
      delivery: memberId === undefined ? delivery : { ...delivery, memberId },
    };
  }
}

/** A packet in words. */
export function describePacket(packet: Packet): string {
  const { protocol, source, sourcePort, destination, destinationPort } = packet;
  return `${protocol} ${source}:${sourcePort} -> ${destination}:${destinationPort}`;
}

/** A decision in words, one line for each hop. */
export function describeDecision(decision: Decision): string {
  const hops = decision.hops.map(({ at, what }) => `${at}: ${what}`);
  return [...hops, `${decision.fate}: ${decision.reason}`].join('\n');
}
