/**
 * Judges prerequisites outside of any run, for somebody who wants to know before installing what a cloud
 * lacks.
 */
import type { Profile, StackAccess } from '#env';
import { deadlineIn } from '../deadline.ts';
import { openCloud } from '../cloud/cloud.ts';
import { openCluster } from '../cluster/cluster.ts';
import { Platform } from './platform.ts';
import { judgePrerequisite, type PrerequisiteRow } from './prerequisite.ts';
import { type PrerequisiteId, prerequisiteOf } from './table.ts';

/** What is judged, and how it is reached. */
export interface PreflightOrder {
  readonly access: StackAccess;
  readonly profile: Profile;
  readonly prerequisites: readonly PrerequisiteId[];
  /** There is no cluster yet: nobody counts its Services. */
  readonly isCloudOnly: boolean;
}

/** The judgements, in the order in which they were asked for. */
export interface Preflight {
  /** The project whose quotas were read; undefined when it could not be told. */
  readonly project: string | undefined;
  readonly rows: readonly (PrerequisiteRow & { readonly id: PrerequisiteId })[];
}

const withinMs = 120_000;

/** Judges prerequisites; each question is asked once. */
export async function preflight(order: PreflightOrder): Promise<Preflight> {
  const { access, profile } = order;
  const cloud = await openCloud({ access, runId: 'preflight' });
  // Credentials that do not work are no finding about the cloud.
  await cloud.session.projectId();
  using cluster = order.isCloudOnly ? undefined : await openCluster(access);
  const platform = new Platform({
    cloud,
    profile,
    ...(cluster === undefined ? {} : { cluster }),
  });
  const questions = order.prerequisites.flatMap((id) => prerequisiteOf(id).asks);
  const signal = deadlineIn(withinMs);
  const facts = await platform.facts(['project', ...questions], signal);
  const { project } = facts;
  return {
    project: project !== undefined && 'value' in project ? project.value : undefined,
    rows: order.prerequisites.map((id) => ({
      id,
      ...judgePrerequisite(prerequisiteOf(id), facts, profile),
    })),
  };
}
