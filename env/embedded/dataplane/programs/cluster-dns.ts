/**
 * The cluster DNS as a container: the project's own small server over UDP and TCP, whose records come from
 * whoever composes the stack. It is ready (GET /ready on port 8181) once it has a source of them.
 */
import type { Server } from 'node:http';
import { runModule } from './js-modules.ts';
import type { NameReply, Program, ProgramContext } from './program.ts';
import { imageHost } from './node.ts';

interface Query {
  readonly name: string;
  readonly type: string;
}

interface DnsServer {
  serveDns(options: {
    port: number;
    bind: string;
    answer: (query: Query) => NameReply;
  }): Promise<{ close: () => void }>;
}

const serverFile = '/programs/dns-server.mjs';

/** Serves DNS until it is ended: `[--port 53] [--bind 0.0.0.0] [--ready-port 8181]`. */
export const clusterDns: Program = async (context) => {
  const flags = flagsOf(context.argv);
  const server = (await runModule(imageHost(context), serverFile)) as unknown as DnsServer;
  const bind = flags.get('bind') ?? '0.0.0.0';
  await server.serveDns({
    ...{ port: Number(flags.get('port') ?? 53), bind },
    answer: (query) => context.names()?.answer(query) ?? { rcode: 'SERVFAIL' },
  });
  serveHealth(context, Number(flags.get('ready-port') ?? 8181), bind);
  context.stdout.write(`${JSON.stringify({ event: 'serving' })}\n`);
};

function serveHealth(context: ProgramContext, port: number, host: string): void {
  const http = context.sockets.modules().http as {
    createServer(
      handler: (
        request: { url?: string },
        response: { writeHead(status: number): { end(text: string): void } },
      ) => void,
    ): Server;
  };
  const health = http.createServer((request, response) => {
    const isReady = context.names() !== undefined;
    const isWell = request.url === '/health' || (request.url === '/ready' && isReady);
    response.writeHead(isWell ? 200 : 503).end(isWell ? 'ok\n' : 'not ready\n');
  });
  health.listen({ port, host });
}

/** Reads flags such as `--port 53` or `--port=53`. */
export function flagsOf(argv: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  argv.forEach((word, index) => {
    const [name = '', value = argv[index + 1]] = word.replace(/^--/, '').split('=');
    if (word.startsWith('--') && value !== undefined) flags.set(name, value);
  });
  return flags;
}
