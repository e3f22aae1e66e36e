/**
 * Sends UDP datagrams between namespaces. A flow keeps its way and its member as conntrack does, so that
 * answers come back from the address that was asked.
 */
import { setTimeout } from 'node:timers';
import type { Packet } from '../packets/packet.ts';
import { familyOf } from '../packets/addresses.ts';
import type { Endpoint, Route, SimulatedNetns, UdpReceiver } from './netns.ts';
import { TrackedPath } from './path.ts';
import type { Departure, Passage, Wire } from './wire.ts';

/** What a socket hands to the network. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Where ICMP errors go, if the socket is connected. */
  readonly sender: UdpReceiver;
}

interface Flow {
  readonly client: SimulatedNetns;
  readonly server: SimulatedNetns;
  /** As the client's own socket has them. */
  readonly local: Endpoint;
  readonly asked: Endpoint;
  /** As the server's socket has them. */
  readonly seen: Packet;
  readonly path: TrackedPath;
  readonly passage: Passage;
  readonly departure: Departure;
  /** The second way, of an amphora to its member. */
  readonly inner?: TrackedPath;
  lastUsedMs: number;
}

type IcmpError = Parameters<UdpReceiver['fail']>[0];

/** The time after which a kernel forgets a UDP flow that has been answered. */
const flowMs = 120_000;
const unansweredMs = 3_050;
const mostFlows = 1_000;

/** All UDP flows of the simulated network. */
export class DatagramNetwork {
  readonly #wire: Wire;
  readonly #flows = new Map<string, Flow>();
  readonly #replies = new Map<string, Flow>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Sends from a machine by a route of it. */
  send(netns: SimulatedNetns, route: Route, datagram: Datagram): void {
    if (route.isLocal) {
      this.#later(0, () => {
        deliver(netns, datagram, datagram);
      });
      return;
    }
    const reply = this.#replies.get(keyOf(netns, datagram.from, datagram.to));
    if (reply !== undefined && isFresh(reply)) {
      this.#answer(reply, datagram);
      return;
    }
    const flow = this.#flowFor(netns, route, datagram);
    if (flow === undefined) return;
    if (!this.#fits(flow, datagram, netns)) return;
    flow.lastUsedMs = performance.now();
    const { seen, server } = flow;
    this.#later(this.#wire.latencyMs(flow.passage), () => {
      deliver(server, datagram, {
        from: { address: seen.source, port: seen.sourcePort },
        to: { address: seen.destination, port: seen.destinationPort },
      });
    });
  }

  #answer(flow: Flow, datagram: Datagram): void {
    if (!isOpen(flow) || !this.#fits(flow, datagram, flow.server)) return;
    flow.lastUsedMs = performance.now();
    this.#later(this.#wire.latencyMs(flow.passage), () => {
      deliver(flow.client, datagram, { from: flow.asked, to: flow.local });
    });
  }

  #flowFor(
    netns: SimulatedNetns,
    route: Route & { isLocal: false },
    datagram: Datagram,
  ): Flow | undefined {
    const key = keyOf(netns, datagram.from, datagram.to);
    const known = this.#flows.get(key);
    if (known !== undefined && isFresh(known) && isOpen(known)) return known;
    const packet = {
      ...({
        protocol: 'udp',
        source: datagram.from.address,
        sourcePort: datagram.from.port,
      } as const),
      ...{ destination: datagram.to.address, destinationPort: datagram.to.port },
    };
    const departure = this.#wire.depart(netns, route, packet);
    const passage = this.#wire.pass(departure, known?.passage.decision.delivery?.memberId);
    const flow = this.#track(netns, datagram, { departure, passage });
    if (flow === undefined) {
      this.#report(passage, datagram);
      return undefined;
    }
    this.#forgetOld();
    this.#flows.set(key, flow);
    const { seen, server } = flow;
    this.#replies.set(
      keyOf(
        server,
        { address: seen.destination, port: seen.destinationPort },
        { address: seen.source, port: seen.sourcePort },
      ),
      flow,
    );
    return flow;
  }

  #track(
    client: SimulatedNetns,
    { from, to }: Datagram,
    { departure, passage }: { readonly departure: Departure; readonly passage: Passage },
  ): Flow | undefined {
    const { arrival, decision } = passage;
    const packet = decision.delivery?.packet;
    if (arrival === undefined || packet === undefined) return undefined;
    const outer = {
      ...{ client, local: from, asked: to, passage, departure },
      path: new TrackedPath(this.#wire, departure, passage),
      lastUsedMs: performance.now(),
    };
    if (arrival.kind === 'machine') return { ...outer, server: arrival.netns, seen: packet };
    // IPVS of the amphora masquerades: the member sees the amphora's address.
    const leg = this.#wire.engine.amphoraLeg(arrival.balancerId, packet);
    if (leg === undefined) return undefined;
    const second = this.#wire.departFromAmphora(leg, packet);
    const inner = this.#wire.pass(second, leg.memberId);
    const seen = inner.decision.delivery?.packet;
    return inner.arrival?.kind !== 'machine' || seen === undefined
      ? undefined
      : {
          ...outer,
          ...{ server: inner.arrival.netns, seen },
          inner: new TrackedPath(this.#wire, second, inner),
        };
  }

  #report({ decision }: Passage, datagram: Datagram): void {
    if (decision.fate === 'rejected') this.#tellSender(datagram, 'ECONNREFUSED');
    if (decision.fate === 'unanswered') this.#tellSender(datagram, 'EHOSTUNREACH', unansweredMs);
  }

  /**
   * Linux fragments what is larger than the path MTU that it knows, and forbids fragmentation of all else.
   * Routers of ML2/OVS say when that is too large; OVN neither fragments nor says so.
   */
  #fits({ passage, departure, client }: Flow, datagram: Datagram, from: SimulatedNetns): boolean {
    const { delivery } = passage.decision;
    const pathMtu = delivery?.mtu ?? Number.POSITIVE_INFINITY;
    const ownMtu = from === client ? departure.mtu : nicMtuOf(passage.arrival);
    const total = datagram.bytes.length + headersFor(datagram.to.address);
    const known = Math.min(ownMtu, from.pathMtus.get(datagram.to.address) ?? ownMtu);
    if (Math.min(total, known) <= pathMtu) return true;
    if (delivery?.isRouted !== true || this.#wire.engine.ml2 === 'ovn') return false;
    // What the sender has fragmented, a Linux router fragments further.
    if (total > known) return true;
    from.pathMtus.set(datagram.to.address, pathMtu);
    this.#tellSender(datagram, 'EMSGSIZE');
    return false;
  }

  #tellSender({ sender }: Datagram, code: IcmpError, afterMs = 1): void {
    if (sender.peer === undefined) return;
    this.#later(afterMs, () => {
      sender.fail(code);
    });
  }

  #later(ms: number, then: () => void): void {
    setTimeout(then, ms).unref();
  }

  #forgetOld(): void {
    for (const flows of [this.#flows, this.#replies]) {
      const [oldest] = flows.keys();
      if (flows.size >= mostFlows && oldest !== undefined) flows.delete(oldest);
    }
  }
}

function isFresh(flow: Flow): boolean {
  return performance.now() - flow.lastUsedMs < flowMs && !flow.client.isDestroyed;
}

function isOpen({ path, inner }: Flow): boolean {
  return path.isOpen() && (inner === undefined || inner.isOpen());
}

/** The headers of IP and UDP. */
function headersFor(address: string): number {
  return familyOf(address) === 4 ? 28 : 48;
}

function nicMtuOf(arrival: Passage['arrival']): number {
  return arrival?.kind === 'machine' ? arrival.nic.mtu : Number.POSITIVE_INFINITY;
}

function keyOf({ name }: SimulatedNetns, from: Endpoint, to: Endpoint): string {
  return `${name} ${from.address} ${from.port} ${to.address} ${to.port}`;
}

/** Hands a datagram to whoever is at its port; without anybody, ICMP says so to the sender. */
function deliver(
  netns: SimulatedNetns,
  { bytes, sender }: Datagram,
  { from, to }: { readonly from: Endpoint; readonly to: Endpoint },
): void {
  const receiver = netns.receiverAt(to, from);
  if (receiver !== undefined) receiver.receive(bytes, from);
  else if (sender.peer !== undefined && !netns.isDestroyed) sender.fail('ECONNREFUSED');
}
