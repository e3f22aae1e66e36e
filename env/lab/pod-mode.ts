/**
 * The two ways in which the lab gives pods their Neutron ports: nested in their node's trunk, or bound
 * on the node itself, which then is the hypervisor.
 */
import type { Profile } from '../profile.ts';

/** The modes as the command line knows them; the first one is the default. */
export const podModes = ['nested', 'bare'] as const;

/** A way in which pods get their ports. */
export type PodMode = (typeof podModes)[number];

/** Name of each mode in Kuryr's configuration and in profiles. */
export const vifDrivers = {
  nested: 'nested-vlan',
  bare: 'neutron-vif',
} as const satisfies Record<PodMode, Profile['podMode']>;

/** The lab's own profile for each mode. */
export const profileNames = {
  nested: 'lab',
  bare: 'lab-bare',
} as const satisfies Record<PodMode, string>;

/** What a lab was asked to consist of. */
export interface LabShape {
  readonly workers: number;
  readonly podMode: PodMode;
}

/** How many workers there are unless the user says so. */
export const defaultWorkers = { nested: 2, bare: 1 } as const satisfies Record<PodMode, number>;

/** Says why a mode cannot have so many workers; undefined when it can. */
export function workersProblem({ podMode, workers }: LabShape): string | undefined {
  if (podMode === 'nested' || workers === 1) return undefined;
  return `Starting the lab with "--pods bare --nodes ${workers}": a bare node is a hypervisor, and the lab has one. Leave "--nodes" out, or take "--pods nested".`;
}

/** Says why a lab of one mode cannot be started over one of another; undefined when it can. */
export function otherModeProblem(up: PodMode | undefined, asked: PodMode): string | undefined {
  if (up === undefined || up === asked) return undefined;
  return `Starting the lab with "--pods ${asked}": one with "--pods ${up}" is up, or was begun. Take it down first: "npm run lab -- down".`;
}

/** Says why a profile does not fit the lab that is up; undefined when it does. */
export function profileProblem(
  up: PodMode,
  { name, podMode }: Pick<Profile, 'name' | 'podMode'>,
): string | undefined {
  if (vifDrivers[up] === podMode) return undefined;
  const other = up === 'nested' ? 'bare' : 'nested';
  return (
    `Opening the lab for profile "${name}": the profile says podMode "${podMode}", the lab that is up has "${vifDrivers[up]}" pods. ` +
    `Run "npm run conformance -- --profile ${profileNames[up]}", or change the lab with "npm run lab -- down" and "npm run lab -- up --pods ${other}".`
  );
}
