/**
 * One DNS question over one protocol to one server, on the simulated network.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import packet, { type Answer, type RecordType } from 'dns-packet';
import type { SimulatedNetns } from '../sockets/netns.ts';
import { SimulatedSocket } from '../sockets/tcp-socket.ts';
import { SimulatedUdpSocket, type UdpGround } from '../sockets/udp-socket.ts';

/** What is asked. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** What came of it. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly rcode: number;
      readonly isTruncated: boolean;
      readonly answers: readonly Answer[];
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'refused' };

/** Where questions are sent from. */
export interface Ground extends UdpGround {
  connect(
    netns: SimulatedNetns,
    socket: SimulatedSocket,
    to: { address: string; port: number },
  ): void;
}

/** How to ask. */
export interface Way {
  readonly server: string;
  readonly protocol: 'UDP' | 'TCP';
  readonly timeoutMs: number;
  /** Whether the socket is connected, so that ICMP errors are heard (musl does not connect its own). */
  readonly hearsErrors?: boolean;
  /** The size of answers announced by EDNS. */
  readonly udpSize?: number;
}

const port = 53;
let lastId = 0;

/** Asks once. */
export function ask(ground: Ground, question: Question, way: Way): Promise<Reply> {
  lastId = (lastId + 1) % 65_536;
  const query = encode(lastId, question, way.udpSize);
  return way.protocol === 'UDP' ? askUdp(ground, query, way) : askTcp(ground, query, way);
}

function encode(id: number, { name, type }: Question, udpSize: number | undefined): Buffer {
  const opt = {
    ...({ type: 'OPT', name: '.', udpPayloadSize: udpSize ?? 0 } as const),
    ...{ extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] },
  };
  return packet.encode({
    ...{ type: 'query', id, flags: packet.RECURSION_DESIRED },
    questions: [{ type, name }],
    ...(udpSize === undefined ? {} : { additionals: [opt] }),
  });
}

function decode(bytes: Buffer, query: Buffer): Reply | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return undefined;
  try {
    const { flags = 0, answers = [] } = packet.decode(bytes);
    return {
      ...{ kind: 'answer', rcode: flags & 15, answers },
      isTruncated: (flags & packet.TRUNCATED_RESPONSE) !== 0,
    };
  } catch {
    // Not DNS: resolvers go on waiting.
    return undefined;
  }
}

function askUdp(
  ground: Ground,
  query: Buffer,
  { server, timeoutMs, hearsErrors = true }: Way,
): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = new SimulatedUdpSocket(server.includes(':') ? 'udp6' : 'udp4', ground);
    const settle = (reply: Reply): void => {
      clearTimeout(timer);
      socket.abandon();
      resolve(reply);
    };
    const timer = setTimeout(() => {
      settle({ kind: 'timeout' });
    }, timeoutMs);
    socket.on('message', (bytes: Buffer) => {
      const reply = decode(bytes, query);
      if (reply !== undefined) settle(reply);
    });
    socket.on('error', () => {
      settle({ kind: 'refused' });
    });
    if (hearsErrors) {
      socket.on('connect', () => {
        socket.send(query);
      });
      socket.connect(port, server);
    } else {
      socket.send(query, port, server, () => undefined);
    }
  });
}

function askTcp(ground: Ground, query: Buffer, { server, timeoutMs }: Way): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = new SimulatedSocket();
    const settle = (reply: Reply): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(() => {
      settle({ kind: 'timeout' });
    }, timeoutMs);
    let held: Buffer = Buffer.alloc(0);
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      const isWhole = held.length >= 2 && held.length >= 2 + held.readUInt16BE(0);
      const reply = isWhole ? decode(held.subarray(2), query) : undefined;
      if (reply !== undefined) settle(reply);
    });
    socket.on('error', () => {
      settle({ kind: 'refused' });
    });
    socket.on('end', () => {
      settle({ kind: 'refused' });
    });
    ground.connect(ground.netns, socket, { address: server, port });
  });
}
