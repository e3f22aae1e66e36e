/**
 * The health of the controller over HTTP, as its probes ask for it, and its figures as Prometheus reads
 * them. Both are on one port here; a real controller has 8082 and 9654.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer to a probe. */
export interface HealthAnswer {
  readonly status: number;
  readonly text: string;
}

/** What is asked. */
export interface HealthReports {
  ready(): Promise<HealthAnswer>;
  alive(): HealthAnswer;
  metrics(): Promise<string>;
}

/** A running health server. */
export interface HealthServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves health on loopback. */
export async function serveHealth(reports: HealthReports): Promise<HealthServer> {
  const answer = async (path: string): Promise<HealthAnswer> => {
    switch (path) {
      case '/ready':
        return reports.ready();
      case '/alive':
        return reports.alive();
      case '/metrics':
        return { status: 200, text: await reports.metrics() };
      default:
        return { status: 404, text: 'not found' };
    }
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    answer(pathname)
      .catch((error: unknown) => ({ status: 500, text: (error as Error).message }))
      .then(({ status, text }) => {
        response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
      })
      .catch(() => {
        response.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
