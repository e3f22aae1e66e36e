/**
 * The simulated data plane: network namespaces joined by what Neutron and Octavia say, and the programs of
 * containers in them. It knows nothing of Kubernetes.
 */
import type httpModule from 'node:http';
import { clearTimeout, setTimeout } from 'node:timers';
import {
  type CloudView,
  type ContainerSpec,
  type DataPlane,
  type Netns,
  type RunningProcess,
  RuntimeRefusal,
} from '../seams.ts';
import type { World } from '../world.ts';
import { PacketEngine } from './packets/engine.ts';
import { describeDecision, type Packet } from './packets/packet.ts';
import { Container } from './programs/container.ts';
import { imageNamed } from './programs/images.ts';
import type { HealthSource, NameSource } from './programs/program.ts';
import type { ResolverName } from './resolvers/models.ts';
import { DatagramNetwork } from './sockets/datagrams.ts';
import { Handles } from './sockets/handles.ts';
import { ProcessSockets } from './sockets/modules.ts';
import type { SimulatedNetns } from './sockets/netns.ts';
import { Wire } from './sockets/wire.ts';

export type { HealthSource, NameSource } from './programs/program.ts';

/** The data plane, and what its composer and its tests ask of it besides. */
export interface EmbeddedDataPlane extends DataPlane {
  /** Gives the cluster DNS its records. */
  setRecords(source: NameSource): void;
  /** Lets containers of Kuryr's own programs tell how these are. */
  setHealth(source: HealthSource): void;
  /** What becomes of a first packet from a namespace, hop by hop in words. */
  explain(from: Netns, packet: Omit<Packet, 'source' | 'sourcePort'>): string;
  /** Node's socket modules in a namespace, without a container around them. */
  socketsIn(from: Netns, names?: Partial<NameSettings>): OpenedSockets;
}

/** What a process knows of names. */
export interface NameSettings {
  readonly resolvConf: string;
  readonly hosts: string;
  readonly libc: ResolverName;
}

/** Sockets, and what ends all of them. */
export interface OpenedSockets extends Disposable {
  readonly sockets: ProcessSockets;
  readonly handles: Handles;
}

/** Makes the data plane of one stack. */
export function createDataPlane(world: World, view: CloudView): EmbeddedDataPlane {
  return new SimulatedDataPlane(world, view);
}

const programsFile = 'env/embedded/dataplane/programs/images.ts';

class SimulatedDataPlane implements EmbeddedDataPlane {
  readonly #world: World;
  readonly #wire: Wire;
  readonly #datagrams: DatagramNetwork;
  readonly #running = new Set<RunningProcess>();
  #names: NameSource | undefined;
  #health: HealthSource | undefined;

  constructor(world: World, view: CloudView) {
    this.#world = world;
    const engine = new PacketEngine(world.axes, view, (networkId, address) =>
      this.#wire.isOutside(networkId, address),
    );
    this.#wire = new Wire(engine, world.random('data plane'), (text) => {
      world.log('dataplane', text);
    });
    this.#datagrams = new DatagramNetwork(this.#wire);
    world.closing.addEventListener('abort', () => {
      this.#running.forEach((process) => {
        process.kill();
      });
    });
  }

  createNetns(name: string, node: string): Netns {
    return this.#wire.createNetns(name, node);
  }

  netns(name: string): Netns | undefined {
    return this.#wire.netns(name);
  }

  setRecords(source: NameSource): void {
    this.#names = source;
  }

  setHealth(source: HealthSource): void {
    this.#health = source;
  }

  start(spec: ContainerSpec): RunningProcess {
    const image = imageNamed(spec.image);
    if (image === undefined) {
      throw new RuntimeRefusal(
        'ErrImageNeverPull',
        `Container image "${spec.image}" is not present with pull policy of Never. The images are in ${programsFile}.`,
      );
    }
    const runtime = {
      ...{ wire: this.#wire, datagrams: this.#datagrams, names: () => this.#names },
      health: () => this.#health,
      reportUnknown: (path: string, command: readonly string[]) =>
        this.#world.unknown.report({
          ...({ server: 'runtime', method: 'RUN', path } as const),
          ...{ body: JSON.stringify(command), file: programsFile },
        }),
    };
    const process = new Container(runtime, spec, { image, netns: this.#own(spec.netns) }).start();
    this.#running.add(process);
    void process.exited.then(() => this.#running.delete(process));
    return process;
  }

  async canConnect(
    from: Netns,
    ...[address, port, timeoutMs]: readonly [address: string, port: number, timeoutMs: number]
  ): Promise<boolean> {
    using opened = this.socketsIn(from);
    const socket = opened.sockets.connect({ host: address, port });
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true);
      });
      socket.once('close', () => {
        resolve(false);
      });
      socket.setTimeout(timeoutMs, () => {
        resolve(false);
      });
    });
  }

  async httpStatus(from: Netns, url: string, timeoutMs: number): Promise<number | undefined> {
    using opened = this.socketsIn(from);
    const { sockets, handles } = opened;
    const http = sockets.modules().http as Pick<typeof httpModule, 'get'>;
    return await new Promise<number | undefined>((resolve) => {
      const request = http.get(url, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', () => {
        resolve(undefined);
      });
      // The request's own timeout begins only once it is connected.
      const timer = setTimeout(() => {
        resolve(undefined);
      }, timeoutMs);
      handles.hold(() => {
        clearTimeout(timer);
      });
    });
  }

  explain(from: Netns, packet: Omit<Packet, 'source' | 'sourcePort'>): string {
    const netns = this.#own(from);
    const route = netns.routeTo(packet.destination);
    if (route === undefined) return `unreachable: ${netns.name} has no route`;
    if (route.isLocal) return 'delivered: the address is local';
    const first = { ...packet, source: route.source, sourcePort: 32_768 };
    return describeDecision(this.#wire.pass(this.#wire.depart(netns, route, first)).decision);
  }

  socketsIn(from: Netns, names: Partial<NameSettings> = {}): OpenedSockets {
    const handles = new Handles();
    const netns = this.#own(from);
    const ground = { wire: this.#wire, datagrams: this.#datagrams, netns, handles };
    const known = {
      resolvConf: '',
      hosts: '127.0.0.1 localhost',
      libc: 'glibc',
      ...names,
    } as const;
    const end = (): void => {
      handles.endAll();
    };
    return { sockets: new ProcessSockets({ ...ground, ...known }), handles, [Symbol.dispose]: end };
  }

  #own(netns: Netns): SimulatedNetns {
    const own = this.#wire.netns(netns.name);
    if (own === netns) return own;
    throw new Error(`network namespace "${netns.name}" is gone: make it anew before it is used`);
  }
}
