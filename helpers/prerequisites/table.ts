/**
 * All prerequisites in the order in which tables show them.
 */
import { cloudPrerequisites } from './cloud-prerequisites.ts';
import type { Prerequisite } from './prerequisite.ts';
import { quotaPrerequisites } from './quotas.ts';

/** Every prerequisite. */
export const prerequisites = [...cloudPrerequisites, ...quotaPrerequisites] as const;

/** The id of a prerequisite. */
export type PrerequisiteId = (typeof prerequisites)[number]['id'];

/** Finds a prerequisite by its id. */
export function prerequisiteOf(id: PrerequisiteId): Prerequisite {
  // The type of the ids is made of this very list.
  return prerequisites.find((candidate) => candidate.id === id) as Prerequisite;
}
