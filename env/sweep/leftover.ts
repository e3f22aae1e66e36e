/**
 * What a sweep speaks about: kinds, leftovers, and what became of each.
 */

/** The kinds of things that are swept, in the order of their removal. */
export const sweptKinds = [
  'node',
  'namespace',
  'pod',
  'config map',
  'load balancer',
  'floating IP',
  'trunk',
  'port',
  'router',
  'subnet',
  'network',
  'security group',
] as const;

/** One thing that a run has left behind. */
export interface Leftover {
  readonly kind: (typeof sweptKinds)[number];
  readonly id: string;
  readonly name: string;
  readonly runId: string;
}

/** What became of one leftover; without a reason it is gone. */
export interface Outcome {
  readonly leftover: Leftover;
  readonly reason?: string;
}

/** Removes one leftover; what goes wrong is told in the outcome. */
export async function outcomeOf(leftover: Leftover, remove: () => Promise<void>): Promise<Outcome> {
  try {
    await remove();
    return { leftover };
  } catch (error) {
    // One thing that stays must not keep the rest; the result lists it.
    return { leftover, reason: (error as Error).message };
  }
}
