/**
 * What a diagnosis finds: a link of the chain from a pod to whoever reaches it, and what is wrong with it.
 */

/** The links of the chain, in the order in which one depends on the ones before it. */
export const layers = [
  'kubernetes',
  'namespace network',
  'pod',
  'port',
  'subport',
  'security group',
  'router',
  'load balancer',
  'listener',
  'pool',
  'member',
  'floating ip',
  'dns',
  'clean-up',
] as const;

/** A link of the chain. */
export type Layer = (typeof layers)[number];

/** A broken link, and one sentence about it. */
export interface Finding {
  readonly layer: Layer;
  readonly sentence: string;
}

/** Makes a finding. */
export function found(layer: Layer, sentence: string): Finding {
  return { layer, sentence };
}

/** The finding that explains the others: the one whose link comes first. */
export function firstOf(findings: readonly Finding[]): Finding | undefined {
  return findings.toSorted((a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer))[0];
}

/** Each thing that may be wrong, with whether it is. */
export type Checks = readonly (readonly [isBroken: boolean, text: string])[];

/** The findings among some checks of one link. */
export function told(checks: Checks, say: (text: string) => Finding): Finding[] {
  return checks.filter(([isBroken]) => isBroken).map(([, text]) => say(text));
}
