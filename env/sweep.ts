/**
 * Finds what a run has left behind, by its labels and tags alone, and removes it on request. Kubernetes
 * comes first, because Kuryr then takes its own objects away; tagged OpenStack objects follow.
 */
import { KubernetesAccess } from './access/kubernetes.ts';
import { OpenStackSession } from './access/openstack.ts';
import type { StackAccess } from './stack.ts';
import { clusterObjectsOf, removeClusterObjects } from './sweep/kubernetes.ts';
import type { Leftover } from './sweep/leftover.ts';
import { cloudObjectsOf, removeCloudObjects } from './sweep/openstack.ts';

/** What is swept, and how. */
export interface SweepOptions {
  /** Only what this run has made; without it, what any run has made. */
  readonly runId?: string;
  readonly isDryRun?: boolean;
  /** How long namespaces may take to go. */
  readonly withinMs?: number;
  readonly progress?: (text: string) => void;
}

/** What a sweep has found and what became of it. */
export interface SweepResult {
  readonly found: readonly Leftover[];
  readonly removed: readonly Leftover[];
  readonly failed: readonly { readonly leftover: Leftover; readonly reason: string }[];
}

const defaultWithinMs = 300_000;

/** Finds, and unless it is a dry run removes, what runs have left behind on a stack. */
export async function sweep(access: StackAccess, options: SweepOptions = {}): Promise<SweepResult> {
  using kubernetes = await KubernetesAccess.open(access.kubeconfigPath);
  const { cloudsYamlPath, cloudName } = access;
  const cloud = await OpenStackSession.open({ cloudsYamlPath, cloudName });
  const found = [
    ...(await clusterObjectsOf(kubernetes, options.runId)),
    ...(await cloudObjectsOf(cloud, options.runId)),
  ];
  if (options.isDryRun === true) {
    return { found, removed: [], failed: [] };
  }
  const progress = options.progress ?? ((): void => undefined);
  const withinMs = options.withinMs ?? defaultWithinMs;
  const outcomes = [
    ...(await removeClusterObjects(kubernetes, found, { withinMs, progress })),
    ...(await removeCloudObjects(cloud, found, progress)),
  ];
  return {
    found,
    removed: outcomes.filter(({ reason }) => reason === undefined).map(({ leftover }) => leftover),
    failed: outcomes.flatMap(({ leftover, reason }) =>
      reason === undefined ? [] : [{ leftover, reason }],
    ),
  };
}
