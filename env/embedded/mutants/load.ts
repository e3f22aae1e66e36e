/**
 * Finds the mutants: each is a file in a folder that is named after the part with the defect.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StackError } from '../../errors.ts';
import type { Deviations } from '../kuryr/release.ts';
import type { Levers } from './levers.ts';
import { isMended, type Mutant } from './mutant.ts';

/** A mutant with its id, which is its place: `folder/file`. */
export interface KnownMutant extends Mutant {
  readonly id: string;
}

const folder = new URL('.', import.meta.url);

/** The ids of all mutants, in alphabetical order. */
export function mutantIds(): string[] {
  return readdirSync(fileURLToPath(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => filesIn(name))
    .sort();
}

function filesIn(name: string): string[] {
  return readdirSync(fileURLToPath(new URL(`${name}/`, folder)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `${name}/${file.slice(0, -'.ts'.length)}`);
}

/** Loads one mutant. */
export async function loadMutant(id: string): Promise<KnownMutant> {
  if (!mutantIds().includes(id)) {
    throw new StackError(
      'MUTANT_UNKNOWN',
      `Loading mutant "${id}": there is no file env/embedded/mutants/${id}.ts.`,
    );
  }
  const [part = '', file = ''] = id.split('/');
  const loaded = (await import(`./${part}/${file}.ts`)) as { mutant?: Mutant };
  if (loaded.mutant === undefined) {
    throw new StackError(
      'MUTANT_UNKNOWN',
      `Loading mutant "${id}": env/embedded/mutants/${id}.ts exports no "mutant".`,
    );
  }
  return { ...loaded.mutant, id };
}

/** Loads all mutants. */
export function loadMutants(): Promise<KnownMutant[]> {
  return Promise.all(mutantIds().map(loadMutant));
}

/** None is left out, so that a new deviation is mended too. */
const mendedDeviations = {
  lastNamespaceWins: false,
  exceptionsUndoEachOther: false,
  portlessIsNamed: false,
  emptyRuleOnlyFirst: false,
  emptyValueIsMissing: false,
  emptySelectorNamesNobody: false,
  labelsUnfollowed: false,
  ignoresEndPort: false,
  selectedPeersPassedOver: false,
  onlyTcpWithoutProtocol: false,
  serviceEgressAtPodPort: false,
  namedTargetPortLosesClients: false,
  skippedListenerRaises: false,
  badTimeoutKills: false,
  ignoresTypeChange: false,
  ignoresAddressChange: false,
  forgetsFloatingIp: false,
  endpointsPileUp: false,
  leaksPortWithoutSubport: false,
} as const satisfies Record<keyof Deviations, false>;

/** Puts a mutant, and what its base asks for, into a stack that is about to be composed. */
export function applyMutant({ on, apply }: Mutant, levers: Levers): void {
  if (isMended(on)) {
    levers.settings((settings) => ({
      ...settings,
      deviations: { ...mendedDeviations, ...settings.deviations },
    }));
  }
  apply(levers);
}
