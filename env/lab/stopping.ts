/**
 * Programs that end and are started again. Those of Kuryr's stand under what looks after them as the kubelet
 * would; while a program is to stay away, that one stands still. The APIs of the cloud and of Kubernetes
 * nobody looks after.
 */
import { readFile } from 'node:fs/promises';

import { StackError } from '../errors.ts';
import type { StoppablePart, WayBack } from '../stack.ts';
import { cgroupHost, daemonGroup, processesIn } from './base/cgroups.ts';
import { stopDaemon } from './base/daemons.ts';
import { addresses, type Layout } from './base/layout.ts';
import { enter, type Machine } from './base/machines.ts';
import { succeeds } from './base/shell.ts';
import { waitFor } from './base/wait.ts';
import { cloudApis, waitForApi } from './cloud/services.ts';
import { apiServerDaemon, startApiServer, waitForApiServer } from './cluster/control-plane.ts';
import type { LabMachines } from './machines.ts';

interface Program {
  readonly daemon: string;
  readonly machine: Machine;
  readonly healthPort: number;
}

type KuryrPart = 'kuryr-controller' | 'kuryr-daemon';

function programsOf(part: KuryrPart, { cloud, workers }: LabMachines): Program[] {
  return part === 'kuryr-controller'
    ? [{ daemon: part, machine: cloud, healthPort: addresses.controllerHealthPort }]
    : workers.map(({ machine }) => ({
        daemon: `kuryr-daemon-${machine.name}`,
        machine,
        healthPort: addresses.daemonHealthPort,
      }));
}

/** Ends a program and keeps it away; gives the process that looks after it. */
async function end({ daemon }: Program): Promise<number> {
  const pids = await processesIn(daemonGroup(await cgroupHost(), daemon));
  const words = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  const keeper = pids[words.findIndex((line) => line.includes('\0liveness\0'))];
  if (keeper === undefined) {
    throw new StackError(
      'LAB_NO_PROCESS',
      `Ending "${daemon}": nothing looks after it. "npm run lab -- up" starts it again.`,
    );
  }
  process.kill(keeper, 'SIGSTOP');
  for (const pid of pids.filter((one) => one !== keeper)) process.kill(pid, 'SIGKILL');
  return keeper;
}

async function startAgain({ daemon, machine, healthPort }: Program, keeper: number): Promise<void> {
  process.kill(keeper, 'SIGCONT');
  const url = `http://127.0.0.1:${healthPort}/ready`;
  await waitFor({ until: `"${daemon}" says it is ready at ${url}`, withinMs: 180_000 }, () =>
    succeeds([...enter(machine), 'curl', '-sf', '-m', '5', '-o', '/dev/null', url]),
  );
}

async function stopKuryr(machines: LabMachines, part: KuryrPart): Promise<WayBack> {
  const programs = programsOf(part, machines);
  const ended = await Promise.all(
    programs.map(async (program) => ({ program, keeper: await end(program) })),
  );
  return async () => {
    await Promise.all(ended.map(({ program, keeper }) => startAgain(program, keeper)));
  };
}

interface Lab {
  readonly layout: Layout;
  readonly machines: LabMachines;
}

async function stopApi(
  { layout, machines }: Lab,
  daemon: keyof typeof cloudApis,
): Promise<WayBack> {
  await stopDaemon(daemon);
  return async () => {
    await cloudApis[daemon].start(layout, machines.cloud);
    await waitForApi(layout, daemon);
  };
}

/** The other programs of Kubernetes, and those of Kuryr, wait for it as they do anywhere. */
async function stopKubernetesApi({ layout, machines }: Lab): Promise<WayBack> {
  await stopDaemon(apiServerDaemon);
  return async () => {
    await startApiServer(layout, machines.controlPlane);
    await waitForApiServer(layout);
  };
}

/** Ends a part on all its machines; the way back waits until it is ready again. */
export async function stopPart(lab: Lab, part: StoppablePart): Promise<WayBack> {
  if (part === 'kubernetes') return stopKubernetesApi(lab);
  if (part === 'keystone' || part === 'neutron') return stopApi(lab, part);
  if (part === 'octavia') return stopApi(lab, 'octavia-api');
  return stopKuryr(lab.machines, part);
}
