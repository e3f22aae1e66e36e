/**
 * The only door to the stacks: profiles, capabilities, budgets, access to the two APIs, marks and their
 * sweep, and `openStack`. Which driver answers is decided here, by the profile.
 */
import { loadProfile, type Profile } from './profile.ts';
import type { Cages } from './embedded/mutants/cages.ts';
import type { KnownMutant } from './embedded/mutants/load.ts';
import type { HostedStack, Stack } from './stack.ts';

export { KubernetesAccess, type KubernetesClients, KubernetesError } from './access/kubernetes.ts';
export { nodeFactOf } from './access/nodes.ts';
export { OpenStackError, isNotFound } from './access/openstack-error.ts';
export {
  type Collection,
  OpenStackSession,
  type Query,
  type ServiceRef,
  type ServiceRequest,
} from './access/openstack.ts';
export { RequestLog, type RequestRecord } from './access/request-log.ts';
export { type BudgetName, budgetNames, type Budgets, type BudgetSpec } from './budgets.ts';
export { connectBroker, type Lease, type Leases } from './broker/client.ts';
export { type LeaseKind, type LeaseLimits, leaseKinds } from './broker/protocol.ts';
export { wholePresence } from './broker/protocol.ts';
export { type Broker, startBroker } from './broker/server.ts';
export { type Layer, layers } from './chain.ts';
export { capabilities, type Capability, capabilityTexts, isCapability } from './capabilities.ts';
export {
  environmentOf,
  hostEnvironment,
  inheritedEnvironment,
  newRunId,
  runContext,
  type RunContext,
  runContextIfSet,
} from './config.ts';
export { CatalogueError, ProbeError, ProfileError, StackError } from './errors.ts';
export { labelKeys, labelsFor, runOfTags, selectorFor, slug, tagFor, tagPrefix } from './labels.ts';
export type { KnownFailure } from './profile-schema.ts';
export {
  type Connection,
  embeddedProfileNames,
  loadProfile,
  type Profile,
  profileNames,
} from './profile.ts';
export { defaultQuotaFigures, type QuotaFigureName, type QuotaFigures } from './quota-figures.ts';
export { redact, redactJson, Secret } from './redaction.ts';
export type { KnownMutant } from './embedded/mutants/load.ts';
export { bases as mutantBases, isMended } from './embedded/mutants/mutant.ts';
export {
  compareKuryr,
  compareSeries,
  type KuryrRelease,
  openStackSeries,
  type OpenStackSeries,
} from './series.ts';
export { lineOf as kuryrLineOf } from './profile-embedded.ts';
export type {
  EvidenceFile,
  FaultPort,
  HostedStack,
  NodeFact,
  PacketRule,
  ProcessHandle,
  Stack,
  StackAccess,
  StackFacts,
  StoppablePart,
  SuspendablePart,
  WayBack,
} from './stack.ts';
export { type Leftover, sweptKinds } from './sweep/leftover.ts';
export { sweep, type SweepOptions, type SweepResult } from './sweep.ts';

/** Opens the stack that a profile describes; the socket is that of one that this run has started. */
export async function openStack(profile: Profile, stackSocket?: string): Promise<Stack> {
  return drivers[profile.stack](profile, stackSocket);
}

/** Starts the stack that a profile describes, if it is one that lives and ends with a run. */
export async function hostStack(nameOrFile: string): Promise<HostedStack | undefined> {
  const { stack } = await loadProfile(nameOrFile);
  if (stack !== 'embedded') return undefined;
  const { hostEmbedded } = await import('./embedded/host.ts');
  return hostEmbedded(nameOrFile);
}

/** Gives the stack with one deliberate defect that a worker of such a run is to meet. */
export async function stackOfMutant(order: MutantOrder): Promise<string> {
  const { holdMutant } = await import('./embedded/mutants/cages.ts');
  return holdMutant(order.cage, order);
}

/** Which mutant, on which profile, in which process. */
export interface MutantOrder {
  readonly cage: string;
  readonly profile: string;
  readonly mutant: string;
}

/** Processes that hold stacks with deliberate defects. */
export async function startMutantCages(count: number): Promise<Cages> {
  const { startCages } = await import('./embedded/mutants/cages.ts');
  return startCages(count);
}

/** All deliberate defects that are known. */
export async function knownMutants(): Promise<KnownMutant[]> {
  const { loadMutants } = await import('./embedded/mutants/load.ts');
  return loadMutants();
}

type Driver = (profile: Profile, stackSocket: string | undefined) => Promise<Stack>;

// A driver is loaded when it is asked for: nobody pays for the tools of a stack they do not use.
const drivers: Readonly<Record<Profile['stack'], Driver>> = {
  embedded: async (profile, stackSocket) => {
    const { openEmbedded } = await import('./embedded/stack.ts');
    return openEmbedded(profile, stackSocket);
  },
  lab: async (profile) => {
    const { openLab } = await import('./lab/stack.ts');
    return openLab(profile);
  },
  adopt: async (profile) => {
    const { adopt } = await import('./site/adopt/stack.ts');
    return adopt(profile);
  },
};
