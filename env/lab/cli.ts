/**
 * The "lab" commands: up, status, down, logs, shell, soak, record, sweep.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { lock } from 'proper-lockfile';

import { hostEnvironment } from '../config.ts';
import { StackError } from '../errors.ts';
import { sweep } from '../sweep.ts';
import type { Leftover } from '../sweep/leftover.ts';
import { logOf } from './base/daemons.ts';
import { restarts } from './kuryr/processes.ts';
import { type Layout, layoutOf, workerName } from './base/layout.ts';
import { enter } from './base/machines.ts';
import type { Say } from './base/steps.ts';
import { down } from './down.ts';
import { describeMachines, machinesByName } from './machines.ts';
import { memoryUse } from './memory.ts';
import {
  defaultWorkers,
  type LabShape,
  type PodMode,
  podModes,
  profileNames,
  workersProblem,
} from './pod-mode.ts';
import { complaintsOf, programGrowth, soak, wholeGrowth, wordsOfGrowth } from './soak.ts';
import { record, recordingFolder } from './record.ts';
import { readState } from './state.ts';
import { inspect, type Link } from './status.ts';
import { up } from './up/up.ts';

const say: Say = (line) => {
  process.stdout.write(`${line}\n`);
};

function theLayout(): Layout {
  return layoutOf(hostEnvironment().cacheHome);
}

/** Runs one command that changes the lab while no other one does. */
async function exclusively<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  await mkdir(layout.cache, { recursive: true, mode: 0o700 });
  const release = await lock(layout.cache, {
    stale: 10_000,
    update: 2_000,
    retries: { retries: 12, minTimeout: 1_000, maxTimeout: 1_000 },
  }).catch((cause: unknown) => {
    throw new StackError(
      'LAB_BUSY',
      'Starting a lab command: another "lab" command is at work on this host. Wait for it, or end it.',
      { cause },
    );
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

function workerCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 9) return count;
  throw new InvalidArgumentError('give a whole number from 1 to 9.');
}

function printLinks(links: readonly Link[]): boolean {
  for (const link of links)
    say(
      `${link.problem === undefined ? 'ok    ' : 'BROKEN'} ${link.name}${link.problem === undefined ? '' : `: ${link.problem}`}`,
    );
  const broken = links.filter((link) => link.problem !== undefined);
  const first = broken[0];
  say(
    first === undefined
      ? `The lab is healthy: ${links.length} links hold.`
      : `${broken.length} of ${links.length} links are broken; look first at "${first.name}": ${first.problem ?? ''}.`,
  );
  return first === undefined;
}

async function requireState(
  layout: Layout,
): Promise<NonNullable<Awaited<ReturnType<typeof readState>>>> {
  const state = await readState(layout);
  if (state !== undefined) return state;
  throw new StackError(
    'LAB_NOT_UP',
    'Looking for the lab: none is up on this host. Start one with "npm run lab -- up".',
  );
}

function kuryrDaemons({ workers }: LabShape): string[] {
  const nodes = Array.from({ length: workers }, (_, index) => workerName(index));
  return ['kuryr-controller', ...nodes.map((node) => `kuryr-daemon-${node}`)];
}

async function status(): Promise<boolean> {
  const layout = theLayout();
  const state = await requireState(layout);
  say(`kubeconfig   ${layout.kubeconfig}`);
  say(`clouds.yaml  ${layout.cloudsYaml} (cloud "lab")`);
  for (const [name, version] of Object.entries(state.components))
    say(`${name.padEnd(24)} ${version}`);
  for (const sentence of state.standIns) say(`stand-in: ${sentence}`);
  if (!state.isComplete) say('The last "lab up" did not go through; run it again.');
  const { processes, mebibytes, byProgram } = await memoryUse();
  const kuryr = state.isComplete
    ? await restarts(layout, kuryrDaemons(state))
    : new Map<string, number>();
  for (const [name, count] of kuryr)
    if (count > 0) say(`${name} was started again ${count} times.`);
  const largest = [...byProgram].toSorted(([, a], [, b]) => b - a).slice(0, 5);
  say(
    `${processes} processes use ${mebibytes} MiB (proportional set size), most of it: ${largest.map(([name, size]) => `${name} ${size}`).join(', ')}.`,
  );
  return printLinks(await inspect(layout, state));
}

/** Hands the terminal to a program and gives its exit status. */
async function handOver(argv: readonly string[]): Promise<number> {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

async function logs(name: string, options: { follow?: boolean; lines: string }): Promise<number> {
  const layout = theLayout();
  const file = logOf(layout, name);
  if (!existsSync(file)) {
    const known = existsSync(layout.logs) ? await readdir(layout.logs) : [];
    throw new StackError(
      'LAB_NO_LOG',
      `Looking for the log of "${name}": there is none. Known: ${known.map((each) => each.replace(/\.log$/, '')).join(', ') || 'none, no lab is up'}.`,
    );
  }
  return handOver(['tail', '-n', options.lines, ...(options.follow === true ? ['-F'] : []), file]);
}

async function shell(name: string, command: readonly string[]): Promise<number> {
  const layout = theLayout();
  const state = await requireState(layout);
  const machines = machinesByName(describeMachines(layout, state));
  const machine = machines.get(name);
  if (machine === undefined) {
    throw new StackError(
      'LAB_NO_MACHINE',
      `Opening a shell in "${name}": the lab has ${[...machines.keys()].join(', ')}.`,
    );
  }
  return handOver([...enter(machine), ...(command.length === 0 ? ['bash'] : command)]);
}

async function sweepLab(options: { dryRun?: boolean; run?: string }): Promise<void> {
  const layout = theLayout();
  await requireState(layout);
  const { found, removed, failed } = await sweep(
    { kubeconfigPath: layout.kubeconfig, cloudsYamlPath: layout.cloudsYaml, cloudName: 'lab' },
    {
      isDryRun: options.dryRun === true,
      progress: say,
      ...(options.run === undefined ? {} : { runId: options.run }),
    },
  );
  if (found.length === 0)
    say(`Nothing is left of ${options.run === undefined ? 'any run' : `run ${options.run}`}.`);
  const told = options.dryRun === true ? found : removed;
  for (const each of told)
    say(`${options.dryRun === true ? 'Would remove' : 'Removed'} ${wordsFor(each)}`);
  for (const { leftover, reason } of failed) say(`FAILED ${wordsFor(leftover)}: ${reason}`);
  if (failed.length > 0) process.exitCode = 1;
}

function wordsFor({ kind, name, runId }: Leftover): string {
  return `${kind} ${name} (run ${runId})`;
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes > 0 && minutes <= 24 * 60) return minutes;
  throw new InvalidArgumentError('give a number of minutes, at most 1440.');
}

async function soakThenSay(options: { minutes: number }): Promise<void> {
  const layout = theLayout();
  const state = await requireState(layout);
  const result = await soak(layout, state, { minutes: options.minutes, say });
  const complaints = complaintsOf(result);
  say(`Memory, first to last quarter: ${wordsOfGrowth(wholeGrowth(result))}. By program:`);
  for (const growth of programGrowth(result)) say(`  ${wordsOfGrowth(growth)}`);
  for (const complaint of complaints) say(`COMPLAINT ${complaint}`);
  say(
    `${result.cycles} cycles, ${result.failures.length} failed; ${complaints.length} complaints.`,
  );
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

async function downThenSay(): Promise<void> {
  const layout = theLayout();
  await exclusively(layout, () => down(layout, say));
  say(`The lab is down. What was built stays in ${layout.cache}.`);
}

async function recordThenSay(options: { out: string }): Promise<void> {
  const steps = await record(options.out, say);
  say(`Recorded ${steps} steps in ${options.out}.`);
}

interface UpWords {
  readonly pods: PodMode;
  readonly nodes?: number;
  readonly kubernetesServer?: string;
}

async function upThenSay(options: UpWords, command: Command): Promise<void> {
  const shape: LabShape = {
    podMode: options.pods,
    workers: options.nodes ?? defaultWorkers[options.pods],
  };
  const problem = workersProblem(shape);
  if (problem !== undefined) command.error(problem);
  const layout = theLayout();
  const startedMs = Date.now();
  await exclusively(layout, () =>
    up(
      layout,
      {
        ...shape,
        ...(options.kubernetesServer === undefined
          ? {}
          : { kubernetesRelease: options.kubernetesServer }),
      },
      say,
    ),
  );
  say(
    `The lab is up after ${Math.round((Date.now() - startedMs) / 1000)} s. KUBECONFIG=${layout.kubeconfig}`,
  );
  say(`Next: npm run conformance -- --profile ${profileNames[options.pods]}`);
}

const podsOption = new Option(
  '--pods <mode>',
  '"nested": VLAN subports of their node (nested-vlan); "bare": ports of the hypervisor that is their node (neutron-vif)',
)
  .choices(podModes)
  .default(podModes[0]);

/** The command "lab" with everything below it. */
export function labCommand(): Command {
  const lab = new Command('lab').description(
    'the real Kuryr, Kubernetes, Neutron, Octavia and OVN on this Linux host (root)',
  );
  lab
    .command('up')
    .description('starts the lab, or what is missing of it; the first time it builds what it needs')
    .addOption(podsOption)
    .option('--nodes <count>', 'number of worker nodes (2; with bare pods 1)', workerCount)
    .option(
      '--kubernetes-server <archive>',
      'an upstream kubernetes-server-linux-amd64.tar.gz, instead of downloading or building one',
    )
    .action(upThenSay);
  lab
    .command('status')
    .description('walks the chain the lab depends on and names the broken link (exit 1)')
    .action(async () => {
      process.exitCode = (await status()) ? 0 : 1;
    });
  lab
    .command('down')
    .description('ends the lab and leaves nothing behind but the cache')
    .action(downThenSay);
  lab
    .command('logs')
    .description('prints the log of a part')
    .argument('<name>', 'such as kuryr-controller, neutron or kubelet-n1')
    .option('-f, --follow', 'goes on as the log grows')
    .option('-n, --lines <count>', 'how many lines from the end', '100')
    .action(async (name: string, options: { follow?: boolean; lines: string }) => {
      process.exitCode = await logs(name, options);
    });
  lab
    .command('shell')
    .description('opens a shell in a machine of the lab, or runs a command there')
    .argument('<node>', 'such as n1, control-plane, hypervisor, cloud or outside')
    .argument('[command...]', 'put "--" before a command with options')
    .action(async (node: string, command: string[]) => {
      process.exitCode = await shell(node, command);
    });
  lab
    .command('soak')
    .description('lets pods, services and policies come and go, then judges health and memory')
    .option('--minutes <count>', 'how long', minutesOf, 120)
    .action(soakThenSay);
  lab
    .command('record')
    .description('writes down what the parts answer to a fixed script, for contract tests')
    .option('--out <folder>', 'where to', recordingFolder)
    .action(recordThenSay);
  lab
    .command('sweep')
    .description('removes what interrupted runs of the suite have left in the lab')
    .option('--dry-run', 'only says what it would remove')
    .option('--run <id>', 'only what this run has left')
    .action(sweepLab);
  return lab;
}
