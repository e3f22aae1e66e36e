/**
 * What a diagnosis finds: a link of the chain from a pod to whoever reaches it, and what is wrong with it.
 */
import { type Layer, layers } from '#env';

/** A broken link, and one sentence about it. */
export interface Finding {
  readonly layer: Layer;
  readonly sentence: string;
  /** The pod whose link it is, as namespace/name. */
  readonly pod?: string;
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
