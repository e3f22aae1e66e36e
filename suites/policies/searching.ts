/**
 * One try of a search: a policy is put into the town, judged by the table of all pods, and taken away.
 */
import {
  type Cluster,
  expectedTables,
  type Found,
  townTargets,
  type Visit,
  whyNotSettled,
  type Zone,
} from '#helpers';
import type { Vocabulary } from './arbitrary.ts';
import { type PlacedPolicy, tableUnder } from './semantics.ts';

type Budgets = Parameters<typeof whyNotSettled>[2];

/** What a try needs. */
export interface Trial {
  readonly town: Visit;
  readonly cluster: Cluster;
  readonly budgets: Readonly<Record<'answer' | 'policyEffective' | 'policyInForce', Budgets>>;
}

/** What policies at random may be written with in a town. */
export function wordsOf({ town, residents }: Visit, hasRanges: boolean): Vocabulary {
  return {
    subjects: residents,
    podLabels: { pod: ['a', 'b', 'c'], tier: ['front', 'back'], mark: [''] },
    namespaceLabels: { 'kc-zone': ['x', 'y', 'z'], 'kc-colour': ['red'] },
    here: town.here,
    blocks: [...Object.values(town.blocks), '0.0.0.0/0', ...residents.map(({ ip }) => `${ip}/32`)],
    ports: [...new Set(townTargets.map(({ port }) => port))],
    portNames: ['api', 'udp-8080'],
    hasRanges,
  };
}

/** Says what is wrong with a policy in the town; undefined when nothing is. */
export async function wrongInTown(
  placed: PlacedPolicy,
  { town, cluster, budgets }: Trial,
): Promise<string | undefined> {
  const { residents, probes } = town;
  const zone = zoneOf(placed, town);
  const name = `any-${(tried += 1)}`;
  await town.apply([{ zone, name, spec: placed.spec }]);
  const targets = townTargets.map((target) => ({ ...target, timeoutMs: budgets.answer.withinMs }));
  const expected = expectedTables(residents, targets, (target) =>
    tableUnder([placed], residents, target),
  );
  const what =
    (await whyNotSettled(
      cluster.kuryrNetworkPolicyOf(placed.namespace, name),
      { isApplied: true },
      budgets.policyEffective,
    )) ??
    (await whyNotSettled(probes.tablesOf(residents, targets), expected, budgets.policyEffective));
  await town.withdraw();
  return what ?? whyNotSettled(town.remains, [], budgets.policyEffective);
}

let tried = 0;

function zoneOf({ namespace }: PlacedPolicy, { town }: Visit): Zone {
  const found = town.residents.find((resident) => resident.namespace === namespace);
  if (found === undefined) {
    throw new Error(`No pod of the town lives in namespace "${namespace}".`);
  }
  return found.zone;
}

/** Says what a search has found, with everything by which it is found again. */
export function toldOf(found: Found<PlacedPolicy> | undefined, seed: number): string | undefined {
  return found === undefined
    ? undefined
    : [
        `Seed ${seed}, try ${found.tries}: a policy does not do what Kubernetes says. The smallest of ` +
          `${found.smallerTries} like it, in namespace "${found.value.namespace}":`,
        JSON.stringify(found.value.spec, undefined, 2),
        found.what,
        `To repeat it, set search.seed to ${seed} in the profile.`,
      ].join('\n');
}

/** How a run searches: as its profile says, and elsewhere in each run when that has no seed. */
export function seedOf(
  {
    search,
  }: {
    readonly search?: { tries: number; smaller: number; seed?: number | undefined } | undefined;
  },
  { runId }: { readonly runId: string },
): Searching {
  const { tries = 1, smaller = 0, seed } = search ?? {};
  return { tries, smaller, seed: seed ?? hashOf(runId) };
}

interface Searching {
  readonly tries: number;
  readonly smaller: number;
  readonly seed: number;
}

/** A number of 31 bits that follows from a text. */
function hashOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7);
}
