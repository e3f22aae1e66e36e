/**
 * Node's `dns.Resolver`, which is c-ares: it asks for any record type, does not search, and obeys
 * `use-vc` (seen in the lab with Node 20).
 */
import type { Answer, RecordType } from 'dns-packet';
import type { Reply } from './exchange.ts';
import { type Asking, queryServers } from './models.ts';
import type { ResolvConf } from './resolv-conf.ts';

type Callback = (error: Error | null, found?: unknown) => void;

/** Where a new resolver asks. */
export type MakeAsking = () => Asking;

/** c-ares waits this long for the first answer; Node makes four attempts. */
const cares = { timeoutMs: 2_000, attempts: 4 };

const codes: Readonly<Record<number, string>> = {
  1: 'EFORMERR',
  2: 'ESERVFAIL',
  3: 'ENOTFOUND',
  4: 'ENOTIMP',
  5: 'EREFUSED',
};

/** A resolver with servers of its own. */
export class CaresResolver {
  readonly #makeAsking: MakeAsking;
  readonly #pending = new Set<(error: Error) => void>();
  #servers: readonly string[] | undefined;

  constructor(makeAsking: MakeAsking) {
    this.#makeAsking = makeAsking;
  }

  getServers(): string[] {
    return [...(this.#servers ?? this.#makeAsking().conf.servers)];
  }

  setServers(servers: readonly string[]): void {
    this.#servers = servers.map((server) => server.replace(/^\[(.*)\](:\d+)?$/, '$1'));
  }

  cancel(): void {
    [...this.#pending].forEach((end) => {
      end(failure('ECANCELLED', ''));
    });
  }

  resolve(name: string, type: RecordType | Callback, callback?: Callback): void {
    const then = typeof type === 'function' ? type : callback;
    const rrtype = typeof type === 'function' ? 'A' : type;
    let isSettled = false;
    const settle: Callback = (error, found) => {
      if (isSettled) return;
      isSettled = true;
      this.#pending.delete(settle);
      then?.(error, found);
    };
    this.#pending.add(settle);
    const { ground, conf } = this.#makeAsking();
    const own: ResolvConf = { ...conf, ...cares, servers: this.getServers() };
    const model = {
      startsWithTcp: ({ useVc }: ResolvConf) => useVc,
      ...{ retriesOverTcp: true, udpSize: 1_232 },
    };
    void queryServers({ ground, conf: own }, { name, type: rrtype }, model).then((reply) => {
      const code = codeOf(reply, rrtype);
      if (code === undefined) settle(null, recordsIn(reply, rrtype));
      else settle(failure(code, name));
    });
  }

  resolve4(name: string, callback: Callback): void {
    this.resolve(name, 'A', callback);
  }

  resolve6(name: string, callback: Callback): void {
    this.resolve(name, 'AAAA', callback);
  }
}

function codeOf(reply: Reply, type: RecordType): string | undefined {
  if (reply.kind !== 'answer') return reply.kind === 'timeout' ? 'ETIMEOUT' : 'ECONNREFUSED';
  if (reply.rcode !== 0) return codes[reply.rcode] ?? 'EBADRESP';
  return reply.answers.some((answer) => answer.type === type) ? undefined : 'ENODATA';
}

function recordsIn(reply: Reply, type: RecordType): unknown {
  const answers = reply.kind === 'answer' ? reply.answers : [];
  const records = answers.filter((answer) => answer.type === type).map(recordOf);
  return type === 'SOA' ? records[0] : records;
}

/** A record in the form in which Node gives it. */
function recordOf(answer: Answer): unknown {
  if (answer.type === 'TXT') return [answer.data].flat().map(String);
  if (answer.type === 'SRV') {
    const { priority = 0, weight = 0, port, target } = answer.data;
    return { name: target, port, priority, weight };
  }
  return 'data' in answer ? answer.data : undefined;
}

function failure(code: string, hostname: string): Error {
  return Object.assign(new Error(`query ${code} ${hostname}`), {
    code,
    hostname,
    syscall: 'query',
  });
}
