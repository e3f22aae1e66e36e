/**
 * Node's modules net, dgram, dns and http over the simulated network, for one process.
 */
import http, { type RequestListener, type RequestOptions } from 'node:http';
import net from 'node:net';
import { nextTick } from 'node:process';
import { familyOf, plainAddress } from '../packets/addresses.ts';
import { CaresResolver } from '../resolvers/cares.ts';
import type { Ground } from '../resolvers/exchange.ts';
import { type Asking, resolveName, type ResolverName } from '../resolvers/models.ts';
import { addressesInHosts, parseResolvConf } from '../resolvers/resolv-conf.ts';
import type { DatagramNetwork } from './datagrams.ts';
import { Dial } from './dial.ts';
import type { Handles } from './handles.ts';
import type { Endpoint, SimulatedNetns } from './netns.ts';
import { type ListenArguments, SimulatedServer } from './tcp-server.ts';
import { SimulatedSocket } from './tcp-socket.ts';
import { type LookUp, SimulatedUdpSocket } from './udp-socket.ts';
import type { Wire } from './wire.ts';

/** What the sockets of a process are made of. */
export interface ProcessGround {
  readonly wire: Wire;
  readonly datagrams: DatagramNetwork;
  readonly netns: SimulatedNetns;
  readonly resolvConf: string;
  readonly hosts: string;
  /** Whose getaddrinfo the process is linked with. */
  readonly libc: ResolverName;
  readonly handles: Handles;
}

/** The modules of one process. */
export interface SocketModules {
  readonly net: object;
  readonly dgram: object;
  readonly dns: object;
  readonly http: object;
}

type Words = readonly unknown[];
type LookUpCallback = (error: Error | null, ...found: unknown[]) => void;

interface LookUpOptions {
  readonly all?: boolean;
  readonly family?: number | string;
}

/** Opens sockets in one process. */
export class ProcessSockets {
  readonly #ground: ProcessGround;

  constructor(ground: ProcessGround) {
    this.#ground = ground;
  }

  /** Asks as a program of the image does that is linked with the named resolver. */
  asking(): Asking {
    const { netns, datagrams, resolvConf } = this.#ground;
    const ground: Ground = {
      ...{ netns, datagrams, lookUp: this.#lookUpOne },
      connect: (from, socket, to) => {
        this.#dial(from, socket, to);
      },
    };
    return { ground, conf: parseResolvConf(resolvConf) };
  }

  /** The addresses of a name, by the machine's files first and then by DNS, as one resolver asks. */
  async addressesOf(
    resolver: ResolverName,
    { name, family }: { readonly name: string; readonly family: 0 | 4 | 6 },
  ): Promise<{ readonly addresses: readonly string[]; readonly code?: string }> {
    const fits = (address: string): boolean => family === 0 || familyOf(address) === family;
    if (net.isIP(name) !== 0) return { addresses: [name] };
    const known = addressesInHosts(this.#ground.hosts, name).filter(fits);
    return known.length > 0
      ? { addresses: known }
      : resolveName(this.asking(), resolver, { name, family });
  }

  /** Connects a socket of this process. */
  connect(target: { readonly host?: string; readonly port: number }): SimulatedSocket {
    const socket = new SimulatedSocket();
    socket.connecting = true;
    this.#own(socket);
    const host = plainAddress(target.host ?? 'localhost');
    if (net.isIP(host) !== 0) {
      this.#dial(this.#ground.netns, socket, { address: host, port: target.port });
      return socket;
    }
    this.#lookUpOne(host, 0, (error, address) => {
      if (error !== null) socket.destroy(error);
      else if (!socket.destroyed) {
        this.#dial(this.#ground.netns, socket, { address, port: target.port });
      }
    });
    return socket;
  }

  modules(): SocketModules {
    return { net: this.#net(), dgram: this.#dgram(), dns: this.#dns(), http: this.#http() };
  }

  #net(): object {
    const connect = (...words: Words): SimulatedSocket => {
      const [first, second] = words;
      const target = (typeof first === 'object' ? first : { port: first, host: second }) as {
        host?: string;
        port: number;
      };
      const socket = this.connect(target);
      const callback = words.find((word) => typeof word === 'function') as (() => void) | undefined;
      if (callback !== undefined) socket.once('connect', callback);
      return socket;
    };
    return {
      ...{ connect, createConnection: connect },
      createServer: (...words: Words) => this.#server(words),
      ...{ isIP: net.isIP, isIPv4: net.isIPv4, isIPv6: net.isIPv6 },
      ...{ Socket: SimulatedSocket, Server: SimulatedServer, BlockList: net.BlockList },
    };
  }

  #server(words: Words): SimulatedServer {
    const options = words.find((word) => typeof word === 'object') ?? {};
    const server = new SimulatedServer(this.#ground.netns, options);
    const onConnection = words.find((word) => typeof word === 'function');
    server.on('connection', (socket: SimulatedSocket) => {
      this.#own(socket);
      (onConnection as ((socket: SimulatedSocket) => void) | undefined)?.(socket);
    });
    const release = this.#ground.handles.hold(() => {
      server.abandon();
    });
    server.on('close', release);
    return server;
  }

  #dgram(): object {
    const { netns, datagrams, handles } = this.#ground;
    const createSocket = (
      given: 'udp4' | 'udp6' | { readonly type: 'udp4' | 'udp6' },
      onMessage?: (...words: unknown[]) => void,
    ): SimulatedUdpSocket => {
      const type = typeof given === 'string' ? given : given.type;
      const socket = new SimulatedUdpSocket(type, { netns, datagrams, lookUp: this.#lookUpOne });
      if (onMessage !== undefined) socket.on('message', onMessage);
      const release = handles.hold(() => {
        socket.abandon();
      });
      socket.on('close', release);
      return socket;
    };
    return { createSocket, Socket: SimulatedUdpSocket };
  }

  #dns(): object {
    const makeAsking = (): Asking => this.asking();
    const cares = new CaresResolver(makeAsking);
    class Resolver extends CaresResolver {
      constructor() {
        super(makeAsking);
      }
    }
    return {
      lookup: (name: string, ...words: Words) => {
        this.#lookUp(name, words);
      },
      Resolver,
      getServers: () => cares.getServers(),
      setServers: (servers: readonly string[]) => {
        cares.setServers(servers);
      },
      resolve: cares.resolve.bind(cares),
      resolve4: cares.resolve4.bind(cares),
      resolve6: cares.resolve6.bind(cares),
    };
  }

  #lookUp(name: string, words: Words): void {
    const callback = words.find((word) => typeof word === 'function') as LookUpCallback;
    const options: LookUpOptions =
      typeof words[0] === 'object' && words[0] !== null ? words[0] : { family: Number(words[0]) };
    const family = /[46]/.exec(String(options.family ?? 0))?.[0];
    const release = this.#ground.handles.hold(() => undefined);
    const wanted = { name, family: family === undefined ? 0 : family === '4' ? 4 : 6 } as const;
    void this.addressesOf(this.#ground.libc, wanted).then(({ addresses, code }) => {
      const found = addresses.map((address) => ({ address, family: familyOf(address) }));
      const [first] = found;
      nextTick(() => {
        if (first === undefined) callback(lookUpFailure(name, code));
        else if (options.all === true) callback(null, found);
        else callback(null, first.address, first.family);
        release();
      });
    });
  }

  readonly #lookUpOne: LookUp = (name, family, then) => {
    this.#lookUp(name, [{ family }, then]);
  };

  #http(): object {
    const request = (...words: Words): http.ClientRequest => {
      const [first, second] = words;
      const onResponse = words.find((word) => typeof word === 'function');
      const options: RequestOptions =
        typeof first === 'string' || first instanceof URL
          ? { ...urlOptions(first), ...(typeof second === 'object' ? second : {}) }
          : (first as RequestOptions);
      const createConnection = (target: { host?: string; port: number }): SimulatedSocket =>
        this.connect(target);
      // An agent would pool sockets beyond the life of the process; each request has its own.
      return http.request(
        { ...options, agent: null as never, createConnection: createConnection as never },
        onResponse as ((response: http.IncomingMessage) => void) | undefined,
      );
    };
    return {
      request,
      get: (...words: Words) => request(...words).end(),
      createServer: (...words: Words) => this.#httpServer(words),
      ...{ Agent: http.Agent, STATUS_CODES: http.STATUS_CODES, METHODS: http.METHODS },
    };
  }

  /** A real HTTP server that is given its connections, and never listens itself. */
  #httpServer(words: Words): http.Server {
    const handler = words.find((word) => typeof word === 'function') as RequestListener | undefined;
    const server = http.createServer(handler);
    // Closing a server that never listened ends its look at idle connections, which would keep it for ever.
    const endParsing = server.close.bind(server);
    const release = this.#ground.handles.hold(endParsing);
    const listening = this.#server([{ allowHalfOpen: true }]);
    listening.on('connection', (socket) => server.emit('connection', socket));
    listening.on('listening', () => server.emit('listening'));
    listening.on('error', (error) => server.emit('error', error));
    return Object.assign(server, {
      listen: (...given: ListenArguments) => {
        listening.listen(...given);
        return server;
      },
      address: () => listening.address(),
      close: (callback?: (error?: Error) => void) => {
        endParsing();
        release();
        listening.close(callback);
        return server;
      },
    });
  }

  #dial(from: SimulatedNetns, socket: SimulatedSocket, to: Endpoint): void {
    new Dial(this.#ground.wire, socket).from(from, to);
  }

  #own(socket: SimulatedSocket): void {
    const release = this.#ground.handles.hold(() => {
      socket.destroy();
    });
    socket.whenGone(release);
  }
}

function urlOptions(url: string | URL): RequestOptions {
  const { hostname, port, pathname, search } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : Number(port),
    path: `${pathname}${search}`,
  };
}

const nodeCodes: Readonly<Record<string, string>> = {
  EAI_NONAME: 'ENOTFOUND',
  EAI_NODATA: 'ENOTFOUND',
};

function lookUpFailure(hostname: string, reason = 'EAI_FAIL'): Error {
  const code = nodeCodes[reason] ?? reason;
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), {
    ...{ code, hostname, syscall: 'getaddrinfo' },
  });
}
