/**
 * Kuryr's controller and CNI daemons as processes of the lab, each with its service account's token.
 */
import { readFile } from 'node:fs/promises';

import { logOf, startDaemon } from '../base/daemons.ts';
import { writeInto } from '../base/files.ts';
import type { HostFacts } from '../base/host.ts';
import { addresses, type Layout } from '../base/layout.ts';
import { enter, type Machine, on } from '../base/machines.ts';
import { pythonEnv } from '../base/python.ts';
import { attempt, succeeds } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';
import type { Worker } from '../cluster/node.ts';
import type { PodMode } from '../pod-mode.ts';
import { conflist, kuryrFolder } from './config.ts';
import { kuryrMount } from './programs.ts';

/** What a Kuryr program needs beside its code. */
export interface KuryrIdentity {
  readonly config: string;
  readonly token: string;
  readonly authority: string;
}

const restartMark = 'liveness: the program is started again';

const labDaemons = { nested: 'lab_daemon.py', bare: 'lab_bare_daemon.py' } as const;

/** Which program of the lab the CNI daemon is run by; undefined where this kernel runs the stock one. */
export function labDaemonFor(
  podMode: PodMode,
  facts: Pick<HostFacts, 'datapath' | 'vlan'>,
): (typeof labDaemons)[PodMode] | undefined {
  const isStock = podMode === 'nested' ? facts.vlan === '8021q' : facts.datapath === 'system';
  return isStock ? undefined : labDaemons[podMode];
}

async function daemonProgram(
  machine: Machine,
  podMode: PodMode,
  facts: HostFacts,
): Promise<string[]> {
  const file = labDaemonFor(podMode, facts);
  if (file === undefined) return [`${kuryrMount}/venv/bin/kuryr-daemon`];
  const path = `${kuryrFolder}/${file}`;
  await writeInto(machine, path, { text: await readFile(new URL(file, import.meta.url), 'utf8') });
  return [`${kuryrMount}/venv/bin/python`, path];
}

async function configure(machine: Machine, identity: KuryrIdentity): Promise<void> {
  await writeInto(machine, `${kuryrFolder}/kuryr.conf`, { text: identity.config, mode: '600' });
  await writeInto(machine, `${kuryrFolder}/token`, { text: identity.token, mode: '600' });
  await writeInto(machine, `${kuryrFolder}/ca.crt`, { text: identity.authority });
  await on(machine, 'mkdir', '-p', '/run/lock/kuryr');
}

/**
 * Does what the kubelet does for Kuryr's own deployment, whose programs count on it: three looks at /alive
 * in a row that fail end the program, and one that has ended is started again. Its children end with it, as
 * they would with their container: one that stays keeps the ports.
 */
const liveness = `
url=$1; shift
while :; do
  setsid "$@" & child=$!
  misses=0
  while sleep 10; kill -0 "$child" 2>/dev/null; do
    if curl -sf -m 5 -o /dev/null "$url"; then misses=0; else misses=$((misses + 1)); fi
    if [ "$misses" -ge 3 ]; then
      curl -s -m 5 "$url"
      kill -TERM "-$child"; sleep 10; kill -9 "-$child" 2>/dev/null
    fi
  done
  kill -9 "-$child" 2>/dev/null
  wait "$child"
  echo "$(date -u +%FT%TZ) ${restartMark}, after status $?"
done`;

function underLiveness(port: number, argv: readonly string[]): string[] {
  return ['sh', '-c', liveness, 'liveness', `http://127.0.0.1:${port}/alive`, ...argv];
}

/** How often each of Kuryr's programs was started again since the lab is up. */
export async function restarts(
  layout: Layout,
  daemons: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counted = daemons.map(async (name): Promise<[string, number]> => {
    const text = await attempt(['grep', '-c', restartMark, logOf(layout, name)]);
    return [name, Number(text ?? 0)];
  });
  return new Map(await Promise.all(counted));
}

async function waitUntilReady(
  layout: Layout,
  target: {
    readonly daemon: string;
    readonly machine: Machine;
    readonly port: number;
    readonly host: string;
  },
): Promise<void> {
  const url = `http://${target.host}:${target.port}/ready`;
  await waitFor(
    {
      until: `"${target.daemon}" says it is ready at ${url}`,
      withinMs: 180_000,
      found: async () =>
        (await attempt(['tail', '-n', '6', logOf(layout, target.daemon)])) ?? 'no log',
    },
    () => succeeds([...enter(target.machine), 'curl', '-sf', '-m', '5', '-o', '/dev/null', url]),
  );
}

/** Starts the controller beside the OpenStack APIs and waits until it is ready. */
export async function startController(
  layout: Layout,
  machine: Machine,
  identity: KuryrIdentity,
): Promise<void> {
  await configure(machine, identity);
  await startDaemon(layout, {
    name: 'kuryr-controller',
    machine,
    argv: underLiveness(addresses.controllerHealthPort, [
      `${kuryrMount}/venv/bin/kuryr-k8s-controller`,
      '--config-file',
      `${kuryrFolder}/kuryr.conf`,
    ]),
    env: { ...pythonEnv, KUBERNETES_NODE_NAME: 'control-plane' },
  });
  await waitUntilReady(layout, {
    daemon: 'kuryr-controller',
    machine,
    host: '127.0.0.1',
    port: addresses.controllerHealthPort,
  });
}

/** Starts the CNI daemon of a worker, waits until it is ready, and only then offers the network to the kubelet. */
export async function startCniDaemon(
  layout: Layout,
  worker: Worker,
  options: {
    readonly identity: KuryrIdentity;
    readonly facts: HostFacts;
    readonly podMode: PodMode;
  },
): Promise<void> {
  const { machine } = worker;
  await configure(machine, options.identity);
  const program = await daemonProgram(machine, options.podMode, options.facts);
  await startDaemon(layout, {
    name: `kuryr-daemon-${machine.name}`,
    machine,
    argv: underLiveness(addresses.daemonHealthPort, [
      ...program,
      '--config-file',
      `${kuryrFolder}/kuryr.conf`,
    ]),
    env: { KUBERNETES_NODE_NAME: machine.name },
  });
  await waitUntilReady(layout, {
    daemon: `kuryr-daemon-${machine.name}`,
    machine,
    host: '127.0.0.1',
    port: addresses.daemonHealthPort,
  });
  // Renamed into place, since the one that is there may be running.
  const plugin = '/opt/cni/bin/kuryr-cni';
  await on(machine, 'cp', `${kuryrMount}/kuryr-cni`, `${plugin}.new`);
  await on(machine, 'mv', `${plugin}.new`, plugin);
  await writeInto(machine, '/etc/cni/net.d/10-kuryr.conflist', { text: conflist });
}
