/**
 * Reads the facts of a node out of its Kubernetes object.
 */
import type { V1Node } from '@kubernetes/client-node';
import type { NodeFact } from '../stack.ts';

/** The facts of one node. */
export function nodeFactOf(node: V1Node): NodeFact {
  return {
    name: node.metadata?.name ?? '',
    internalIp: addressOf(node) ?? '',
    isReady: (node.status?.conditions ?? []).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    ),
    takesPods: takesPods(node),
    kubelet: node.status?.nodeInfo?.kubeletVersion ?? '',
  };
}

function addressOf(node: V1Node): string | undefined {
  return node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

function takesPods({ spec }: V1Node): boolean {
  const taints = spec?.taints ?? [];
  return (
    spec?.unschedulable !== true && taints.every(({ effect }) => effect === 'PreferNoSchedule')
  );
}
