/**
 * A mutant: the embedded stack with one deliberate defect, the requirements that must turn red for it, and
 * the link of the chain at which a diagnosis must find it.
 */
import type { Layer } from '../../chain.ts';
import type { Levers } from './levers.ts';

/** The stacks on which a mutant is tried, by the axis that matters to it. */
export const bases = {
  /** The default: the ovn provider, nested pods, the last Kuryr. */
  ovn: 'embedded',
  amphora: 'embedded-2024.1-amphora',
  /** Pods on ports of their node, without a trunk. */
  bare: 'embedded-neutron-vif',
  /** A cloud before Train, with the Kuryr of its time. */
  stein: 'embedded-stein-amphora',
  /** The first cloud, and the first Kuryr: without UDP. */
  queens: 'embedded-queens-amphora',
  openshift: 'embedded-openshift-4.6',
  /** The same on a cloud on which it forces resolvers to TCP. */
  'openshift-stein': 'embedded-openshift-4.6-stein',
  /** Ports that are made in advance. */
  pool: 'embedded-port-pool',
  /** A firewall that does not filter subports. */
  hybrid: 'embedded-hybrid-firewall',
  /** With time to search at random. */
  searching: 'embedded-nightly',
  /** The last Kuryr without its known deviations, so that what they break can be broken. */
  mended: 'embedded',
  /** The same with the amphora provider. */
  'mended-amphora': 'embedded-2024.1-amphora',
} as const;

/** A stack on which a mutant is tried. */
export type Base = keyof typeof bases;

/** Whether the Kuryr of a base is without its known deviations. */
export function isMended(base: Base | undefined): boolean {
  return base === 'mended' || base === 'mended-amphora';
}

/** One deliberate defect. */
export interface Mutant {
  /** What is wrong, in one sentence. */
  readonly fault: string;
  /** The real defect that it preserves, where there is one. */
  readonly origin?: string;
  /** The first is the one on which it is tried; the default is `ovn`. */
  readonly on?: Base;
  /** The requirements that must turn red; none for a harmless one, under which all stays green. */
  readonly breaks: readonly string[];
  /**
   * Requirements that may turn red too, because a part of the chain is theirs as well; "POL-*" stands for
   * all whose ids begin so.
   */
  readonly mayBreak?: readonly string[];
  /** Set when every scenario may notice, as one that leaves something behind does. */
  readonly isEverywhere?: true;
  /** The link that is broken, or the links that one fault breaks at once; none for a harmless one. */
  readonly layer?: Layer | readonly Layer[];
  /** Puts the defect into a stack that is about to be composed. */
  readonly apply: (levers: Levers) => void;
}
