/**
 * The marks that everything made by a run carries, and by which `sweep` finds it after a crash.
 * Nothing without such a mark is ever removed.
 */
import { createHash } from 'node:crypto';

/** Label keys on Kubernetes objects. */
export const labelKeys = {
  run: 'kuryr-conformance.io/run',
  scenario: 'kuryr-conformance.io/scenario',
} as const;

/** What the tag of an OpenStack object starts with; the run id follows. */
export const tagPrefix = 'kuryr-conformance:run=';

const longestLabel = 63;
const digestLength = 8;

/** Makes a text fit for a label value or a name, unique also when it has to be cut. */
export function slug(text: string, longest: number = longestLabel): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (plain.length <= longest && plain.length > 0) {
    return plain;
  }
  const digest = createHash('sha256').update(text).digest('hex').slice(0, digestLength);
  const head = plain.slice(0, longest - digestLength - 1).replace(/-+$/, '');
  return head === '' ? digest : `${head}-${digest}`;
}

/** The labels of a Kubernetes object made by a run, for one scenario of it. */
export function labelsFor(runId: string, scenario?: string): Record<string, string> {
  return {
    [labelKeys.run]: runId,
    ...(scenario === undefined ? {} : { [labelKeys.scenario]: slug(scenario) }),
  };
}

/** The tag of an OpenStack object made by a run. */
export function tagFor(runId: string): string {
  return `${tagPrefix}${runId}`;
}

/** The label selector for what one run has made, or any run. */
export function selectorFor(runId?: string): string {
  return runId === undefined ? labelKeys.run : `${labelKeys.run}=${runId}`;
}

/** The run id in a list of tags, if the object was made by a run. */
export function runOfTags(tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.startsWith(tagPrefix))?.slice(tagPrefix.length);
}
