/**
 * A DNS server for the services of a cluster, for labs without CoreDNS. It follows Services and Endpoints
 * of the API server; it knows no names outside of the cluster and asks nobody else.
 *
 *   node cluster-dns.mjs [--port 5353] [--bind 0.0.0.0] [--ready-port 8181] [--domain cluster.local]
 *                        [--api https://HOST:PORT] [--token-file FILE] [--ca-file FILE] [--log-queries true]
 *
 * Without --api it uses the service account of its pod. GET /ready on the ready port answers 200 once
 * everything has been listed, GET /health as long as it runs. Needs: list and watch of services and endpoints.
 */
import http from 'node:http';
import net from 'node:net';
import process from 'node:process';
import { ClusterNames } from './cluster-names.mjs';
import { flagsOf, serveDns } from './dns-server.mjs';
import { KubeWatch } from './kube-watch.mjs';

/** @typedef {import('./cluster-names.mjs').Service} Service */
/** @typedef {import('./cluster-names.mjs').Endpoints} Endpoints */

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * @param {Record<string, string>} flags
 * @param {NodeJS.ProcessEnv} environment
 * @returns {import('./kube-watch.mjs').Api}
 */
function apiOf(flags, environment) {
  if (flags['api'] !== undefined) {
    return { url: flags['api'], tokenFile: flags['token-file'], caFile: flags['ca-file'] };
  }
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  if (host === undefined) {
    throw new Error('finding the API server: KUBERNETES_SERVICE_HOST is not set; give --api');
  }
  return {
    url: `https://${net.isIPv6(host) ? `[${host}]` : host}:${port}`,
    tokenFile: flags['token-file'] ?? `${account}/token`,
    caFile: flags['ca-file'] ?? `${account}/ca.crt`,
  };
}

/**
 * Starts the server; every event goes to `log`.
 * @param {{ flags: Record<string, string>, environment: NodeJS.ProcessEnv, log: (event: object) => void }} options
 */
export async function startClusterDns({ flags, environment, log }) {
  const api = apiOf(flags, environment);
  /** @type {KubeWatch<Service>} */
  const services = new KubeWatch({ api, path: '/api/v1/services', log });
  /** @type {KubeWatch<Endpoints>} */
  const endpoints = new KubeWatch({ api, path: '/api/v1/endpoints', log });
  const names = new ClusterNames(
    { services: services.items, endpoints: endpoints.items },
    flags['domain'] ?? 'cluster.local',
  );
  const isReady = () => services.isSynced && endpoints.isSynced;
  const dns = await serveDns({
    port: Number(flags['port'] ?? 5353),
    bind: flags['bind'],
    answer: (query) => {
      const reply = isReady() ? names.answer(query) : { rcode: /** @type {const} */ ('SERVFAIL') };
      if (flags['log-queries'] === 'true') {
        log({ event: 'query', at: Date.now(), ...query, rcode: reply.rcode ?? 'NOERROR' });
      }
      return reply;
    },
  });
  const health = http.createServer((request, response) => {
    const isWell = request.url === '/health' || (request.url === '/ready' && isReady());
    response.writeHead(isWell ? 200 : 503).end(isWell ? 'ok\n' : 'not ready\n');
  });
  await new Promise((resolve, reject) => {
    health.once('error', reject);
    health.listen(Number(flags['ready-port'] ?? 8181), flags['bind'] ?? '0.0.0.0', () =>
      resolve(undefined),
    );
  });
  const running = Promise.all([services.run(), endpoints.run()]);
  const address = health.address();
  const readyPort = typeof address === 'object' && address !== null ? address.port : 0;
  log({ event: 'serving', port: dns.port, readyPort });
  const close = async () => {
    services.stop();
    endpoints.stop();
    dns.close();
    health.close();
    await running;
  };
  return { port: dns.port, readyPort, close };
}

if (process.argv[1]?.endsWith('cluster-dns.mjs') === true) {
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGINT', () => process.exit(0));
  try {
    await startClusterDns({
      flags: flagsOf(process.argv.slice(2)),
      environment: process.env,
      log: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
    });
  } catch (error) {
    process.stderr.write(
      `cluster-dns: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}
