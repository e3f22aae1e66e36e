/**
 * A small DNS server over UDP and TCP on the library dns-packet: it decodes questions, asks a function for
 * the answer, and keeps to the sizes of UDP. What the names mean is not its business.
 */
import { Buffer } from 'node:buffer';
import dgram from 'node:dgram';
import net from 'node:net';
import packet from 'dns-packet';

/** @typedef {'UDP' | 'TCP'} Protocol */
/** @typedef {{ name: string, type: string, protocol: Protocol, client: string }} Query */
/**
 * @typedef {object} Reply
 * @property {packet.Answer[]} [answers]
 * @property {packet.Answer[]} [authorities]
 * @property {packet.Answer[]} [additionals]
 * @property {keyof typeof rcodes} [rcode]
 * @property {boolean} [truncate] leaves the answers out of a UDP reply, so that the client asks over TCP
 * @property {boolean} [silent] gives no reply at all
 */
/** @typedef {(query: Query) => Reply} Answer */

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

const plainUdp = 512;
const ownUdp = 1232;
const idleMs = 10_000;

/**
 * @param {packet.Packet} query
 * @param {Reply} reply
 * @returns {packet.Packet}
 */
function responseTo(query, reply) {
  const additionals = (reply.additionals ?? []).slice();
  if (optOf(query) !== undefined) {
    additionals.push({
      type: 'OPT',
      name: '.',
      udpPayloadSize: ownUdp,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    });
  }
  const wanted = (query.flags ?? 0) & packet.RECURSION_DESIRED;
  return {
    type: 'response',
    id: query.id ?? 0,
    flags:
      packet.AUTHORITATIVE_ANSWER |
      packet.RECURSION_AVAILABLE |
      wanted |
      rcodes[reply.rcode ?? 'NOERROR'],
    questions: query.questions ?? [],
    answers: reply.answers ?? [],
    authorities: reply.authorities ?? [],
    additionals,
  };
}

/** @param {packet.Packet} query */
const optOf = (query) => (query.additionals ?? []).find((record) => record.type === 'OPT');

/**
 * Encodes a response for UDP: one that is too long is truncated.
 * @param {packet.Packet} query
 * @param {Reply} reply
 */
function encodeUdp(query, reply) {
  const response = responseTo(query, reply);
  const opt = optOf(query);
  const limit =
    opt?.type === 'OPT' ? Math.max(plainUdp, Math.min(opt.udpPayloadSize, ownUdp)) : plainUdp;
  const whole = packet.encode(response);
  if (reply.truncate !== true && whole.length <= limit) {
    return whole;
  }
  const flags = (response.flags ?? 0) | packet.TRUNCATED_RESPONSE;
  const additionals = (response.additionals ?? []).filter((record) => record.type === 'OPT');
  return packet.encode({ ...response, flags, answers: [], authorities: [], additionals });
}

/**
 * @param {Buffer} bytes
 * @param {{ protocol: Protocol, client: string, answer: Answer }} context
 * @returns {Buffer | undefined}
 */
function respond(bytes, { protocol, client, answer }) {
  /** @type {packet.Packet} */
  let query;
  try {
    query = packet.decode(bytes);
  } catch {
    // Not DNS, or broken: a server that answers noise can be made to answer itself.
    return undefined;
  }
  const [question] = query.questions ?? [];
  if (query.type !== 'query' || question === undefined) {
    return undefined;
  }
  const { name, type } = question;
  const reply = answer({ name: name.toLowerCase(), type, protocol, client });
  if (reply.silent === true) {
    return undefined;
  }
  return protocol === 'UDP' ? encodeUdp(query, reply) : packet.encode(responseTo(query, reply));
}

/**
 * @param {net.Socket} socket
 * @param {Answer} answer
 */
function serveConnection(socket, answer) {
  const client = plain(socket.remoteAddress);
  /** @type {Buffer} */
  let held = Buffer.alloc(0);
  socket.setTimeout(idleMs, () => socket.destroy());
  // A client that resets is no concern of the server.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      const response = respond(held.subarray(2, end), { protocol: 'TCP', client, answer });
      held = held.subarray(end);
      if (response !== undefined) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(response.length);
        socket.write(Buffer.concat([length, response]));
      }
    }
  });
}

/** @param {string | undefined} address */
const plain = (address) => (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/**
 * Serves DNS over UDP and TCP on one port; 0 chooses a free one.
 * @param {{ bind?: string | undefined, port: number, answer: Answer }} options
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function serveDns({ bind = '0.0.0.0', port, answer }) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => socket.end());
    serveConnection(socket, answer);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, bind, () => resolve(undefined));
  });
  const address = server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  const socket = dgram.createSocket(net.isIPv6(bind) ? 'udp6' : 'udp4');
  socket.on('message', (bytes, from) => {
    const response = respond(bytes, { protocol: 'UDP', client: plain(from.address), answer });
    if (response !== undefined) {
      // A reply that cannot be sent is one that the client asks for again.
      socket.send(response, from.port, from.address, () => undefined);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(chosen, bind, () => resolve(undefined));
  });
  socket.on('error', () => undefined);
  return {
    port: chosen,
    close: () => {
      server.close();
      socket.close();
    },
  };
}

/**
 * Reads `--name value` pairs of a command line.
 * @param {string[]} words
 * @returns {Record<string, string>}
 */
export function flagsOf(words) {
  /** @type {Record<string, string>} */
  const flags = {};
  for (let index = 0; index < words.length; index += 2) {
    const [name, value] = [words[index] ?? '', words[index + 1]];
    if (!name.startsWith('--') || value === undefined) {
      throw new Error(`reading the command line: found "${name}" instead of --name value`);
    }
    flags[name.slice(2)] = value;
  }
  return flags;
}
