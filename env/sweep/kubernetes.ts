/**
 * The Kubernetes part of a sweep: namespaces and nodes that bear a run's label, and pods and ConfigMaps
 * with it in namespaces that are not ours.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { KubernetesAccess } from '../access/kubernetes.ts';
import { StackError } from '../errors.ts';
import { labelKeys, selectorFor } from '../labels.ts';
import { type Leftover, type Outcome, outcomeOf } from './leftover.ts';

/** How namespaces are waited for. */
export interface Patience {
  readonly withinMs: number;
  readonly progress: (text: string) => void;
}

const pollMs = 1_000;

/** Finds the labelled objects of one run, or of any run. */
export async function clusterObjectsOf(
  kubernetes: KubernetesAccess,
  runId: string | undefined,
): Promise<Leftover[]> {
  const labelSelector = selectorFor(runId);
  const [nodes, namespaces, pods, maps] = await Promise.all([
    kubernetes.call('Listing nodes made by runs', ({ core }) => core.listNode({ labelSelector })),
    kubernetes.call('Listing namespaces made by runs', ({ core }) =>
      core.listNamespace({ labelSelector }),
    ),
    kubernetes.call('Listing pods made by runs', ({ core }) =>
      core.listPodForAllNamespaces({ labelSelector }),
    ),
    kubernetes.call('Listing ConfigMaps made by runs', ({ core }) =>
      core.listConfigMapForAllNamespaces({ labelSelector }),
    ),
  ]);
  const ours = new Set(namespaces.items.map(({ metadata }) => metadata?.name));
  const isOutside = ({ metadata }: { metadata?: V1ObjectMeta }): boolean =>
    !ours.has(metadata?.namespace);
  return [
    ...nodes.items.map(({ metadata }) => leftoverOf('node', metadata)),
    ...namespaces.items.map(({ metadata }) => leftoverOf('namespace', metadata)),
    ...pods.items.filter(isOutside).map(({ metadata }) => leftoverOf('pod', metadata)),
    ...maps.items.filter(isOutside).map(({ metadata }) => leftoverOf('config map', metadata)),
  ];
}

function leftoverOf(kind: Leftover['kind'], metadata: V1ObjectMeta | undefined): Leftover {
  const name = metadata?.name ?? '';
  const id = metadata?.namespace === undefined ? name : `${metadata.namespace}/${name}`;
  return { kind, id, name: id, runId: metadata?.labels?.[labelKeys.run] ?? '' };
}

/** Removes the Kubernetes objects among the leftovers and waits until the namespaces are gone. */
export async function removeClusterObjects(
  kubernetes: KubernetesAccess,
  leftovers: readonly Leftover[],
  patience: Patience,
): Promise<Outcome[]> {
  const removals = leftovers.flatMap((leftover) => {
    const remove = removalOf(kubernetes, leftover, patience);
    return remove === undefined ? [] : [outcomeOf(leftover, remove)];
  });
  return Promise.all(removals);
}

function removalOf(
  kubernetes: KubernetesAccess,
  leftover: Leftover,
  patience: Patience,
): (() => Promise<void>) | undefined {
  const { kind, id } = leftover;
  if (kind === 'node') {
    return () => removeNode(kubernetes, id);
  }
  if (kind === 'namespace') {
    return () => removeNamespace(kubernetes, id, patience);
  }
  return kind === 'pod' || kind === 'config map'
    ? () => removeFrom(kubernetes, kind, id)
    : undefined;
}

/** With a node that has no machine its pods go too, which no kubelet would end. */
async function removeNode(kubernetes: KubernetesAccess, name: string): Promise<void> {
  await kubernetes.find(`Deleting node "${name}"`, ({ core }) => core.deleteNode({ name }));
}

async function removeFrom(
  kubernetes: KubernetesAccess,
  kind: 'pod' | 'config map',
  id: string,
): Promise<void> {
  const [namespace = '', name = ''] = id.split('/');
  await kubernetes.find(`Deleting ${kind} "${id}"`, async ({ core }) => {
    await (kind === 'pod'
      ? core.deleteNamespacedPod({ namespace, name })
      : core.deleteNamespacedConfigMap({ namespace, name }));
  });
}

async function removeNamespace(
  kubernetes: KubernetesAccess,
  name: string,
  { withinMs, progress }: Patience,
): Promise<void> {
  progress(`removing namespace "${name}"`);
  await kubernetes.find(`Deleting namespace "${name}"`, ({ core }) =>
    core.deleteNamespace({ name }),
  );
  await untilGone(kubernetes, name, withinMs);
}

async function untilGone(
  kubernetes: KubernetesAccess,
  name: string,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const namespace = await kubernetes.find(`Reading namespace "${name}"`, ({ core }) =>
      core.readNamespace({ name }),
    );
    if (namespace === undefined) {
      return;
    }
    if (performance.now() > deadline) {
      const said = namespace.status?.conditions?.find(
        ({ status, type }) => status === 'True' && type.includes('Remaining'),
      );
      throw new StackError(
        'NAMESPACE_STAYS',
        `Deleting namespace "${name}": it is still there after ${withinMs} ms (${said?.message ?? namespace.status?.phase ?? 'no reason given'}). ` +
          'Look for finalizers of Kuryr in it.',
      );
    }
    await pause(Math.min(pollMs, withinMs));
  }
}
