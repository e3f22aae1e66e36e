/**
 * Sets up TCP connections: what kernels do between a SYN and either a connection or an error.
 */
import { nextTick } from 'node:process';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { AmphoraRelay } from './amphora.ts';
import type { NetworkErrorCode } from './errors.ts';
import { asHeardAt, type Endpoint, type SimulatedNetns } from './netns.ts';
import { openPath, TrackedPath } from './path.ts';
import { type Path, SimulatedSocket } from './tcp-socket.ts';
import type { Departure, Passage, Wire } from './wire.ts';

/** Linux repeats a SYN after 1, 3, 7 ... seconds and gives up after 127. */
const repeatMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000] as const;
/** Three unanswered ARP requests, one second apart. */
const unansweredMs = 3_050;

interface Reaching {
  readonly path: Path;
  /** The client as the server sees it; behind NAT it differs from the socket's own address. */
  readonly seen?: Endpoint;
}

/** One connection attempt. */
export class Dial {
  readonly #wire: Wire;
  readonly #socket: SimulatedSocket;
  #timer: NodeJS.Timeout | undefined;

  constructor(wire: Wire, socket: SimulatedSocket) {
    this.#wire = wire;
    this.#socket = socket;
    socket.whenGone(() => {
      clearTimeout(this.#timer);
    });
  }

  /** Connects from a machine. */
  from(netns: SimulatedNetns, target: Endpoint): void {
    const socket = this.#socket;
    const route = netns.isDestroyed ? undefined : netns.routeTo(target.address);
    const ends = { remoteAddress: target.address, remotePort: target.port };
    if (route === undefined) {
      Object.assign(socket, ends);
      // The kernel itself says so, before anything is sent.
      nextTick(() => {
        socket.broken('ENETUNREACH', 'connect');
      });
      return;
    }
    const localPort = netns.takePort('tcp');
    socket.place({ localAddress: route.source, localPort, ...ends });
    netns.connections.add(socket);
    socket.whenGone(() => {
      netns.freePort('tcp', localPort);
      netns.connections.delete(socket);
    });
    if (route.isLocal) {
      this.#toListener(netns, target, { path: openPath });
      return;
    }
    const packet = {
      ...({ protocol: 'tcp', source: route.source, sourcePort: localPort } as const),
      ...{ destination: target.address, destinationPort: target.port },
    };
    this.depart(this.#wire.depart(netns, route, packet), 0);
  }

  /** Sends a SYN, and again as long as nobody says anything. */
  depart(departure: Departure, attempt: number): void {
    const passage = this.#wire.pass(departure);
    switch (passage.decision.fate) {
      case 'delivered':
        this.#after(this.#wire.latencyMs(passage), () => {
          this.#arrive(departure, passage);
        });
        break;
      case 'rejected':
        this.#fail('ECONNREFUSED', this.#wire.latencyMs(passage));
        break;
      case 'unanswered':
        this.#fail('EHOSTUNREACH', unansweredMs);
        break;
      case 'dropped': {
        const pauseMs = repeatMs[attempt];
        if (pauseMs === undefined) this.#fail('ETIMEDOUT', 0);
        else {
          this.#after(pauseMs, () => {
            this.depart(departure, attempt + 1);
          });
        }
      }
    }
  }

  #arrive(departure: Departure, passage: Passage): void {
    const { arrival, decision } = passage;
    const packet = decision.delivery?.packet;
    if (arrival === undefined || packet === undefined) return;
    const path = new TrackedPath(this.#wire, departure, passage);
    if (arrival.kind === 'machine') {
      const target = { address: packet.destination, port: packet.destinationPort };
      const seen = { address: packet.source, port: packet.sourcePort };
      this.#toListener(arrival.netns, target, { path, seen });
      return;
    }
    const front = new SimulatedSocket({ allowHalfOpen: true });
    this.#join(front, path);
    this.#socket.connected();
    new AmphoraRelay(this.#wire, front, { balancerId: arrival.balancerId, packet }).start(
      (socket) => new Dial(this.#wire, socket),
    );
  }

  #toListener(netns: SimulatedNetns, target: Endpoint, { path, seen }: Reaching): void {
    setImmediate(() => {
      const socket = this.#socket;
      if (socket.destroyed) return;
      const listener = netns.listenerAt(target);
      if (listener === undefined) {
        socket.broken('ECONNREFUSED', 'connect');
        return;
      }
      const client = seen ?? { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
      const server = new SimulatedSocket({ allowHalfOpen: listener.allowHalfOpen });
      const shown = (address: string): string => asHeardAt(listener.address, address);
      server.place({
        ...{ localAddress: shown(target.address), localPort: target.port },
        ...{ remoteAddress: shown(client.address), remotePort: client.port },
      });
      netns.connections.add(server);
      server.whenGone(() => {
        netns.connections.delete(server);
      });
      this.#join(server, path);
      listener.accept(server);
      socket.connected();
    });
  }

  #join(other: SimulatedSocket, path: Path): void {
    SimulatedSocket.join(this.#socket, other, path);
  }

  #fail(code: NetworkErrorCode, afterMs: number): void {
    this.#after(afterMs, () => {
      this.#socket.broken(code, 'connect');
    });
  }

  #after(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      if (!this.#socket.destroyed) then();
    }, ms);
    this.#timer.unref();
  }
}
