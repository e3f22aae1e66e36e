/**
 * What a drill is: a fault of the running stack, the requirement that must turn red while it lasts, and
 * the words by which its failure names what is broken.
 */
import type { Fault } from '#helpers';
import type { catalogue } from '../../suites/requirements/index.ts';

/** The links of the chain from a pod to its client, at which something can be broken. */
export const layers = [
  'port',
  'subport',
  'security group',
  'network',
  'router',
  'load balancer',
  'listener',
  'pool',
  'member',
  'floating IP',
  'DNS',
  'Kuryr',
] as const;

/** The link of the chain that a drill breaks. */
export type Layer = (typeof layers)[number];

/** The id of a requirement of the catalogue. */
export type RequirementId = (typeof catalogue.requirements)[number]['id'];

/** One fault and what the suite must say about it. */
export interface Drill {
  readonly id: string;
  /** What is broken, as a sentence. */
  readonly says: string;
  readonly requirement: RequirementId;
  readonly layer: Layer;
  readonly fault: Fault;
  /** What the failure must say, so that a stranger looks at the right place. */
  readonly explains: RegExp;
  /** Whether only the driver of the stack can do it, below the public APIs. */
  readonly isBelow?: boolean;
  /** Whether it disturbs everybody on the stack, so that no other scenario may run meanwhile. */
  readonly isAlone?: boolean;
}
