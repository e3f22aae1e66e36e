/**
 * The mutating webhook of OpenShift's fork, 4.2 to 4.10: it makes the resolvers of new pods ask over
 * TCP, because with an Octavia before 2.13 a service cannot have a listener for each protocol.
 */
import type { Axes } from '../world.ts';
import type { Pod } from './api/resources.ts';
import { type ApiVersion, isAtLeast, minorOf } from './release.ts';

/** Changes a pod before it is stored. */
export type PodMutator = (pod: Pod) => Pod;

const option = 'use-vc';
const lastWithWebhook = 10;

/** The mutation that a cluster gets; undefined where nobody deploys the webhook. */
export function podMutator(
  world: { readonly axes: Pick<Axes, 'cluster'> },
  octaviaApi: ApiVersion,
): PodMutator | undefined {
  const { cluster } = world.axes;
  if (cluster.kind !== 'openshift') return undefined;
  const minor = minorOf(cluster.release);
  // The operator of 4.2 deploys it without asking for Octavia's version.
  const isDeployed = minor === 2 || (minor <= lastWithWebhook && !isAtLeast(octaviaApi, [2, 13]));
  return isDeployed ? withTcpDns : undefined;
}

function withTcpDns(pod: Pod): Pod {
  const { dnsConfig } = pod.spec;
  const options = dnsConfig?.options ?? [];
  if (options.some(({ name }) => name === option)) return pod;
  return {
    ...pod,
    spec: { ...pod.spec, dnsConfig: { ...dnsConfig, options: [...options, { name: option }] } },
  };
}
