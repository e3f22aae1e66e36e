/**
 * What "drill" does: chooses drills, practises those that disturb nobody else side by side and the
 * others one after another, and writes down what came of each.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { newRunId, type Profile } from '#env';
import { duration } from '../../reports/summary.ts';
import type { Drill, RequirementId } from '../drills/drill.ts';
import { drills } from '../drills/drills.ts';
import {
  type DrillVerdict,
  drillVerdicts,
  look,
  practise,
  type PracticePlace,
  type Practised,
} from '../drills/practice.ts';
import { Interruption } from './interruption.ts';
import { knownProfile } from './profiles.ts';
import { named, root } from './project.ts';
import { exitStatus, UsageError } from './usage.ts';

/** Which drills are practised, and where. */
export interface DrillOrder {
  readonly only: readonly string[];
  readonly profile?: string;
  readonly atOnce: number;
  readonly out?: string;
  readonly iOwnThisStack?: boolean;
}

/** Prints every drill: what it breaks, and who must notice. */
export function listDrills(): void {
  for (const { id, requirement, layer, says, isBelow } of drills) {
    const where = isBelow === true ? ' (lab only)' : '';
    stdout.write(`${id.padEnd(26)}${requirement.padEnd(14)}${layer.padEnd(16)}${says}${where}\n`);
  }
}

/** Practises the chosen drills and returns the exit status. */
export async function runDrills(order: DrillOrder): Promise<number> {
  const chosen = choose(order.only);
  if (order.profile === undefined) {
    throw new UsageError(
      'Starting drills: no stack is chosen. Choose one with --profile, such as --profile lab.',
    );
  }
  const profile = await knownProfile(order.profile);
  refuseForeign(profile, order);
  const folder = order.out ?? join(root, 'reports/out', `drills-${newRunId()}`);
  mkdirSync(folder, { recursive: true });
  using interruption = new Interruption();
  const started = performance.now();
  const place: PracticePlace = {
    profile: order.profile,
    folder,
    say: (line) =>
      stdout.write(`[${duration(performance.now() - started).padStart(12)}] ${line}\n`),
    isOver: () => interruption.hasCome,
  };
  const results = await practiseAll(place, profile, { chosen, order });
  conclude(folder, results);
  return results.length < chosen.length ? exitStatus.undecided : statusOf(results);
}

function choose(only: readonly string[]): readonly Drill[] {
  for (const id of only.filter((name) => drills.every((drill) => drill.id !== name))) {
    throw new UsageError(
      `Choosing drill "${id}": the drills are ${named(drills.map((drill) => drill.id))}.`,
    );
  }
  return only.length === 0 ? drills : drills.filter(({ id }) => only.includes(id));
}

function refuseForeign({ stack, name }: Profile, { iOwnThisStack }: DrillOrder): void {
  if (stack === 'adopt' && iOwnThisStack !== true) {
    throw new UsageError(
      `Starting drills on profile "${name}": they damage load balancers, ports and security groups of a ` +
        'cluster that this project has not made. Say --i-own-this-stack if that is what you want.',
    );
  }
}

interface Work {
  readonly chosen: readonly Drill[];
  readonly order: DrillOrder;
}

async function practiseAll(
  place: PracticePlace,
  { stack }: Profile,
  { chosen, order }: Work,
): Promise<Practised[]> {
  const canGoBelow = stack === 'lab';
  const out = chosen.filter(({ isBelow }) => isBelow === true && !canGoBelow);
  const fit = chosen.filter((drill) => !out.includes(drill));
  const results: Practised[] = out.map((drill) => ({
    drill,
    verdict: 'not-applicable',
    message: 'Only the driver of a lab can do this.',
    deeds: [],
    looks: { before: 'not-run' },
    tookMs: 0,
  }));
  const runLane = async (lane: readonly Drill[]): Promise<void> => {
    const [first] = lane;
    if (first === undefined || place.isOver()) return;
    const before = { requirement: first.requirement, name: `${first.id}/before` };
    let now = await look(place, before);
    place.say(`${first.requirement}: ${now.verdict} before any fault`);
    for (const drill of lane) {
      if (place.isOver()) return;
      const result = await practise(place, drill, now);
      results.push(result);
      place.say(`${drill.id}: ${result.verdict}, after ${duration(result.tookMs)}`);
      if (result.looks.after !== undefined) now = { verdict: result.looks.after, message: '' };
    }
  };
  const together = lanesOf(fit.filter(({ isAlone }) => isAlone !== true));
  const takers = Array.from({ length: order.atOnce }, async () => {
    for (let lane = together.shift(); lane !== undefined; lane = together.shift()) {
      await runLane(lane);
    }
  });
  await Promise.all(takers);
  for (const lane of lanesOf(fit.filter(({ isAlone }) => isAlone === true))) await runLane(lane);
  return results;
}

/** Puts the drills of one requirement in a row. */
function lanesOf(some: readonly Drill[]): (readonly Drill[])[] {
  const lanes = new Map<RequirementId, Drill[]>();
  for (const drill of some) {
    lanes.set(drill.requirement, [...(lanes.get(drill.requirement) ?? []), drill]);
  }
  return [...lanes.values()];
}

function conclude(folder: string, results: readonly Practised[]): void {
  const rows = results.map(({ drill, ...rest }) => {
    const { id, says, requirement, layer } = drill;
    return { id, says, requirement, layer, ...rest };
  });
  writeFileSync(join(folder, 'drills.json'), `${JSON.stringify(rows, undefined, 2)}\n`);
  stdout.write('\n');
  for (const { id, requirement, verdict, message } of rows) {
    const first = message.split('\n').slice(0, 2).join(' ').replace(/\s+/g, ' ');
    stdout.write(`${verdict.padEnd(15)}${id.padEnd(26)}${requirement.padEnd(14)}${first}\n`);
  }
  const counts = drillVerdicts
    .map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length] as const)
    .filter(([, number]) => number > 0);
  stdout.write(
    `\n${counts.map(([verdict, number]) => `${number} ${verdict}`).join(', ')}; details in ${folder}\n`,
  );
}

const bad: readonly DrillVerdict[] = ['missed', 'misexplained', 'not-healed'];

function statusOf(results: readonly Practised[]): number {
  const has = (some: readonly DrillVerdict[]): boolean =>
    results.some(({ verdict }) => some.includes(verdict));
  if (has(bad)) return exitStatus.notConformant;
  return has(['inconclusive']) ? exitStatus.undecided : exitStatus.good;
}
