/**
 * The chain from Kubernetes' objects to somebody who is reached: its links have the same names wherever a
 * broken one is named.
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
