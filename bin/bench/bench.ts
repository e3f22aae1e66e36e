/**
 * Benchmarks of the suite itself on the embedded stack, as ratios within one run: a busy or a slow
 * machine moves both sides. It asserts nothing; no test depends on a time.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, stdout } from 'node:process';
import {
  environmentOf,
  hostStack,
  inheritedEnvironment,
  loadProfile,
  newRunId,
  startBroker,
  StackError,
} from '#env';
import { defaultProfile, root } from '../commands/project.ts';
import { type Figures, figureType, tableOf } from './figures.ts';

const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
const starts = 5;

/** Measures and prints the table. */
export async function bench(): Promise<void> {
  stdout.write(`Load of this machine at the start: ${loadavg()[0]?.toFixed(1) ?? 'unknown'}.\n`);
  const rows = [...(await startsOfStacks()), ...(await tests())];
  stdout.write(`${tableOf(rows)}\nLoad at the end: ${loadavg()[0]?.toFixed(1) ?? 'unknown'}.\n`);
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [began, cpu] = [performance.now(), cpuOfChildren()];
  await work();
  return { ms: performance.now() - began, cpuMs: cpuOfChildren() - cpu };
}

/** User and system time of all children that have ended, from Linux; 0 elsewhere. */
function cpuOfChildren(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    // The name of the program, in brackets, may hold spaces; the fields count from behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[13]) + Number(fields[14]);
    return ticks * 10;
  } catch {
    return 0;
  }
}

async function startsOfStacks(): Promise<Figures[]> {
  const nodes: Cost[] = [];
  const stacks: Cost[] = [];
  const ups: number[] = [];
  for (let round = 0; round < starts; round++) {
    nodes.push(await costOf(() => ended(spawn(execPath, ['--eval', '0'], { stdio: 'ignore' }))));
    stacks.push(
      await costOf(async () => {
        const began = performance.now();
        await using stack = await hostStack(defaultProfile);
        ups.push(performance.now() - began);
        if (stack === undefined) throw notOurs();
      }),
    );
  }
  const node: Figures = { name: 'an empty node', unit: 'ms', values: nodes.map(({ ms }) => ms) };
  const nodeCpu: Figures = {
    name: 'an empty node, CPU',
    unit: 'CPU ms',
    values: nodes.map(({ cpuMs }) => cpuMs),
  };
  return [
    node,
    nodeCpu,
    { name: 'start of the stack', unit: 'ms', values: ups, against: node },
    {
      name: 'start and end of the stack, CPU',
      unit: 'CPU ms',
      values: stacks.map(({ cpuMs }) => cpuMs),
      against: nodeCpu,
    },
  ];
}

async function ended(child: ReturnType<typeof spawn>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
}

function notOurs(): StackError {
  return new StackError('BENCH_NO_STACK', `Starting "${defaultProfile}": it is no embedded stack.`);
}

async function tests(): Promise<Figures[]> {
  await using stack = await hostStack(defaultProfile);
  if (stack === undefined) throw notOurs();
  await using broker = await startBroker((await loadProfile(defaultProfile)).limits);
  const folder = await mkdtemp(join(tmpdir(), 'kc-bench-'));
  try {
    const context = {
      ...{ runId: newRunId(), outDir: folder, profile: defaultProfile },
      ...{ brokerSocket: broker.socketPath, stackSocket: stack.socketPath },
    };
    const report = join(folder, 'report.json');
    const words = ['test', '--project=bench', '--workers=1', '--reporter=json'];
    const env = {
      ...{ ...inheritedEnvironment(), ...environmentOf(context) },
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    };
    await ended(spawn(execPath, [playwright, ...words], { cwd: root, env, stdio: 'inherit' }));
    return figuresOf(JSON.parse(await readFile(report, 'utf8')) as Listed);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Listed {
  readonly title?: string;
  readonly suites?: readonly Listed[];
  readonly specs?: readonly {
    readonly title: string;
    readonly tests: readonly {
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
      readonly results: readonly { readonly duration: number; readonly status: string }[];
    }[];
  }[];
}

function figuresOf(report: Listed): Figures[] {
  const plain: Figures = {
    name: 'an empty test',
    unit: 'ms',
    values: durationsIn(report, 'an empty test'),
  };
  const singly: Figures = {
    name: 'table, one probe after another',
    unit: 'ms',
    values: figuresIn(report, 'one by one'),
  };
  return [
    plain,
    {
      name: 'an empty scenario',
      unit: 'ms',
      values: durationsIn(report, 'an empty scenario'),
      against: plain,
    },
    singly,
    {
      name: 'table of 81 cells, 72 blocked',
      unit: 'ms',
      values: figuresIn(report, 'batches'),
      against: singly,
    },
  ];
}

function durationsIn(suite: Listed, title: string): number[] {
  const inner = (suite.suites ?? []).flatMap((each) => durationsIn(each, title));
  const own = suite.title === title ? (suite.specs ?? []) : [];
  const results = own.flatMap(({ tests: all }) => all.flatMap((each) => each.results));
  return [
    ...inner,
    ...results.filter(({ status }) => status === 'passed').map((each) => each.duration),
  ];
}

function figuresIn(suite: Listed, name: string): number[] {
  const inner = (suite.suites ?? []).flatMap((each) => figuresIn(each, name));
  const annotations = (suite.specs ?? []).flatMap(({ tests: all }) =>
    all.flatMap((each) => each.annotations),
  );
  const own = annotations
    .filter(({ type }) => type === figureType)
    .map(({ description }) => JSON.parse(description ?? '{}') as { name: string; ms: number })
    .filter((each) => each.name === name);
  return [...inner, ...own.map(({ ms }) => ms)];
}
