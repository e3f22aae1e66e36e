/**
 * The way of one connection or flow after its first packet: conntrack lets it pass as long as a first
 * packet would still pass to the same place.
 */
import type { Packet } from '../packets/packet.ts';
import type { Path } from './tcp-socket.ts';
import type { Departure, Passage, Wire } from './wire.ts';

const tcpHeaders = 40;

/** A way that was open once, looked at again after each change of the cloud. */
export class TrackedPath implements Path {
  readonly largestWrite: number;
  readonly #wire: Wire;
  readonly #departure: Departure;
  readonly #first: Passage;
  #generation: number;
  #isOpen = true;

  constructor(wire: Wire, departure: Departure, first: Passage) {
    this.#wire = wire;
    this.#departure = departure;
    this.#first = first;
    this.#generation = wire.engine.generation;
    this.largestWrite = largestWrite(wire, departure, first);
  }

  isOpen(): boolean {
    if (!this.#departure.isStillThere() || this.#isReceiverGone()) return false;
    if (this.#generation !== this.#wire.engine.generation) {
      this.#generation = this.#wire.engine.generation;
      this.#isOpen = this.#leadsToTheSamePlace();
    }
    return this.#isOpen;
  }

  #isReceiverGone(): boolean {
    const { arrival } = this.#first;
    return arrival?.kind === 'machine' && arrival.netns.isDestroyed;
  }

  #leadsToTheSamePlace(): boolean {
    const { decision, arrival } = this.#first;
    const again = this.#wire.pass(this.#departure, decision.delivery?.memberId);
    if (arrival === undefined || again.arrival?.kind !== arrival.kind) return false;
    const isSameMachine =
      arrival.kind === 'machine' && again.arrival.kind === 'machine'
        ? again.arrival.netns === arrival.netns
        : true;
    return isSameMachine && isSame(decision.delivery?.packet, again.decision.delivery?.packet);
  }
}

/** A path that never closes: loopback, and the inside of an amphora. */
export const openPath: Path = { isOpen: () => true, largestWrite: Number.POSITIVE_INFINITY };

/**
 * Segments are as large as both ends' interfaces allow. A smaller network on the way loses them, unless a
 * Linux router (ML2/OVS) tells the sender; OVN does not (gaps.rst of Neutron's OVN documentation).
 */
function largestWrite(wire: Wire, { mtu }: Departure, { decision, arrival }: Passage): number {
  const { delivery } = decision;
  if (delivery === undefined || arrival?.kind !== 'machine') return Number.POSITIVE_INFINITY;
  const segment = Math.min(mtu, arrival.nic.mtu);
  const isToldByRouter = delivery.isRouted && wire.engine.ml2 === 'ovs';
  return segment <= delivery.mtu || isToldByRouter
    ? Number.POSITIVE_INFINITY
    : delivery.mtu - tcpHeaders;
}

function isSame(one: Packet | undefined, other: Packet | undefined): boolean {
  return (
    other !== undefined &&
    one?.source === other.source &&
    one.destination === other.destination &&
    one.destinationPort === other.destinationPort
  );
}
