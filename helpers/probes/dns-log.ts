/**
 * What a logging DNS server was asked. The server is a pod that runs `dns-logger.mjs` (env/images) and
 * writes a line of JSON for each query; the lines are read from the log of the pod.
 */
import { z } from 'zod';
import type { Cluster, Place } from '../cluster/cluster.ts';
import { reading, type Reading } from '../reading.ts';

const queryForm = z.object({
  protocol: z.enum(['UDP', 'TCP']),
  name: z.string(),
  type: z.string(),
  client: z.string(),
});

/** One question that the server was asked. */
export type NameQuery = Readonly<z.output<typeof queryForm>>;

/** What the server was asked about one name. */
export interface NameQueries {
  /** The protocols that occurred, sorted. */
  readonly protocols: readonly ('TCP' | 'UDP')[];
  readonly queries: readonly NameQuery[];
}

/** Where the server serves in its pod: a port that needs no privilege. */
export const dnsLogPort = 5353;

/** The command of a logging DNS server that knows the given names and no others. */
export function dnsLogCommand(
  names: Readonly<Record<string, readonly string[]>>,
  /** Names whose answers over UDP are always truncated. */
  truncated: readonly string[] = [],
): string[] {
  const table = JSON.stringify(names);
  return [
    ...['node', '/programs/dns-logger.mjs', '--port', `${dnsLogPort}`, '--table', table],
    ...(truncated.length === 0 ? [] : ['--truncate', truncated.join(',')]),
  ];
}

/** What a logging DNS server was asked about one name so far. */
export function queriesOf(
  cluster: Pick<Cluster, 'logsOf'>,
  server: Place,
  name: string,
): Reading<NameQueries> {
  return reading(
    `queries for ${name} at DNS server ${server.namespace}/${server.name}`,
    async () => queriesIn(await cluster.logsOf(server, { tailLines: longestLog }), name),
    ({ queries }) => `${queries.length} queries`,
  );
}

const longestLog = 5_000;

function queriesIn(log: string, name: string): NameQueries {
  const queries = log.split('\n').flatMap((line) => {
    const query = queryIn(line);
    return query?.name === name.toLowerCase() ? [query] : [];
  });
  return { protocols: [...new Set(queries.map(({ protocol }) => protocol))].sort(), queries };
}

function queryIn(line: string): NameQuery | undefined {
  try {
    return queryForm.safeParse(JSON.parse(line)).data;
  } catch {
    // Not a line of the log: the runtime and Node itself may write others.
    return undefined;
  }
}
