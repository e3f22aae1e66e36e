/**
 * A node that no machine stands behind: an object with an address, and pods that are bound to it and that
 * no kubelet will ever start. Kuryr's controller has to look for a trunk there all the same.
 */
import { setHeaderOptions, PatchStrategy } from '#kubernetes-client';
import { labelsFor } from '#env';
import type { Cluster } from './cluster.ts';

/** What a phantom node is called, where it seems to be, and whose it is. */
export interface PhantomPlan {
  readonly name: string;
  readonly address: string;
  readonly runId: string;
  readonly scenario: string;
}

/** A phantom node; disposal takes it and its pods away. */
export interface PhantomNode extends AsyncDisposable {
  readonly name: string;
  /** Binds a new pod to it, as a scheduler and a kubelet would until the pod's network is asked for. */
  bind(pod: { readonly namespace: string; readonly name: string }): Promise<void>;
}

/** Nobody but who asks for it by name is to land there. */
const taint = { key: 'kuryr-conformance.io/phantom', effect: 'NoSchedule' };

/** Adds a node without a machine to the cluster. */
export async function addPhantomNode(
  cluster: Cluster,
  { name, address, runId, scenario }: PhantomPlan,
): Promise<PhantomNode> {
  const labels = labelsFor(runId, scenario);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
  await cluster.apply({
    ...node,
    spec: { taints: [taint] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });
  const bound: { readonly namespace: string; readonly name: string }[] = [];
  return {
    name,
    bind: async (pod) => {
      bound.push(pod);
      await cluster.apply({
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { ...pod, labels } },
        spec: {
          nodeName: name,
          automountServiceAccountToken: false,
          containers: [{ name: 'none', image: 'localhost/kuryr-conformance/none:none' }],
        },
      });
      // The kubelet writes the address of its node into the pod before it asks for a network.
      await cluster.access.call(
        `Setting the host address of pod "${pod.namespace}/${pod.name}"`,
        ({ core }) =>
          core.patchNamespacedPodStatus(
            { ...pod, body: { status: { hostIP: address } } },
            setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
          ),
      );
    },
    [Symbol.asyncDispose]: async () => {
      for (const pod of bound) {
        // No kubelet would ever say that it has ended.
        await cluster.access.find(`Deleting pod "${pod.namespace}/${pod.name}"`, ({ core }) =>
          core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 }),
        );
      }
      await cluster.remove(node);
    },
  };
}
