/**
 * What haproxy does in an amphora with one TCP connection: it takes it before it knows whether a member
 * answers, and speaks to the member from the amphora's own address.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { Packet } from '../packets/packet.ts';
import { SimulatedSocket } from './tcp-socket.ts';
import type { Departure, Wire } from './wire.ts';

/** Connects a socket from wherever a departure says. */
interface Dialling {
  depart(departure: Departure, attempt: number): void;
}

/** Which balancer was reached, and by what. */
interface Reached {
  readonly balancerId: string;
  readonly packet: Packet;
}

/** Octavia's timeout_member_connect and haproxy's retries, at their defaults. */
const memberConnectMs = 5_000;
const retries = 3;

/** One proxied connection. */
export class AmphoraRelay {
  readonly #wire: Wire;
  readonly #front: SimulatedSocket;
  readonly #reached: Reached;

  constructor(wire: Wire, front: SimulatedSocket, reached: Reached) {
    this.#wire = wire;
    this.#front = front;
    this.#reached = reached;
  }

  /** Connects to a member, to another one if that refuses, and joins both connections. */
  start(dialling: (socket: SimulatedSocket) => Dialling, attempt = 0): void {
    const { balancerId, packet } = this.#reached;
    const leg = this.#wire.engine.amphoraLeg(balancerId, packet);
    if (leg === undefined || attempt > retries) {
      this.#front.destroy();
      return;
    }
    const back = new SimulatedSocket({ allowHalfOpen: true });
    const departure = this.#wire.departFromAmphora(leg, packet);
    back.place({
      ...{ localAddress: leg.source, localPort: departure.packet.sourcePort },
      ...{ remoteAddress: leg.address, remotePort: leg.port },
    });
    const timer = setTimeout(() => back.destroy(new Error('no member answers')), memberConnectMs);
    timer.unref();
    back.once('connect', () => {
      clearTimeout(timer);
      this.#join(back);
    });
    back.once('error', () => {
      clearTimeout(timer);
      if (back.bytesRead === 0 && back.pending) this.start(dialling, attempt + 1);
      else this.#front.destroy();
    });
    this.#front.whenGone(() => {
      clearTimeout(timer);
      back.destroy();
    });
    dialling(back).depart(departure, 0);
  }

  #join(back: SimulatedSocket): void {
    const front = this.#front;
    front.pipe(back);
    back.pipe(front);
    back.whenGone(() => {
      // What the member has sent is on its way to the client still.
      front.destroySoon();
    });
  }
}
