/**
 * Waits for the service account that Kubernetes makes in a new namespace: before it is there, the API
 * server refuses pods.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '#env';
import type { Cluster } from '../cluster/cluster.ts';

const withinMs = 60_000;
const everyMs = 200;

/** Waits until pods can be made in a namespace. */
export async function untilServiceAccount(cluster: Cluster, namespace: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const account = await cluster.access.find(
      `Reading the service account of namespace "${namespace}"`,
      ({ core }) => core.readNamespacedServiceAccount({ namespace, name: 'default' }),
    );
    if (account !== undefined) {
      return;
    }
    await pause(everyMs);
  }
  throw new StackError(
    'SERVICE_ACCOUNT_MISSING',
    `Preparing namespace "${namespace}": Kubernetes has made no service account in it within ${withinMs / 1_000} s. ` +
      'Check the controller manager.',
  );
}
