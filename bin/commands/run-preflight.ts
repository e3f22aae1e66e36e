/**
 * What "preflight" does: reaches the stack without opening it as one that runs Kuryr already, judges what
 * applies to its profile, and prints a table.
 */
import { stdout } from 'node:process';
import { hostStack, openStack, type Profile, type StackAccess } from '#env';
import { mendText, preflight, prerequisites, whyNotApplicable } from '#helpers';
import { catalogue } from '../../suites/requirements/index.ts';
import { requirementOf } from '../../suites/requirements/prerequisites.ts';
import type { PreflightOptions } from './preflight.ts';
import { type PreflightLine, preflightStatus, preflightTable } from './preflight-table.ts';
import { knownProfile } from './profiles.ts';

/** Judges the prerequisites of a profile's stack and returns the exit status. */
export async function runPreflight(options: PreflightOptions): Promise<number> {
  const profile = await knownProfile(options.profile);
  await using hosted = await hostStack(options.profile);
  const access = hosted?.access ?? (await accessOf(profile));
  const plan = prerequisites.map(({ id, name }) => ({ id, name, ...applicabilityOf(id, profile) }));
  const { project, rows } = await preflight({
    access,
    profile,
    prerequisites: plan.filter(({ reason }) => reason === undefined).map(({ id }) => id),
    isCloudOnly: options.cloudOnly === true,
  });
  const lines = plan.map(({ id, name, requirement, level, reason }): PreflightLine => {
    const row = rows.find((judged) => judged.id === id);
    return row === undefined
      ? { requirement, level, name, notApplicable: reason ?? '' }
      : { requirement, level, ...row };
  });
  stdout.write(
    options.json === true
      ? `${JSON.stringify({ profile: profile.name, project, lines: lines.map(plain) }, undefined, 2)}\n`
      : `Prerequisites of profile "${profile.name}", project ${project ?? 'unknown'}\n\n${preflightTable(lines)}\n`,
  );
  return preflightStatus(lines);
}

function applicabilityOf(
  id: keyof typeof requirementOf,
  profile: Profile,
): Pick<PreflightLine, 'requirement' | 'level'> & { readonly reason: string | undefined } {
  const requirement = requirementOf[id];
  const row = catalogue.requirements.find((candidate) => candidate.id === requirement);
  return {
    requirement,
    level: row?.level ?? 'must',
    reason: row === undefined ? undefined : whyNotApplicable(row, profile),
  };
}

/** An adopted cloud is asked as it is: before an installation there is no Kuryr to be found on it. */
async function accessOf(profile: Profile): Promise<StackAccess> {
  const { connection } = profile;
  if (connection === undefined) {
    await using stack = await openStack(profile);
    return stack.access;
  }
  const { kubeconfig, cloudsYaml, cloud } = connection;
  return { kubeconfigPath: kubeconfig, cloudsYamlPath: cloudsYaml, cloudName: cloud };
}

function plain(line: PreflightLine): object {
  return 'mend' in line ? { ...line, mend: mendText(line.mend) } : line;
}
