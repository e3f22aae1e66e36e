/**
 * Kuryr's own programs as containers, where Kuryr is installed as pods: the process answers the probes of
 * its pod with the health of the controller or daemon that really works in this stack.
 */
import type { Server } from 'node:http';
import { flagsOf } from './cluster-dns.ts';
import type { HealthSource, Program } from './program.ts';

/** A program of Kuryr's: `[--health-port PORT]`. */
export function kuryrProgram(part: Parameters<HealthSource['status']>[0]['part']): Program {
  return (context) => {
    const port = Number(flagsOf(context.argv).get('health-port') ?? 8090);
    const http = context.sockets.modules().http as {
      createServer(
        handler: (
          request: { url?: string },
          response: { writeHead(status: number): { end(): void } },
        ) => void,
      ): Server;
    };
    const server = http.createServer(({ url = '/' }, response) => {
      const source = context.health();
      // Until it has started, Kuryr answers nobody.
      const status =
        source === undefined
          ? Promise.resolve(503)
          : source.status({ part, node: context.hostname, path: url }).catch(() => 503);
      void status.then((code) => {
        response.writeHead(code).end();
      });
    });
    server.listen({ port, host: '0.0.0.0' });
  };
}
