/**
 * The prober: it answers probes with its marks, and it makes probes and reports what it saw. It never
 * judges. One file without dependencies for Node 18 and later, run unchanged in a pod (from a ConfigMap),
 * in a hostNetwork pod of a node, and as a local process at the outside vantage.
 *
 *   node prober.mjs serve --run R --scenario S --pod P [--tcp 8080] [--udp 8080] [--http 8081]
 *                         [--bind ADDRESS] [--resolvers FOLDER]     servers and control
 *   node prober.mjs control [--resolvers FOLDER]                    control only; ends with its stdin
 *   node prober.mjs lookup NAME [0|4|6]                             one getaddrinfo, as one JSON line
 *
 * Control: one JSON object per line on stdin, optionally behind a record separator (U+001E); answers on
 * stdout, each framed as U+001E `kc ` JSON LF, so that other output and torn lines do no harm.
 *   {id, op: 'hello'}                      -> {id, done, version, node, marks, now}
 *   {id, op: 'batch', probes: [...]}       -> {id, index, verdict, ...} for each probe, then {id, done}
 *   {id, op: 'watch', probe, everyMs}      -> {id, done}, and sampling goes on until it is stopped; with
 *                                             isKept all samples of a TCP probe share one connection
 *   {id, op: 'stop', watch}                -> {id, samples: [...]} once or more, then {id, done}
 *   {id, op: 'cancel', cancel}             -> {id, done}; the cancelled one answers {id, error}
 *   {id, op: 'devices'}                    -> {id, done, devices: [{name, mtu, kind}]}, all of this network
 *   {id, op: 'resolver'}                   -> {id, done, text} of resolv.conf
 *   {id, op: 'facing', host}               -> {id, done, address} of this machine towards a host
 *   {id, op: 'end'}                        -> {id, done}, and the prober ends with status 0
 * What cannot be understood answers {id, error}. An id that was seen before is not run again: its answers
 * are sent again, so that a client may repeat what it had asked before its stream broke.
 *
 * Verdicts
 *   open          the expected server answered; every byte of a sized probe arrived, there and back
 *   rejected      refused: TCP RST to the SYN, or ICMP unreachable (ECONNREFUSED, ENETUNREACH,
 *                 EHOSTUNREACH within 0.9 s, ENOPROTOOPT); a look-up: the DNS server said no; a sample
 *                 over a kept connection: it has ended
 *   dropped       tried, and silent until the timeout; also ETIMEDOUT, and EHOSTUNREACH after 0.9 s,
 *                 which is this machine's own "no neighbour answered" and not a message of anybody
 *   wrong-answer  something answered, but not the expected marks or bytes; also a connection that was
 *                 accepted and closed or reset before the answer. (Accepted and then silent is dropped.)
 *   not-run       never tried, for a local reason: no route (ENETUNREACH at once), EMFILE, EADDRNOTAVAIL,
 *                 EACCES, EPERM, a name that cannot be resolved, an unknown kind, a missing resolver
 *
 * Node cannot set the don't-fragment bit. Linux sets it by itself on a datagram that fits into the path
 * MTU known so far and fragments a larger one, so that a UDP `size` proves the size of a packet only up to
 * the MTU of the interface; an ICMP "fragmentation needed" is told in `detail`.
 */
/* eslint max-lines: "off" -- the design delivers the prober as one file */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { setMaxListeners } from 'node:events';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** @typedef {'open' | 'dropped' | 'rejected' | 'wrong-answer' | 'not-run'} Verdict */
/** @typedef {{ run: string, scenario: string, pod: string }} Marks */
/** @typedef {{ run?: string, scenario?: string, pods?: string[], addresses?: string[] }} Expectation */
/**
 * @typedef {object} ProbeRequest
 * @property {string} kind tcp, udp, http, connect-only, lookup or dns
 * @property {string} host address or name; of a dns probe the server that is asked
 * @property {number} [port]
 * @property {number} timeoutMs
 * @property {number} [size] TCP and HTTP: payload bytes each way; UDP: length of the datagrams
 * @property {Expectation} [expect]
 * @property {string} [path] of an HTTP probe
 * @property {string} [resolver] libc, c-ares, or a program in the folder of resolvers
 * @property {string} [rrtype] c-ares only: record type, A when not given
 * @property {string} [server] c-ares only: address of the DNS server, resolv.conf when not given
 * @property {number} [family] 4 or 6
 * @property {string} [name] dns only: the name that is asked for; `size` is the length of answers that EDNS allows
 * @property {'TCP' | 'UDP'} [protocol] dns only
 */
/**
 * @typedef {object} Outcome
 * @property {Verdict} verdict
 * @property {number} at epoch ms at which the probe began
 * @property {number} latencyMs
 * @property {Marks} [answeredBy]
 * @property {string} [clientAddress] the prober's address as the server saw it
 * @property {number} [clientPort]
 * @property {string} [ownAddress] the prober's address as it knows it itself
 * @property {string} [serverAddress] the address at which the server took the probe
 * @property {number} [serverPort] the port at which it did so
 * @property {number} [status] of an HTTP answer
 * @property {string[]} [addresses] of a look-up
 * @property {unknown[]} [records] of a look-up of other record types
 * @property {string} [rcode] error code of a look-up
 * @property {boolean} [isTruncated] of an answer to a dns probe
 * @property {number} [bytes] length of an answer to a dns probe
 * @property {string} [detail]
 */
/** @typedef {Omit<Partial<Outcome>, 'verdict' | 'at'>} Findings */
/** @typedef {'resolving' | 'starting' | 'connecting' | 'connected'} Stage */
/**
 * @typedef {object} Attempt one probe on its way
 * @property {ProbeRequest} probe
 * @property {string} address
 * @property {string} own address of this end, once it is known
 * @property {Sockets} sockets
 * @property {string} resolvers
 * @property {KeptConnection} [kept] that all samples of a watch share
 * @property {Stage} stage
 * @property {string[]} notes
 * @property {number} began
 * @property {(verdict: Verdict, findings?: Findings) => void} settle
 * @property {(error: unknown) => void} fail
 * @property {(release: () => void) => void} onSettled
 */
/** @typedef {{ net: typeof net, dgram: typeof dgram, http: typeof http, dns: typeof dns, spawn: typeof spawn }} Sockets */
/** @typedef {{ tcp: number[], udp: number[], http: number[] }} Ports */
/** @typedef {{ kc?: number, nonce?: string, seq?: number, size?: number, length?: number, digest?: string, payload?: number, marks?: Marks, client?: string, clientPort?: number, server?: string, serverPort?: number, echo?: string }} Header */

export const version = 1;

/** @type {Sockets} */
const realSockets = { net, dgram, http, dns, spawn };

const recordSeparator = '\u001e';
const longestHeader = 16_384;
const longestLine = 4_194_304;
const largestPayload = 16_777_216;
const largestDatagram = 65_507;
const smallestDatagram = 256;
const mostProbes = 2_000;
const mostSamples = 20_000;
const mostRemembered = 64;
const mostInFlight = 32;
const idleMs = 30_000;
const neighbourMs = 900;

// ---- What both sides agree on ----------------------------------------------------------------------

/** @param {Buffer | string} bytes */
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/**
 * Bytes that differ from probe to probe, known to both sides by the nonce.
 * @param {string} nonce
 * @param {number} size
 */
function payloadOf(nonce, size) {
  return size === 0
    ? Buffer.alloc(0)
    : Buffer.alloc(size, createHash('sha256').update(nonce).digest());
}

/** @param {string | undefined} address */
const plainAddress = (address) => (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/**
 * @param {string} text
 * @returns {Header | undefined}
 */
function parseHeader(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' && value.kc === version ? value : undefined;
  } catch {
    // Not ours: the caller says what it got instead.
    return undefined;
  }
}

/** Splits a stream into a header line and as many payload bytes as the header names, again and again. */
class MessageReader {
  /** @param {(header: Header | undefined, line: string, payload: { length: number, digest: string }) => void} onMessage */
  constructor(onMessage) {
    this.onMessage = onMessage;
    /** @type {Buffer} */
    this.head = Buffer.alloc(0);
    /** @type {{ header: Header | undefined, line: string, left: number, length: number, hash: import('node:crypto').Hash } | undefined} */
    this.body = undefined;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.body === undefined ? this.takeHead(rest) : this.takeBody(this.body, rest);
    }
  }

  /** @param {Buffer} chunk */
  takeHead(chunk) {
    const end = chunk.indexOf(0x0a);
    this.head = Buffer.concat([this.head, end < 0 ? chunk : chunk.subarray(0, end)]);
    if (end < 0 && this.head.length <= longestHeader) {
      return chunk.subarray(chunk.length);
    }
    const line = this.head.toString('utf8');
    this.head = Buffer.alloc(0);
    const header = parseHeader(line);
    const size = Math.min(Math.max(Number(header?.payload ?? 0) || 0, 0), largestPayload);
    this.body = { header, line, left: size, length: size, hash: createHash('sha256') };
    this.finishWhenComplete(this.body);
    return end < 0 ? chunk.subarray(chunk.length) : chunk.subarray(end + 1);
  }

  /**
   * @param {NonNullable<MessageReader['body']>} body
   * @param {Buffer} chunk
   */
  takeBody(body, chunk) {
    const part = chunk.subarray(0, body.left);
    body.hash.update(part);
    body.left -= part.length;
    this.finishWhenComplete(body);
    return chunk.subarray(part.length);
  }

  /** @param {NonNullable<MessageReader['body']>} body */
  finishWhenComplete(body) {
    if (body.left === 0) {
      this.body = undefined;
      const digest = body.hash.digest('hex').slice(0, 32);
      this.onMessage(body.header, body.line, { length: body.length, digest });
    }
  }
}

// ---- Serving ---------------------------------------------------------------------------------------

/**
 * @param {Marks} marks
 * @param {{ header: Header | undefined, line: string, length: number, digest: string }} asked
 * @param {{ client: string, clientPort: number, server: string, serverPort: number }} ends
 * @returns {Header}
 */
function answerTo(marks, asked, ends) {
  const nonce = asked.header?.nonce;
  return {
    kc: version,
    marks,
    ...ends,
    length: asked.length,
    digest: asked.digest,
    ...(typeof nonce === 'string' ? { nonce } : { echo: asked.line.slice(0, 200) }),
    ...(typeof asked.header?.seq === 'number' ? { seq: asked.header.seq } : {}),
  };
}

/**
 * @param {Marks} marks
 * @param {net.Socket} socket
 */
function serveConnection(marks, socket) {
  const ends = {
    client: plainAddress(socket.remoteAddress),
    clientPort: socket.remotePort ?? 0,
    server: plainAddress(socket.localAddress),
    serverPort: socket.localPort ?? 0,
  };
  const reader = new MessageReader((header, line, payload) => {
    const back =
      header?.nonce === undefined ? Buffer.alloc(0) : payloadOf(header.nonce, payload.length);
    const answer = { ...answerTo(marks, { header, line, ...payload }, ends), payload: back.length };
    socket.write(`${JSON.stringify(answer)}\n`);
    socket.write(back);
  });
  socket.setNoDelay(true);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('end', () => socket.end());
  // A client that resets is no concern of the server.
  socket.on('error', () => socket.destroy());
}

/**
 * @param {Marks} marks
 * @param {http.IncomingMessage} request
 * @param {http.ServerResponse} response
 */
function serveRequest(marks, request, response) {
  const hash = createHash('sha256');
  let length = 0;
  request.on('data', (chunk) => {
    length += chunk.length;
    hash.update(chunk);
  });
  request.on('end', () => {
    const nonce = request.headers['x-kc-nonce'];
    const forwarded = request.headers['x-forwarded-for'];
    const header = typeof nonce === 'string' ? { nonce } : undefined;
    const back =
      header === undefined
        ? Buffer.alloc(0)
        : payloadOf(header.nonce, Math.min(length, largestPayload));
    const asked = {
      header,
      line: `${request.method} ${request.url}`,
      length,
      digest: hash.digest('hex').slice(0, 32),
    };
    const ends = {
      client: plainAddress(request.socket.remoteAddress),
      clientPort: request.socket.remotePort ?? 0,
      server: plainAddress(request.socket.localAddress),
      serverPort: request.socket.localPort ?? 0,
    };
    const answer = {
      ...answerTo(marks, asked, ends),
      payload: back.length,
      ...(forwarded === undefined ? {} : { forwardedFor: forwarded }),
    };
    response.setHeader('content-type', 'application/json');
    response.write(`${JSON.stringify(answer)}\n`);
    response.end(back);
  });
  // A client that goes away in the middle gets no answer, and needs none.
  request.on('error', () => response.destroy());
}

/**
 * @param {Marks} marks
 * @param {Buffer} datagram
 * @param {{ client: string, clientPort: number, server: string, serverPort: number }} ends
 */
function answerDatagram(marks, datagram, ends) {
  const end = datagram.indexOf(0x0a);
  const line = datagram.subarray(0, end < 0 ? datagram.length : end).toString('utf8');
  const body = end < 0 ? Buffer.alloc(0) : datagram.subarray(end + 1);
  const header = parseHeader(line);
  const asked = { header, line, length: datagram.length, digest: digestOf(body) };
  return paddedDatagram(answerTo(marks, asked, ends), header?.size ?? 0);
}

/**
 * A header line, padded with the payload of its nonce to `size` bytes in all.
 * @param {Header} header
 * @param {number} size
 */
function paddedDatagram(header, size) {
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  const left = Math.min(size, largestDatagram) - line.length;
  return left <= 0 ? line : Buffer.concat([line, payloadOf(header.nonce ?? '', left)]);
}

/**
 * @param {Marks} marks
 * @param {number} port
 * @param {{ bind: string | undefined, sockets: Sockets }} options
 * @returns {Promise<dgram.Socket>}
 */
async function listenUdp(marks, port, { bind, sockets }) {
  /** @param {'udp4' | 'udp6'} type */
  const open = (type) =>
    new Promise((resolve, reject) => {
      const socket = sockets.dgram.createSocket(type);
      socket.once('error', reject);
      socket.on('message', (datagram, from) => {
        const client = { client: plainAddress(from.address), clientPort: from.port };
        const ends = { ...client, server: '', serverPort: socket.address().port };
        // An answer that cannot be sent is an answer that the prober misses: it says so.
        socket.send(
          answerDatagram(marks, datagram, ends),
          from.port,
          from.address,
          () => undefined,
        );
      });
      socket.bind(port, bind, () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        resolve(socket);
      });
    });
  if (bind !== undefined) {
    return open(net.isIPv6(bind) ? 'udp6' : 'udp4');
  }
  try {
    return await open('udp6');
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') {
      throw error;
    }
    // No IPv6 in this network namespace.
    return open('udp4');
  }
}

/**
 * @param {net.Server} server
 * @param {number} port
 * @param {string | undefined} bind
 * @returns {Promise<number>}
 */
function listen(server, port, bind) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(bind === undefined ? {} : { host: bind }) }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Serves echo with marks on the given ports until `close`.
 * @param {{ marks: Marks, ports: Ports, bind?: string | undefined, sockets?: Sockets }} options
 */
export async function startServers({ marks, ports, bind, sockets = realSockets }) {
  /** @type {{ close: () => unknown }[]} */
  const open = [];
  /** @type {Ports} */
  const bound = { tcp: [], udp: [], http: [] };
  for (const port of ports.tcp) {
    const server = sockets.net.createServer({ allowHalfOpen: true }, (socket) =>
      serveConnection(marks, socket),
    );
    open.push(server);
    bound.tcp.push(await listen(server, port, bind));
  }
  for (const port of ports.udp) {
    const socket = await listenUdp(marks, port, { bind, sockets });
    open.push(socket);
    bound.udp.push(socket.address().port);
  }
  for (const port of ports.http) {
    const server = sockets.http.createServer((request, response) =>
      serveRequest(marks, request, response),
    );
    open.push(server);
    bound.http.push(await listen(server, port, bind));
  }
  return { ports: bound, close: () => open.forEach((server) => server.close()) };
}

// ---- Errors ----------------------------------------------------------------------------------------

/** @param {unknown} error */
const codeOf = (error) => String(/** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'UNKNOWN');

/** @param {unknown} error */
const textOf = (error) => (error instanceof Error ? error.message : String(error));

/** @type {Readonly<Record<string, Verdict>>} */
const verdictWhileConnecting = {
  ECONNREFUSED: 'rejected',
  ECONNRESET: 'rejected',
  ENETUNREACH: 'rejected',
  EHOSTUNREACH: 'rejected',
  ENOPROTOOPT: 'rejected',
  ETIMEDOUT: 'dropped',
};

/** @type {Readonly<Record<string, Verdict>>} */
const verdictOnceConnected = {
  ECONNRESET: 'wrong-answer',
  EPIPE: 'wrong-answer',
  ECONNREFUSED: 'rejected',
  ETIMEDOUT: 'dropped',
  EHOSTUNREACH: 'dropped',
  ENETUNREACH: 'dropped',
};

/**
 * What an error of a socket says about the path. An error at once, without a turn of the event loop, is
 * the kernel's own refusal and no message from the network (but for a refusal on loopback).
 * @param {string} code
 * @param {Stage} stage
 * @param {number} elapsedMs
 * @returns {Verdict}
 */
export function verdictOfError(code, stage, elapsedMs) {
  if (stage === 'starting' || stage === 'resolving') {
    return code === 'ECONNREFUSED' ? 'rejected' : 'not-run';
  }
  if (stage === 'connecting' && code === 'EHOSTUNREACH' && elapsedMs > neighbourMs) {
    return 'dropped';
  }
  return (
    (stage === 'connecting' ? verdictWhileConnecting : verdictOnceConnected)[code] ?? 'not-run'
  );
}

// ---- Probing ---------------------------------------------------------------------------------------

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

/**
 * @param {ProbeRequest} probe
 * @returns {string | undefined}
 */
function problemOf(probe) {
  if (!Object.hasOwn(attempts, probe?.kind ?? '')) {
    return `unknown kind of probe "${probe?.kind}"`;
  }
  if (typeof probe.host !== 'string' || probe.host === '') {
    return 'the probe names no host';
  }
  if (!within(probe.timeoutMs, 1, 600_000)) {
    return `the timeout is "${probe.timeoutMs}" instead of 1 to 600000 ms`;
  }
  return portProblem(probe) ?? sizeProblem(probe);
}

/** @param {ProbeRequest} probe */
const portProblem = ({ kind, port }) =>
  kind === 'lookup' || within(port ?? 0, 1, 65_535)
    ? undefined
    : `the port is "${port}" instead of 1 to 65535`;

/** @param {ProbeRequest} probe */
function sizeProblem({ kind, size }) {
  const [least, most] = kind === 'udp' ? [smallestDatagram, largestDatagram] : [0, largestPayload];
  return size === undefined || within(size, least, most)
    ? undefined
    : `the size is "${size}" instead of ${least} to ${most} bytes`;
}

/**
 * Compares an answer with what was sent and with what is expected.
 * @param {ProbeRequest} probe
 * @param {Header | undefined} answer
 * @param {{ line: string, nonce: string, sentDigest: string, sentLength: number, backIsWhole: boolean }} context
 * @returns {[Verdict, Findings]}
 */
function judge(probe, answer, context) {
  if (answer?.marks === undefined) {
    return [
      'wrong-answer',
      { detail: `answered by something else: ${JSON.stringify(context.line.slice(0, 120))}` },
    ];
  }
  /** @type {Findings} */
  const findings = {
    answeredBy: answer.marks,
    ...(answer.client ? { clientAddress: answer.client } : {}),
    ...(answer.clientPort ? { clientPort: answer.clientPort } : {}),
    ...(answer.server ? { serverAddress: answer.server } : {}),
    ...(answer.serverPort ? { serverPort: answer.serverPort } : {}),
  };
  const problem = byteProblem(answer, context) ?? markProblem(probe.expect ?? {}, answer.marks);
  return problem === undefined
    ? ['open', findings]
    : ['wrong-answer', { ...findings, detail: problem }];
}

/**
 * @param {Header} answer
 * @param {Parameters<typeof judge>[2]} context
 */
function byteProblem(answer, context) {
  if (answer.nonce !== context.nonce) {
    return 'the answer belongs to another probe';
  }
  if (answer.length !== context.sentLength || answer.digest !== context.sentDigest) {
    return `${answer.length} bytes with digest ${answer.digest} arrived at the server instead of ${context.sentLength} with ${context.sentDigest}`;
  }
  return context.backIsWhole
    ? undefined
    : 'the bytes that came back are not the ones that the server sent';
}

/**
 * @param {Expectation} expected
 * @param {Marks} marks
 */
function markProblem(expected, marks) {
  const wrong = [
    expected.run !== undefined && expected.run !== marks.run
      ? `run "${marks.run}", expected "${expected.run}"`
      : '',
    expected.scenario !== undefined && expected.scenario !== marks.scenario
      ? `scenario "${marks.scenario}", expected "${expected.scenario}"`
      : '',
    expected.pods !== undefined && !expected.pods.includes(marks.pod)
      ? `pod "${marks.pod}", expected ${expected.pods.map((pod) => `"${pod}"`).join(' or ')}`
      : '',
  ].filter((text) => text !== '');
  return wrong.length === 0 ? undefined : `answered by ${wrong.join('; ')}`;
}

/**
 * Runs one probe within its timeout.
 * @param {ProbeRequest} probe
 * @param {{ sockets?: Sockets, resolvers?: string, kept?: KeptConnection, signal: AbortSignal }} context
 * @returns {Promise<Outcome>}
 */
export function runProbe(probe, { sockets = realSockets, resolvers = '/resolvers', kept, signal }) {
  const at = Date.now();
  const problem = problemOf(probe);
  if (problem !== undefined) {
    return Promise.resolve({ verdict: 'not-run', at, latencyMs: 0, detail: problem });
  }
  return new Promise((resolve) => {
    /** @type {(() => void)[]} */
    const releases = [];
    let isSettled = false;
    const silent = () => attempt.settle(...outcomeOfSilence(attempt));
    // A late event loop must not turn an answer that is already here into silence: look once more.
    const timer = setTimeout(() => setImmediate(silent), probe.timeoutMs);
    const abort = () => attempt.settle('not-run', { detail: 'cancelled' });
    /** @type {Attempt} */
    const attempt = {
      ...{ probe, address: probe.host, own: '', sockets, resolvers, stage: 'resolving', notes: [] },
      ...(kept === undefined ? {} : { kept }),
      began: performance.now(),
      settle(verdict, findings = {}) {
        if (isSettled) {
          return;
        }
        isSettled = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        releases.forEach((release) => release());
        const detail = [findings.detail, ...attempt.notes]
          .filter((text) => text !== undefined)
          .join('; ');
        const latencyMs =
          Math.round((findings.latencyMs ?? performance.now() - attempt.began) * 10) / 10;
        const own = attempt.own === '' ? {} : { ownAddress: attempt.own };
        const said = detail === '' ? {} : { detail };
        resolve({ verdict, at, ...findings, ...own, latencyMs, ...said });
      },
      fail(error) {
        const elapsedMs = performance.now() - attempt.began;
        const verdict = verdictOfError(codeOf(error), attempt.stage, elapsedMs);
        const after = attempt.stage === 'connected' ? 'after the connection was accepted: ' : '';
        attempt.settle(verdict, { detail: `${after}${textOf(error)}` });
      },
      onSettled: (release) => (isSettled ? release() : void releases.push(release)),
    };
    signal.addEventListener('abort', abort);
    begin(attempt);
  });
}

/**
 * Calls back when every error that the kernel has returned at once has been emitted (Node does so over a
 * few ticks), and before anything that came from the network can be.
 * @param {() => void} then
 */
function afterLocalTurn(then, ticks = 32) {
  process.nextTick(() => (ticks === 0 ? then() : afterLocalTurn(then, ticks - 1)));
}

/** @param {Attempt} attempt */
function begin(attempt) {
  const { probe, sockets } = attempt;
  const start = () => {
    attempt.stage = 'starting';
    afterLocalTurn(() => {
      if (attempt.stage === 'starting') {
        attempt.stage = 'connecting';
      }
    });
    try {
      if (attempt.kept === undefined) {
        attempts[probe.kind]?.(attempt);
      } else {
        attempt.kept.ask(attempt);
      }
    } catch (error) {
      attempt.settle('not-run', { detail: textOf(error) });
    }
  };
  if (probe.kind === 'lookup' || net.isIP(probe.host) !== 0) {
    start();
    return;
  }
  sockets.dns.lookup(probe.host, { family: probe.family ?? 0 }, (error, address) => {
    if (error !== null) {
      attempt.settle('not-run', {
        detail: `the name "${probe.host}" could not be resolved: ${codeOf(error)}`,
      });
      return;
    }
    attempt.address = address;
    start();
  });
}

/**
 * @param {Attempt} attempt
 * @returns {[Verdict, Findings]}
 */
function outcomeOfSilence({ stage, probe }) {
  if (stage === 'resolving') {
    return [
      'not-run',
      { detail: `the name "${probe.host}" was not resolved within ${probe.timeoutMs} ms` },
    ];
  }
  if (stage === 'starting') {
    return ['not-run', { detail: `the probe had not been sent after ${probe.timeoutMs} ms` }];
  }
  const what =
    stage === 'connected' ? 'the connection was accepted, but there was no answer' : 'no answer';
  return ['dropped', { detail: `${what} within ${probe.timeoutMs} ms` }];
}

/** @param {Attempt} attempt */
function attemptTcp(attempt) {
  const { probe, sockets, address } = attempt;
  const nonce = randomBytes(8).toString('hex');
  const payload = payloadOf(nonce, probe.size ?? 0);
  const socket = sockets.net.connect({ host: address, port: probe.port ?? 0 });
  attempt.onSettled(() => socket.destroy());
  const reader = new MessageReader((header, line, back) => {
    const backIsWhole = back.length === payload.length && back.digest === digestOf(payload);
    const sent = { sentDigest: digestOf(payload), sentLength: payload.length };
    attempt.settle(...judge(probe, header, { line, nonce, backIsWhole, ...sent }));
  });
  socket.on('connect', () => {
    attempt.stage = 'connected';
    attempt.own = plainAddress(socket.localAddress);
    if (probe.kind === 'connect-only') {
      attempt.settle('open', { serverAddress: plainAddress(socket.remoteAddress) });
      return;
    }
    socket.setNoDelay(true);
    socket.write(`${JSON.stringify({ kc: version, nonce, payload: payload.length })}\n`);
    socket.write(payload);
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('error', (error) => attempt.fail(error));
  socket.on('end', () =>
    attempt.settle('wrong-answer', { detail: 'the connection was closed before the answer' }),
  );
}

/** One TCP connection that is asked again and again; what it is asked after its end is rejected. */
class KeptConnection {
  /** @param {AbortSignal} signal ends it */
  constructor(signal) {
    this.signal = signal;
    /** @type {Map<string, Attempt>} by nonce: those that wait for their answer */
    this.waiting = new Map();
    /** @type {net.Socket | undefined} */
    this.socket = undefined;
    this.isConnected = false;
    /** @type {string | undefined} */
    this.end = undefined;
  }

  /** @param {Attempt} attempt */
  ask(attempt) {
    if (this.end !== undefined) {
      attempt.settle('rejected', { detail: `the connection has ended: ${this.end}` });
      return;
    }
    this.socket ??= this.open(attempt);
    const nonce = randomBytes(8).toString('hex');
    this.waiting.set(nonce, attempt);
    attempt.onSettled(() => this.waiting.delete(nonce));
    if (this.isConnected) {
      this.connected(attempt);
    }
    // Before the connection is there Node keeps what is written.
    this.socket.write(`${JSON.stringify({ kc: version, nonce, payload: 0 })}\n`);
  }

  /** @param {Attempt} attempt */
  connected(attempt) {
    attempt.stage = 'connected';
    attempt.own = plainAddress(this.socket?.localAddress);
  }

  /** @param {Attempt} attempt */
  open({ address, probe, sockets }) {
    const socket = sockets.net.connect({ host: address, port: probe.port ?? 0 });
    const reader = new MessageReader((header, line) => {
      const nonce = header?.nonce ?? '';
      const sent = { sentDigest: digestOf(''), sentLength: 0, backIsWhole: true };
      this.waiting.get(nonce)?.settle(...judge(probe, header, { line, nonce, ...sent }));
    });
    socket.on('connect', () => {
      this.isConnected = true;
      socket.setNoDelay(true);
      this.waiting.forEach((attempt) => this.connected(attempt));
    });
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', (error) => this.over(textOf(error)));
    socket.on('end', () => this.over('the server has closed it'));
    this.signal.addEventListener('abort', () => socket.destroy());
    return socket;
  }

  /** @param {string} why */
  over(why) {
    this.end ??= why;
    this.waiting.forEach((attempt) =>
      attempt.settle('rejected', { detail: `the connection has ended: ${why}` }),
    );
  }
}

/** @param {Attempt} attempt */
function attemptUdp(attempt) {
  const { probe, sockets, address } = attempt;
  const nonce = randomBytes(8).toString('hex');
  const count = Math.max(1, Math.min(4, Math.floor(probe.timeoutMs / 50)));
  /** @type {{ at: number, digest: string, length: number }[]} */
  const sent = [];
  const socket = sockets.dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  /** @param {unknown} error */
  const fail = (error) => {
    if (codeOf(error) === 'EMSGSIZE' && attempt.stage !== 'starting') {
      // The path answered "fragmentation needed"; what is sent from now on is fragmented.
      attempt.notes.splice(0, 1, 'ICMP said that the datagram is larger than the path MTU');
      return;
    }
    attempt.fail(error);
  };
  const send = () => {
    const seq = sent.length;
    const datagram = paddedDatagram(
      { kc: version, nonce, seq, size: probe.size ?? 0 },
      probe.size ?? 0,
    );
    const body = datagram.subarray(datagram.indexOf(0x0a) + 1);
    sent.push({ at: performance.now(), digest: digestOf(body), length: datagram.length });
    socket.send(datagram, (error) => (error ? fail(error) : undefined));
  };
  socket.on('error', fail);
  socket.on('message', (datagram) =>
    attempt.settle(...judgeDatagram(probe, datagram, { nonce, sent })),
  );
  socket.on('connect', () => {
    attempt.stage = 'connecting';
    attempt.own = plainAddress(socket.address().address);
    send();
    const timer = setInterval(
      () => (sent.length < count ? send() : clearInterval(timer)),
      probe.timeoutMs / count,
    );
    attempt.onSettled(() => clearInterval(timer));
  });
  attempt.onSettled(() => socket.close());
  socket.connect(probe.port ?? 0, address);
}

/**
 * @param {ProbeRequest} probe
 * @param {Buffer} datagram
 * @param {{ nonce: string, sent: { at: number, digest: string, length: number }[] }} context
 * @returns {[Verdict, Findings]}
 */
function judgeDatagram(probe, datagram, { nonce, sent }) {
  const end = datagram.indexOf(0x0a);
  const line = datagram.subarray(0, end < 0 ? datagram.length : end).toString('utf8');
  const answer = parseHeader(line);
  const asked = sent[answer?.seq ?? 0] ?? { at: performance.now(), digest: '', length: 0 };
  const body = datagram.subarray(end + 1);
  const backIsWhole =
    probe.size === undefined ||
    (datagram.length >= probe.size && body.equals(payloadOf(nonce, body.length)));
  const context = { line, nonce, backIsWhole, sentDigest: asked.digest, sentLength: asked.length };
  const [verdict, findings] = judge(probe, answer, context);
  return [verdict, { ...findings, latencyMs: performance.now() - asked.at }];
}

/** @param {Attempt} attempt */
function attemptHttp(attempt) {
  const { probe, sockets, address } = attempt;
  const nonce = randomBytes(8).toString('hex');
  const payload = payloadOf(nonce, probe.size ?? 0);
  const request = sockets.http.request({
    host: address,
    port: probe.port,
    path: probe.path ?? '/',
    method: payload.length > 0 ? 'POST' : 'GET',
    agent: false,
    headers: {
      host: `${net.isIPv6(probe.host) ? `[${probe.host}]` : probe.host}:${probe.port}`,
      'x-kc-nonce': nonce,
      'content-length': payload.length,
      connection: 'close',
    },
  });
  attempt.onSettled(() => request.destroy());
  request.on('socket', (socket) =>
    socket.on('connect', () => {
      attempt.stage = 'connected';
      attempt.own = plainAddress(socket.localAddress);
    }),
  );
  request.on('error', (error) => attempt.fail(error));
  request.on('response', (response) => {
    const status = response.statusCode ?? 0;
    const sent = { sentDigest: digestOf(payload), sentLength: payload.length };
    const reader = new MessageReader((header, line, back) => {
      const backIsWhole = back.length === payload.length && back.digest === digestOf(payload);
      const [verdict, findings] = judge(probe, header, { line, nonce, backIsWhole, ...sent });
      attempt.settle(status === 200 ? verdict : 'wrong-answer', { ...findings, status });
    });
    response.on('data', (chunk) => reader.push(chunk));
    response.on('end', () =>
      attempt.settle('wrong-answer', {
        status,
        detail: `status ${status} without an answer of ours`,
      }),
    );
    response.on('error', (error) => attempt.fail(error));
  });
  request.end(payload);
}

// ---- Look-ups --------------------------------------------------------------------------------------

/** @type {Readonly<Record<string, Verdict>>} */
const verdictOfLookup = {
  ENOTFOUND: 'rejected',
  ENODATA: 'rejected',
  ESERVFAIL: 'rejected',
  EREFUSED: 'rejected',
  EFORMERR: 'rejected',
  ENOTIMP: 'rejected',
  ECONNREFUSED: 'rejected',
  EAI_NONAME: 'rejected',
  EAI_NODATA: 'rejected',
  EAI_FAIL: 'rejected',
  // What a libc says after a time-out; some also say it after SERVFAIL.
  EAI_AGAIN: 'dropped',
  ETIMEOUT: 'dropped',
};

/** What resolvers say when no DNS server has answered, be it for want of a route on this machine. */
const saidWithoutServer = ['ECONNREFUSED', 'EAI_AGAIN', 'EAI_FAIL'];

/**
 * Goes on when this machine has a route to a DNS server; otherwise nobody was asked.
 * @param {Attempt} attempt
 * @param {() => void} then
 */
function withRoute(attempt, then) {
  const { dns, dgram } = attempt.sockets;
  const [server = ''] =
    attempt.probe.server === undefined ? dns.getServers() : [attempt.probe.server];
  const [, bracketed, plain, port] =
    /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(server) ?? [];
  const address = bracketed ?? plain ?? '';
  if (net.isIP(address) === 0) {
    attempt.settle('not-run', { detail: 'no DNS server is configured' });
    return;
  }
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  attempt.onSettled(() => socket.close());
  socket.on('error', (error) =>
    attempt.settle('not-run', { detail: `no route to the DNS server: ${textOf(error)}` }),
  );
  socket.on('connect', then);
  socket.connect(Number(port ?? 53), address);
}

/** @param {Attempt} attempt */
function attemptLookup(attempt) {
  attempt.stage = 'connecting';
  const resolver = attempt.probe.resolver ?? 'libc';
  if (resolver === 'c-ares') {
    lookUpWithCares(attempt);
  } else if (/^[a-z0-9-]+$/.test(resolver)) {
    lookUpWithProgram(attempt, resolver);
  } else {
    attempt.settle('not-run', { detail: `unknown resolver "${resolver}"` });
  }
}

/**
 * @param {Attempt} attempt
 * @param {string} code
 * @param {Findings} findings
 */
function settleDenial(attempt, code, findings) {
  const settle = () => attempt.settle(verdictOfLookup[code] ?? 'not-run', findings);
  if (saidWithoutServer.includes(code)) {
    withRoute(attempt, settle);
  } else {
    settle();
  }
}

/**
 * @param {Attempt} attempt
 * @param {{ addresses?: string[], records?: unknown[], code?: string, elapsedMs?: number }} result
 */
function settleLookup(attempt, { elapsedMs, code, ...found }) {
  const latency = elapsedMs === undefined ? {} : { latencyMs: elapsedMs };
  const findings = { ...found, ...latency, rcode: code ?? 'NOERROR' };
  if (code !== undefined) {
    const denial = { ...findings, detail: `the resolver said ${code}` };
    settleDenial(attempt, code, denial);
    return;
  }
  const expected = attempt.probe.expect?.addresses?.slice().sort().join(', ');
  const seen = (found.addresses ?? []).slice().sort().join(', ');
  if (expected !== undefined && expected !== seen) {
    attempt.settle('wrong-answer', { ...findings, detail: `expected ${expected}, got ${seen}` });
    return;
  }
  attempt.settle('open', findings);
}

/** @param {Attempt} attempt */
function lookUpWithCares(attempt) {
  const { probe, sockets } = attempt;
  const resolver = new sockets.dns.Resolver();
  if (probe.server !== undefined) {
    resolver.setServers([probe.server]);
  }
  attempt.onSettled(() => resolver.cancel());
  const rrtype = probe.rrtype ?? (probe.family === 6 ? 'AAAA' : 'A');
  resolver.resolve(probe.host, rrtype, (error, found) => {
    if (error !== null) {
      settleLookup(attempt, { code: codeOf(error) });
      return;
    }
    const records = Array.isArray(found) ? found : [found];
    const isText = records.every((record) => typeof record === 'string');
    settleLookup(attempt, isText ? { addresses: records.map(String) } : { records });
  });
}

/**
 * A look-up in a program of its own: it reads resolv.conf afresh, it can be ended, and it blocks nobody.
 * @param {Attempt} attempt
 * @param {string} resolver
 */
function lookUpWithProgram(attempt, resolver) {
  const { probe } = attempt;
  const family = String(probe.family ?? 0);
  const [program, ...words] =
    resolver === 'libc'
      ? [process.execPath, fileURLToPath(import.meta.url), 'lookup', probe.host, family]
      : [join(attempt.resolvers, resolver), probe.host, family];
  const child = attempt.sockets.spawn(program ?? '', words, {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.on('error', (error) =>
    attempt.settle('not-run', {
      detail: `starting the resolver "${resolver}": ${textOf(error)}`,
    }),
  );
  attempt.onSettled(() => child.kill('SIGKILL'));
  // Without a free file descriptor there is no stdout either.
  child.stdout?.setEncoding('utf8').on('data', (part) => (text += part));
  child.on('close', (status, signal) => {
    try {
      const { addresses, code, elapsedMs } = JSON.parse(text);
      settleLookup(attempt, { addresses, code, elapsedMs });
    } catch {
      // No JSON: the program broke, which says nothing about DNS.
      attempt.settle('not-run', {
        detail: `the resolver "${resolver}" ended with ${signal ?? status} and without an answer`,
      });
    }
  });
}

// ---- One DNS question, without the habits of any resolver -------------------------------------------

const addressTypes = Object.freeze({ A: 1, AAAA: 28 });
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** @param {ProbeRequest} probe */
function dnsProblem({ name, protocol, rrtype = 'A' }) {
  if (typeof name !== 'string' || !/^([^.]{1,63}\.)*[^.]{1,63}\.?$/.test(name)) {
    return `"${name}" is no name to ask for`;
  }
  if (protocol !== 'TCP' && protocol !== 'UDP') {
    return `the protocol is "${protocol}" instead of TCP or UDP`;
  }
  return Object.hasOwn(addressTypes, rrtype)
    ? undefined
    : `records of type "${rrtype}" are unknown`;
}

/**
 * Encodes a question (RFC 1035), with an OPT record when a size of answers is announced (RFC 6891).
 * @param {number} id
 * @param {ProbeRequest} probe
 */
function encodeQuestion(id, { name = '', rrtype = 'A', size }) {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  const question = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.from([0, 0, addressTypes[/** @type {keyof typeof addressTypes} */ (rrtype)], 0, 1]),
  ]);
  const opt = Buffer.from([0, 0, 41, (size ?? 0) >> 8, (size ?? 0) & 255, 0, 0, 0, 0, 0, 0]);
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, size ? 1 : 0]);
  return Buffer.concat([header, question, ...(size ? [opt] : [])]);
}

/**
 * Passes over a name, which may end in a pointer.
 * @param {Buffer} bytes
 * @param {number} at
 */
function endOfName(bytes, at) {
  let next = at;
  for (;;) {
    const length = bytes.readUInt8(next);
    if (length === 0) {
      return next + 1;
    }
    if (length >= 192) {
      return next + 2;
    }
    next += 1 + length;
  }
}

/**
 * The address that a record holds, and where the next record begins.
 * @param {Buffer} bytes
 * @param {number} start
 */
function recordAt(bytes, start) {
  const fixed = endOfName(bytes, start);
  const end = fixed + 10 + bytes.readUInt16BE(fixed + 8);
  const value = bytes.subarray(fixed + 10, end);
  const type = bytes.readUInt16BE(fixed);
  if (type === addressTypes.A) {
    return { address: [...value].join('.'), end };
  }
  const groups = value.toString('hex').replace(/(....)(?!$)/g, '$1:');
  return { address: type === addressTypes.AAAA ? groups : undefined, end };
}

/**
 * Decodes an answer; undefined when it is none to this question.
 * @param {Buffer} bytes
 * @param {number} id
 */
function decodeAnswer(bytes, id) {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id || (bytes.readUInt8(2) & 128) === 0) {
    return undefined;
  }
  const flags = bytes.readUInt16BE(2);
  let at = 12;
  for (let left = bytes.readUInt16BE(4); left > 0; left -= 1) {
    at = endOfName(bytes, at) + 4;
  }
  /** @type {string[]} */
  const addresses = [];
  for (let left = bytes.readUInt16BE(6); left > 0; left -= 1) {
    const { address, end } = recordAt(bytes, at);
    addresses.push(...(address === undefined ? [] : [address]));
    at = end;
  }
  return { addresses, code: rcodes[flags & 15] ?? 'OTHER', isTruncated: (flags & 512) !== 0 };
}

/**
 * @param {Attempt} attempt
 * @param {Buffer} bytes
 * @param {number} id
 */
function judgeDns(attempt, bytes, id) {
  let answer;
  try {
    answer = decodeAnswer(bytes, id);
  } catch {
    attempt.settle('wrong-answer', {
      detail: `${bytes.length} bytes came back that are no answer`,
    });
    return;
  }
  if (answer === undefined) {
    // A stray datagram, or the late answer to another question: the right one may still come.
    return;
  }
  const { addresses, code, isTruncated } = answer;
  const findings = { addresses, rcode: code, isTruncated, bytes: bytes.length };
  if (code !== 'NOERROR') {
    attempt.settle('rejected', { ...findings, detail: `the server said ${code}` });
    return;
  }
  const expected = attempt.probe.expect?.addresses?.slice().sort().join(', ');
  const seen = addresses.slice().sort().join(', ');
  const isRight = expected === undefined || expected === seen;
  const what = isTruncated ? 'a truncated answer with ' : '';
  attempt.settle(isRight ? 'open' : 'wrong-answer', {
    ...findings,
    ...(isRight ? {} : { detail: `expected ${expected}, got ${what}"${seen}"` }),
  });
}

/** @param {Attempt} attempt */
function attemptDns(attempt) {
  const problem = dnsProblem(attempt.probe);
  if (problem !== undefined) {
    attempt.settle('not-run', { detail: problem });
    return;
  }
  const id = randomBytes(2).readUInt16BE(0);
  const question = encodeQuestion(id, attempt.probe);
  (attempt.probe.protocol === 'TCP' ? askOverTcp : askOverUdp)(attempt, question, id);
}

/**
 * Asks twice: one lost datagram is no silence.
 * @param {Attempt} attempt
 * @param {Buffer} question
 * @param {number} id
 */
function askOverUdp(attempt, question, id) {
  const { probe, sockets, address } = attempt;
  const socket = sockets.dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  const send = () => socket.send(question, (error) => (error ? attempt.fail(error) : undefined));
  socket.on('error', (error) => attempt.fail(error));
  socket.on('message', (bytes) => judgeDns(attempt, bytes, id));
  socket.on('connect', () => {
    attempt.stage = 'connecting';
    attempt.own = plainAddress(socket.address().address);
    send();
    const again = setTimeout(send, probe.timeoutMs / 2);
    attempt.onSettled(() => clearTimeout(again));
  });
  attempt.onSettled(() => socket.close());
  socket.connect(probe.port ?? 0, address);
}

/**
 * @param {Attempt} attempt
 * @param {Buffer} question
 * @param {number} id
 */
function askOverTcp(attempt, question, id) {
  const { probe, sockets, address } = attempt;
  const socket = sockets.net.connect({ host: address, port: probe.port ?? 0 });
  attempt.onSettled(() => socket.destroy());
  /** @type {Buffer} */
  let held = Buffer.alloc(0);
  socket.on('connect', () => {
    attempt.stage = 'connected';
    attempt.own = plainAddress(socket.localAddress);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(question.length);
    socket.write(Buffer.concat([length, question]));
  });
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, Buffer.from(chunk)]);
    if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      judgeDns(attempt, held.subarray(2, 2 + held.readUInt16BE(0)), id);
    }
  });
  socket.on('error', (error) => attempt.fail(error));
  socket.on('end', () =>
    attempt.settle('wrong-answer', { detail: 'the connection was closed before the answer' }),
  );
}

/** @type {Readonly<Record<string, (attempt: Attempt) => void>>} */
const attempts = Object.freeze({
  tcp: attemptTcp,
  'connect-only': attemptTcp,
  udp: attemptUdp,
  http: attemptHttp,
  lookup: attemptLookup,
  dns: attemptDns,
});

// ---- This machine ----------------------------------------------------------------------------------

const deviceFolder = '/sys/class/net';

/** @param {string} file */
function textIn(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Not every device has every file.
    return '';
  }
}

/** The network devices that the kernel shows in this namespace; plain Ethernet has no kind. */
function devices() {
  return readdirSync(deviceFolder)
    .map((name) => {
      const kind = /^DEVTYPE=(.*)$/m.exec(textIn(`${deviceFolder}/${name}/uevent`))?.[1];
      return { name, mtu: Number(textIn(`${deviceFolder}/${name}/mtu`)), kind: kind ?? '' };
    })
    .filter(({ mtu }) => mtu > 0);
}

// ---- Control ---------------------------------------------------------------------------------------

/** @typedef {{ id: string, op: string, probes?: ProbeRequest[], probe?: ProbeRequest, everyMs?: number, isKept?: boolean, watch?: string, cancel?: string, host?: string }} Order */
/** @typedef {{ lines: string[], abort: AbortController, isDone: boolean, isSampling: boolean, samples: Outcome[], stopSampling: () => void }} Job */

/**
 * @param {ProbeRequest | undefined} probe
 * @param {number | undefined} everyMs
 * @param {boolean} isKept
 */
function watchProblem(probe, everyMs, isKept) {
  if (probe === undefined) {
    return 'a watch needs a probe';
  }
  if (!within(everyMs ?? 0, 10, 500)) {
    return 'a watch samples every 10 to 500 ms';
  }
  const isKeepable = !isKept || probe.kind === 'tcp';
  return problemOf(probe) ?? (isKeepable ? undefined : 'only a TCP connection is kept');
}

/** Obeys control lines; every answer goes to `write` as one framed line. */
export class Prober {
  /** @param {{ write: (line: string) => void, marks?: Marks, resolvers?: string | undefined, sockets?: Sockets }} options */
  constructor({ write, marks, resolvers = '/resolvers', sockets = realSockets }) {
    this.write = write;
    this.marks = marks;
    this.context = { resolvers, sockets };
    /** @type {Map<string, Job>} */
    this.jobs = new Map();
    this.buffer = '';
  }

  /**
   * Takes a piece of the control stream; a line may come in many pieces.
   * @param {string} text
   */
  feed(text) {
    const lines = (this.buffer + text).split('\n');
    this.buffer = (lines.pop() ?? '').slice(-longestLine);
    lines.forEach((line) => this.takeLine(line));
  }

  /** Cancels everything that is under way. */
  close() {
    for (const job of this.jobs.values()) {
      job.stopSampling();
      job.abort.abort();
    }
  }

  /** @param {string} line */
  takeLine(line) {
    const text = line.slice(line.lastIndexOf(recordSeparator) + 1).trim();
    if (text === '') {
      return;
    }
    /** @type {Order} */
    let order;
    try {
      order = JSON.parse(text);
    } catch {
      // The sender tells a torn line by the missing answer, and repeats it.
      this.say({ error: 'a control line is not JSON' });
      return;
    }
    if (order === null || typeof order?.id !== 'string' || order.id === '') {
      this.say({ error: 'a control line has no id' });
      return;
    }
    this.obey(order);
  }

  /** @param {Order} order */
  obey(order) {
    const known = this.jobs.get(order.id);
    if (known !== undefined) {
      known.lines.forEach((line) => this.write(line));
      return;
    }
    /** @type {Job} */
    const job = {
      lines: [],
      abort: new AbortController(),
      isDone: false,
      isSampling: false,
      samples: [],
      stopSampling: () => undefined,
    };
    setMaxListeners(0, job.abort.signal);
    this.jobs.set(order.id, job);
    this.forgetOldJobs();
    const obeyed = {
      hello: this.hello,
      batch: this.batch,
      watch: this.watch,
      stop: this.stop,
      cancel: this.cancel,
      devices: this.devices,
      resolver: this.resolver,
      facing: this.facing,
      end: this.end,
    };
    const method = Object.hasOwn(obeyed, order.op)
      ? obeyed[/** @type {keyof typeof obeyed} */ (order.op)]
      : undefined;
    if (method === undefined) {
      this.finish(order.id, { error: `unknown operation "${order.op}"` });
      return;
    }
    method.call(this, order, job);
  }

  forgetOldJobs() {
    const finished = [...this.jobs].filter(([, job]) => job.isDone && !job.isSampling);
    finished
      .slice(0, Math.max(0, finished.length - mostRemembered))
      .forEach(([id]) => this.jobs.delete(id));
  }

  /** @param {object} message */
  say(message) {
    const line = `${recordSeparator}kc ${JSON.stringify(message)}\n`;
    this.write(line);
    return line;
  }

  /**
   * @param {string} id
   * @param {object} message
   */
  answer(id, message) {
    const job = this.jobs.get(id);
    if (job !== undefined && !job.isDone) {
      job.lines.push(this.say({ id, ...message }));
    }
  }

  /**
   * @param {string} id
   * @param {object} message
   */
  finish(id, message) {
    this.answer(id, message);
    const job = this.jobs.get(id);
    if (job !== undefined) {
      job.isDone = true;
    }
  }

  /** @param {Order} order */
  hello({ id }) {
    const marks = this.marks === undefined ? {} : { marks: this.marks };
    this.finish(id, { done: true, version, node: process.version, now: Date.now(), ...marks });
  }

  /**
   * @param {Order} order
   * @param {Job} job
   */
  batch({ id, probes }, job) {
    if (!Array.isArray(probes) || probes.length > mostProbes) {
      this.finish(id, { error: `a batch is a list of at most ${mostProbes} probes` });
      return;
    }
    const context = { ...this.context, signal: job.abort.signal };
    const running = probes.map(async (probe, index) => {
      this.answer(id, { index, ...(await runProbe(probe, context)) });
    });
    void Promise.all(running).then(() => this.finish(id, { done: true, count: probes.length }));
  }

  /**
   * Samples at a steady pace: a sample that waits for its timeout does not hold up the next one.
   * @param {Order} order
   * @param {Job} job
   */
  watch({ id, probe, everyMs, isKept = false }, job) {
    const problem = watchProblem(probe, everyMs, isKept);
    if (probe === undefined || problem !== undefined) {
      this.finish(id, { error: problem });
      return;
    }
    const { signal } = job.abort;
    const kept = isKept ? { kept: new KeptConnection(signal) } : {};
    const context = { ...this.context, ...kept, signal };
    let inFlight = 0;
    const sample = async () => {
      if (job.samples.length >= mostSamples || inFlight >= mostInFlight) {
        return;
      }
      inFlight += 1;
      job.samples.push(await runProbe(probe, context));
      inFlight -= 1;
    };
    const timer = setInterval(() => void sample(), everyMs);
    job.isSampling = true;
    job.stopSampling = () => clearInterval(timer);
    void sample();
    this.finish(id, { done: true });
  }

  /** @param {Order} order */
  stop({ id, watch }) {
    const job = this.jobs.get(watch ?? '');
    if (job === undefined || !job.isSampling) {
      this.finish(id, { error: `no watch "${watch}" is running` });
      return;
    }
    job.stopSampling();
    job.abort.abort();
    this.jobs.delete(watch ?? '');
    // What was under way is no sample: it was neither answered nor waited for long enough.
    const samples = job.samples.slice().sort((one, other) => one.at - other.at);
    for (let from = 0; from < samples.length; from += 500) {
      this.answer(id, { part: from, samples: samples.slice(from, from + 500) });
    }
    this.finish(id, { done: true, count: samples.length });
  }

  /** @param {Order} order */
  cancel({ id, cancel }) {
    const job = this.jobs.get(cancel ?? '');
    if (job === undefined || cancel === undefined) {
      this.finish(id, { error: `nothing with the id "${cancel}" is known` });
      return;
    }
    job.stopSampling();
    this.finish(cancel, { error: 'cancelled' });
    job.abort.abort();
    this.finish(id, { done: true });
  }

  /** @param {Order} order */
  devices({ id }) {
    try {
      this.finish(id, { done: true, devices: devices() });
    } catch (error) {
      this.finish(id, { error: `the devices cannot be read: ${textOf(error)}` });
    }
  }

  /** @param {Order} order */
  resolver({ id }) {
    this.finish(id, { done: true, text: textIn('/etc/resolv.conf') });
  }

  /**
   * Which of its addresses this machine shows to a host; nothing is sent.
   * @param {Order} order
   */
  facing({ id, host = '' }) {
    if (net.isIP(host) === 0) {
      this.finish(id, { error: `"${host}" is no address` });
      return;
    }
    const { dgram } = this.context.sockets;
    const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    socket.on('error', (error) => {
      socket.close();
      this.finish(id, { error: `no route to ${host}: ${textOf(error)}` });
    });
    socket.on('connect', () => {
      const address = plainAddress(socket.address().address);
      socket.close();
      this.finish(id, { done: true, address });
    });
    socket.connect(9, host);
  }

  /** @param {Order} order */
  end({ id }) {
    this.finish(id, { done: true });
    // The answer has to leave first.
    setTimeout(() => process.exit(0), 50);
  }
}

// ---- Command line ----------------------------------------------------------------------------------

/**
 * @param {string[]} words
 * @returns {Record<string, string>}
 */
function flagsOf(words) {
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

/** @param {string | undefined} list */
const portsOf = (list) =>
  (list ?? '')
    .split(',')
    .filter((port) => port !== '')
    .map(Number);

/** @param {Prober} prober */
function takeControlFrom(prober) {
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text) => prober.feed(String(text)));
  process.stdin.on('error', () => undefined);
  process.stdout.on('error', () => undefined);
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGINT', () => process.exit(0));
}

/** @param {string[]} words */
function printLookup([name = '', family]) {
  const began = performance.now();
  dns.lookup(name, { all: true, family: Number(family ?? 0) }, (error, found) => {
    const elapsedMs = Math.round((performance.now() - began) * 10) / 10;
    const addresses = error === null ? found.map(({ address }) => address) : [];
    const code = error === null ? {} : { code: codeOf(error) };
    process.stdout.write(`${JSON.stringify({ addresses, elapsedMs, ...code })}\n`);
  });
}

/** @param {string[]} words */
async function main([mode, ...words]) {
  const modes = { serve: serveMode, control: controlMode, lookup: printLookup };
  if (mode === undefined || !Object.hasOwn(modes, mode)) {
    throw new Error(
      `reading the command line: found "${mode}" instead of serve, control or lookup`,
    );
  }
  await modes[/** @type {keyof typeof modes} */ (mode)](words);
}

/** @param {string} line */
const writeOut = (line) => void process.stdout.write(line);

/** @param {string[]} words */
function controlMode(words) {
  takeControlFrom(new Prober({ write: writeOut, ...flagsOf(words) }));
  process.stdin.on('end', () => process.exit(0));
}

/** @param {string[]} words */
async function serveMode(words) {
  const flags = flagsOf(words);
  const { run = '', scenario = '', pod = '', resolvers } = flags;
  const marks = { run, scenario, pod };
  const prober = new Prober({ write: writeOut, marks, resolvers });
  takeControlFrom(prober);
  const [tcp, udp, http] = ['tcp', 'udp', 'http'].map((name) => portsOf(flags[name]));
  const ports = { tcp: tcp ?? [], udp: udp ?? [], http: http ?? [] };
  const servers = await startServers({ marks, ports, bind: flags['bind'] });
  prober.say({ event: 'serving', marks, ports: servers.ports });
}

/** Whether this file was started as a program; a ConfigMap mounts it through symbolic links. */
function isProgram() {
  const started = process.argv[1];
  try {
    return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url);
  } catch {
    // Started from no file at all, such as node --eval.
    return false;
  }
}

if (isProgram()) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`prober: ${textOf(error)}\n`);
    process.exit(1);
  });
}
