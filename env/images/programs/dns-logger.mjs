/**
 * A DNS server that tells what it is asked: one JSON line on stdout for each query, with its protocol. Its
 * names come from a table; it can truncate UDP replies, refuse, or keep silent on demand.
 *
 *   node dns-logger.mjs [--port 5353] [--bind 0.0.0.0] [--ttl 5] [--truncate all|NAME,NAME]
 *                       --table '{"www.test": ["192.0.2.77", "2001:db8::77"],
 *                                 "alias.test": {"CNAME": "www.test"},
 *                                 "broken.test": {"rcode": "SERVFAIL"}, "slow.test": {"silent": true}}'
 *
 * A name of the table without a record of the type that is asked answers "no data"; any other name does
 * not exist (NXDOMAIN). A first line {"event": "serving", "port": N} says that it serves.
 */
import net from 'node:net';
import process from 'node:process';
import { flagsOf, serveDns } from './dns-server.mjs';

/** @typedef {import('./dns-server.mjs').Reply} Reply */
/** @typedef {import('./dns-server.mjs').Query} Query */
/** @typedef {import('dns-packet').Answer} Record */
/** @typedef {{ A?: string[], AAAA?: string[], CNAME?: string, TXT?: string[], rcode?: Reply['rcode'], silent?: boolean }} Name */
/** @typedef {Map<string, Name>} Table */

/**
 * Reads a table: a list of addresses is short for A and AAAA records.
 * @param {string} text
 * @returns {Table}
 */
export function readTable(text) {
  /** @type {unknown} */
  const value = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error('reading the table of names: found no object of names');
  }
  return new Map(
    Object.entries(value).map(([name, entry]) => [
      name.toLowerCase().replace(/\.$/, ''),
      Array.isArray(entry)
        ? {
            A: entry.filter((address) => net.isIPv4(address)),
            AAAA: entry.filter((address) => net.isIPv6(address)),
          }
        : entry,
    ]),
  );
}

/**
 * @param {string} name
 * @param {Name} entry
 * @param {{ type: string, ttl: number }} wanted
 * @returns {Record[]}
 */
function recordsOf(name, entry, { type, ttl }) {
  switch (type) {
    case 'A':
      return (entry.A ?? []).map((data) => ({ type: 'A', name, ttl, data }));
    case 'AAAA':
      return (entry.AAAA ?? []).map((data) => ({ type: 'AAAA', name, ttl, data }));
    case 'TXT':
      return (entry.TXT ?? []).map((data) => ({ type: 'TXT', name, ttl, data }));
    default:
      return [];
  }
}

/**
 * Answers a query from the table, following aliases inside of it.
 * @param {Table} table
 * @param {Query} query
 * @param {number} ttl
 * @returns {Reply}
 */
export function answerFrom(table, { name, type }, ttl) {
  /** @type {Record[]} */
  const answers = [];
  let owner = name;
  for (let hops = 0; hops < 8; hops += 1) {
    const entry = table.get(owner);
    if (entry === undefined) {
      return answers.length > 0 ? { answers } : { rcode: 'NXDOMAIN' };
    }
    if (entry.silent === true || entry.rcode !== undefined) {
      return entry.silent === true ? { silent: true } : { rcode: entry.rcode ?? 'SERVFAIL' };
    }
    if (entry.CNAME === undefined) {
      return { answers: [...answers, ...recordsOf(owner, entry, { type, ttl })] };
    }
    answers.push({ type: 'CNAME', name: owner, ttl, data: entry.CNAME });
    owner = entry.CNAME.toLowerCase();
  }
  return { rcode: 'SERVFAIL' };
}

/**
 * Serves the table and gives a line of log for each query to `log`.
 * @param {{ table: Table, port: number, bind?: string | undefined, ttl?: number, truncate?: string, log: (event: object) => void }} options
 */
export async function startLogger({ table, port, bind, ttl = 5, truncate = '', log }) {
  const truncated = truncate.toLowerCase().split(',');
  const server = await serveDns({
    port,
    bind,
    answer: (query) => {
      const isTruncated =
        query.protocol === 'UDP' && (truncated.includes('all') || truncated.includes(query.name));
      const reply = answerFrom(table, query, ttl);
      log({
        event: 'query',
        at: Date.now(),
        ...query,
        rcode: reply.silent === true ? 'none' : (reply.rcode ?? 'NOERROR'),
        answers: isTruncated ? 0 : (reply.answers ?? []).length,
        truncated: isTruncated,
      });
      return isTruncated ? { ...reply, truncate: true } : reply;
    },
  });
  log({ event: 'serving', port: server.port });
  return server;
}

if (process.argv[1]?.endsWith('dns-logger.mjs') === true) {
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGINT', () => process.exit(0));
  try {
    const {
      port = '5353',
      bind,
      ttl = '5',
      truncate = '',
      table = '{}',
    } = flagsOf(process.argv.slice(2));
    await startLogger({
      ...{ table: readTable(table), port: Number(port), bind, ttl: Number(ttl), truncate },
      log: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
    });
  } catch (error) {
    process.stderr.write(`dns-logger: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
