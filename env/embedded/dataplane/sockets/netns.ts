/**
 * A network namespace: its interfaces, its routes, and who listens on which port in it.
 */
import type { Netns, Nic } from '../../seams.ts';
import type { Random } from '../../world.ts';
import { contains, familyOf, isLoopback, isSameAddress } from '../packets/addresses.ts';
import type { Protocol } from '../packets/packet.ts';
import { socketError } from './errors.ts';
import type { SimulatedSocket } from './tcp-socket.ts';

/** One end of a connection or datagram. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Somebody at a port; `host` is the address it is bound to, or one of the unspecified ones. */
export interface Bound extends Endpoint {
  /** Ends it without a word, as when its process is killed. */
  abandon(): void;
}

/** Takes connections. */
export interface TcpListener extends Bound {
  readonly allowHalfOpen: boolean;
  accept(socket: SimulatedSocket): void;
}

/** Takes datagrams. */
export interface UdpReceiver extends Bound {
  readonly peer: Endpoint | undefined;
  receive(bytes: Buffer, from: Endpoint): void;
  fail(code: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'EMSGSIZE'): void;
}

/** How a namespace sends to an address. */
export type Route =
  | { readonly isLocal: true; readonly source: string }
  | {
      readonly isLocal: false;
      readonly source: string;
      readonly nextHop: string;
      readonly nic: Nic;
    };

const ephemeral = { least: 32_768, most: 60_999 };

/** A namespace of the simulated network. */
export class SimulatedNetns implements Netns {
  readonly name: string;
  readonly node: string;
  /** Is called when an interface comes or goes. */
  readonly onChange: () => void;
  readonly listeners = new Map<number, TcpListener[]>();
  readonly receivers = new Map<number, UdpReceiver[]>();
  readonly connections = new Set<{ abandon(): void }>();
  /** Path MTUs that ICMP has told, by destination. */
  readonly pathMtus = new Map<string, number>();
  isDestroyed = false;
  readonly #nics: Nic[] = [];
  readonly #random: Random;
  readonly #taken: Record<Protocol, Map<number, number>> = { tcp: new Map(), udp: new Map() };

  constructor(
    place: { readonly name: string; readonly node: string },
    random: Random,
    onChange: () => void,
  ) {
    this.name = place.name;
    this.node = place.node;
    this.#random = random;
    this.onChange = onChange;
  }

  get nics(): readonly Nic[] {
    return this.#nics;
  }

  addNic(nic: Nic): void {
    this.removeNic(nic.name);
    this.#nics.push(nic);
    this.onChange();
  }

  removeNic(name: string): void {
    const at = this.#nics.findIndex((nic) => nic.name === name);
    if (at < 0) return;
    this.#nics.splice(at, 1);
    this.onChange();
  }

  destroy(): void {
    this.isDestroyed = true;
    const bound = [...this.listeners.values(), ...this.receivers.values()].flat();
    [...this.connections, ...bound].forEach((socket) => {
      socket.abandon();
    });
    this.#nics.length = 0;
    this.onChange();
  }

  /** Whether an address is one of this machine. */
  owns(address: string): boolean {
    return (
      isLoopback(address) ||
      this.#nics.some(({ addresses }) =>
        addresses.some((own) => isSameAddress(own.address, address)),
      )
    );
  }

  /** Finds the way to an address; undefined when the machine has no route. */
  routeTo(address: string): Route | undefined {
    if (this.owns(address)) return { isLocal: true, source: address };
    const onLink = this.#nics
      .flatMap((nic) =>
        nic.addresses
          .filter((own) => contains(`${own.address}/${own.prefix}`, address))
          .map((own) => ({ nic, own })),
      )
      .sort((one, other) => other.own.prefix - one.own.prefix)[0];
    if (onLink !== undefined) {
      const { nic, own } = onLink;
      return { isLocal: false, nic, source: own.address, nextHop: address };
    }
    return this.#defaultRoute(familyOf(address));
  }

  #defaultRoute(family: 4 | 6): Route | undefined {
    for (const nic of this.#nics) {
      const { gateway } = nic;
      const own = nic.addresses.find(({ address }) => familyOf(address) === family);
      if (gateway !== undefined && own !== undefined && familyOf(gateway) === family) {
        return { isLocal: false, nic, source: own.address, nextHop: gateway };
      }
    }
    return undefined;
  }

  /** Takes a port for a connection or socket: the wanted one, or a free one for 0. */
  takePort(protocol: Protocol, wanted = 0): number {
    const taken = this.#taken[protocol];
    let port = wanted;
    while (port === 0 || (wanted === 0 && taken.has(port))) {
      port = this.#random.between(ephemeral.least, ephemeral.most);
    }
    taken.set(port, (taken.get(port) ?? 0) + 1);
    return port;
  }

  freePort(protocol: Protocol, port: number): void {
    const users = this.#taken[protocol].get(port) ?? 0;
    if (users > 1) this.#taken[protocol].set(port, users - 1);
    else this.#taken[protocol].delete(port);
  }

  /** Puts a listener or receiver at its port, unless somebody is there. */
  bind<T extends Bound>(table: Map<number, T[]>, bound: T): void {
    const { address, port } = bound;
    if (!isUnspecified(address) && !this.owns(address)) {
      throw socketError('EADDRNOTAVAIL', { syscall: 'bind', address, port });
    }
    const others = table.get(port) ?? [];
    const isTaken = others.some(
      (other) =>
        isUnspecified(other.address) || isUnspecified(address) || other.address === address,
    );
    if (isTaken) throw socketError('EADDRINUSE', { syscall: 'bind', address, port });
    table.set(port, [...others, bound]);
  }

  unbind<T extends Bound>(table: Map<number, T[]>, bound: T): void {
    const left = (table.get(bound.port) ?? []).filter((other) => other !== bound);
    if (left.length === 0) table.delete(bound.port);
    else table.set(bound.port, left);
  }

  listenerAt({ address, port }: Endpoint): TcpListener | undefined {
    return this.listeners.get(port)?.find((listener) => hears(listener.address, address));
  }

  receiverAt({ address, port }: Endpoint, from: Endpoint): UdpReceiver | undefined {
    return this.receivers
      .get(port)
      ?.find(
        (receiver) =>
          hears(receiver.address, address) &&
          (receiver.peer === undefined ||
            (receiver.peer.port === from.port && receiver.peer.address === from.address)),
      );
  }
}

/** Whether an address stands for all addresses of a machine. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** How a socket bound to an address shows the address of a peer: one of both families maps IPv4. */
export function asHeardAt(bound: string, address: string): string {
  return bound === '::' && familyOf(address) === 4 ? `::ffff:${address}` : address;
}

function hears(bound: string, address: string): boolean {
  return (
    bound === '::' ||
    (bound === '0.0.0.0' && familyOf(address) === 4) ||
    isSameAddress(bound, address)
  );
}
