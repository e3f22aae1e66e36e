/**
 * The daemons of the cloud, one function each: how it is started and when it counts as up.
 */
import got from 'got';

import { addresses, type Layout } from '../base/layout.ts';
import { isAlive, logOf, startDaemon } from '../base/daemons.ts';
import { enter, type Machine, on } from '../base/machines.ts';
import { neutronEnv, pythonEnv } from '../base/python.ts';
import { attempt, succeeds } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';

const socket = '/run/mysqld/mysqld.sock';

/**
 * Of Neutron and its database. One process answers for all networks, and everybody waits for it: among equals
 * it stood in the queue for a processor nearly as long as it ran (9 s of 20).
 */
const firstInLine = -10;

async function lastLines(layout: Layout, name: string): Promise<string> {
  const tail = (await attempt(['tail', '-n', '5', logOf(layout, name)])) ?? '(no log)';
  return `process ${(await isAlive(name)) ? 'alive' : 'ended'}, end of its log:\n${tail}`;
}

/** Waits until a URL answers with any of the expected status codes. */
export async function waitForHttp(
  layout: Layout,
  target: { readonly daemon: string; readonly url: string; readonly withinMs: number },
): Promise<void> {
  await waitFor(
    {
      until: `"${target.daemon}" answers at ${target.url}`,
      withinMs: target.withinMs,
      found: () => lastLines(layout, target.daemon),
    },
    async () => {
      const answer = await got(target.url, {
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { request: 5000 },
      });
      return answer.statusCode < 400;
    },
  );
}

/** Starts MariaDB on a unix socket only, tuned for a database that need not survive a power cut. */
export async function startMariadb(layout: Layout, machine: Machine): Promise<void> {
  await on(machine, 'install', '-d', '-o', 'mysql', '-g', 'mysql', '/run/mysqld');
  await startDaemon(layout, {
    name: 'mariadb',
    machine,
    niceness: firstInLine,
    argv: [
      'mariadbd',
      '--user=mysql',
      '--skip-networking',
      `--socket=${socket}`,
      '--pid-file=/run/mysqld/mysqld.pid',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      '--sync-binlog=0',
      '--innodb-flush-method=nosync',
      '--innodb-doublewrite=0',
      '--innodb-buffer-pool-size=96M',
      '--innodb-log-file-size=24M',
      '--performance-schema=0',
      '--max-connections=400',
    ],
  });
  await waitFor(
    {
      until: 'MariaDB accepts connections',
      withinMs: 60_000,
      found: () => lastLines(layout, 'mariadb'),
    },
    () => succeeds([...enter(machine), 'mariadb', '-S', socket, '-e', 'select 1']),
  );
}

interface Wsgi {
  readonly name: string;
  readonly port: number;
  readonly script: string;
  readonly user?: string;
  readonly config?: string;
  /** Memory in MiB above which the worker is started anew between requests. */
  readonly renewAbove?: number;
  /** Seconds after which a request that has no answer yet ends its worker, which is then started anew. */
  readonly longest?: number;
}

/** Seconds that requests have to end when a worker is renewed; nobody is answered until it is gone. */
const mercy = 8;

function renewal(mebibytes: number): string[] {
  // Threads of the ovn provider never end by themselves: without this, uWSGI waits for them for a minute.
  return [`--reload-on-rss=${mebibytes}`, `--worker-reload-mercy=${mercy}`];
}

function uwsgi(service: Wsgi): string[] {
  return [
    'uwsgi_python3',
    '--http-socket',
    `${addresses.api}:${service.port}`,
    '--plugins',
    'python3',
    '--master',
    '--lazy-apps',
    '--enable-threads',
    '--die-on-term',
    '--processes',
    '1',
    '--threads',
    '8',
    '--listen',
    '100',
    '--buffer-size',
    '65535',
    '--add-header',
    'Connection: close',
    ...(service.renewAbove === undefined ? [] : renewal(service.renewAbove)),
    ...(service.longest === undefined ? [] : [`--harakiri=${service.longest}`]),
    ...(service.user === undefined ? [] : ['--uid', service.user, '--gid', service.user]),
    ...(service.config === undefined ? [] : ['--pyargv', `--config-file ${service.config}`]),
    '--wsgi-file',
    `/usr/bin/${service.script}`,
  ];
}

/** Starts Keystone; its token cache lives in the process, so there is exactly one. */
export async function startKeystone(layout: Layout, machine: Machine): Promise<void> {
  await startDaemon(layout, {
    name: 'keystone',
    machine,
    env: pythonEnv,
    argv: uwsgi({
      name: 'keystone',
      port: addresses.keystonePort,
      script: 'keystone-wsgi-public',
      user: 'keystone',
    }),
  });
  await waitForHttp(layout, {
    daemon: 'keystone',
    url: `http://${addresses.api}:${addresses.keystonePort}/v3`,
    withinMs: 90_000,
  });
}

/** Starts Neutron's server, which carries the API, the OVN maintenance and the periodic work. */
export async function startNeutron(layout: Layout, machine: Machine): Promise<void> {
  await on(machine, 'mkdir', '-p', '/run/lock/neutron');
  await startDaemon(layout, {
    name: 'neutron',
    machine,
    niceness: firstInLine,
    env: neutronEnv,
    argv: [
      'neutron-server',
      '--config-file',
      '/etc/neutron/neutron.conf',
      '--config-file',
      '/etc/neutron/plugins/ml2/ml2_conf.ini',
    ],
  });
}

/** Starts Octavia's API. */
export async function startOctaviaApi(layout: Layout, machine: Machine): Promise<void> {
  await on(machine, 'mkdir', '-p', '/run/octavia');
  await startDaemon(layout, {
    name: 'octavia-api',
    machine,
    env: pythonEnv,
    argv: uwsgi({
      name: 'octavia-api',
      port: addresses.octaviaPort,
      script: 'octavia-wsgi',
      config: '/etc/octavia/octavia.conf',
      // It keeps a connection and some memory of each call of the ovn provider; it starts with about 100 MiB.
      renewAbove: 240,
      // Green and other threads share locks in it: once in hours one hangs, and all the others with it.
      longest: 45,
    }),
  });
}

/** Starts the agent of Octavia's ovn provider. */
export async function startDriverAgent(layout: Layout, machine: Machine): Promise<void> {
  await startDaemon(layout, {
    name: 'octavia-driver-agent',
    machine,
    env: pythonEnv,
    argv: ['octavia-driver-agent', '--config-file', '/etc/octavia/octavia.conf'],
  });
}

/** The APIs that Kuryr is a client of, by the names of their daemons. */
export const cloudApis = {
  keystone: { start: startKeystone, port: addresses.keystonePort },
  neutron: { start: startNeutron, port: addresses.neutronPort },
  'octavia-api': { start: startOctaviaApi, port: addresses.octaviaPort },
} as const;

/** Waits until the API of a daemon answers. */
export async function waitForApi(layout: Layout, daemon: keyof typeof cloudApis): Promise<void> {
  const { port } = cloudApis[daemon];
  await waitForHttp(layout, {
    daemon,
    url: `http://${addresses.api}:${port}/`,
    withinMs: 120_000,
  });
}

/** Waits until Neutron and Octavia answer. */
export async function waitForNetworking(layout: Layout): Promise<void> {
  await waitForApi(layout, 'neutron');
  await waitForApi(layout, 'octavia-api');
  await waitFor(
    {
      until: "Octavia's driver agent listens",
      withinMs: 60_000,
      found: () => lastLines(layout, 'octavia-driver-agent'),
    },
    () => isAlive('octavia-driver-agent'),
  );
}
