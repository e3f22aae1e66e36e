/**
 * Takes a namespace away and waits until nothing of it is left in OpenStack. What stays is listed, and
 * fails the scenario that has made it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Budgets, type BudgetSpec, StackError } from '#env';
import { footprintLines, type FootprintView } from '../cloud/footprint.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { LeakError } from '../fixtures/leak.ts';
import { progress } from '../progress.ts';
import { type Reading, readWithin } from '../reading.ts';

/** A namespace that is to go. */
export interface Removal {
  readonly cluster: Cluster;
  readonly budgets: Pick<Budgets, 'policyEffective' | 'namespaceDeleted' | 'census'>;
  readonly name: string;
  readonly footprint: Reading<FootprintView>;
}

const progressMs = 10_000;
const readMs = 60_000;
const looks = 3;

/** Deletes a namespace, waits until it and its footprint are gone, and throws a LeakError with what stays. */
export async function removeNamespace({
  cluster,
  budgets,
  name,
  footprint,
}: Removal): Promise<void> {
  // Seen once, the objects are found again by their ids after their names' owner is gone.
  await seen(footprint);
  await removePolicies(cluster, name, budgets.policyEffective);
  await cluster.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const rest = await emptied(`namespace ${name}`, budgets.namespaceDeleted, () =>
    remainsOf(cluster, name),
  );
  const leaked = await emptied(`OpenStack objects of namespace ${name}`, budgets.census, async () =>
    footprintLines(await readWithin(footprint, readMs)),
  );
  const lines = [...rest.map((line) => `in Kubernetes: ${line}`), ...leaked];
  if (lines.length > 0) {
    throw new LeakError(
      `Removing namespace "${name}": this is still there, ${budgets.namespaceDeleted.withinMs / 1_000} s for the namespace ` +
        `and ${budgets.census.withinMs / 1_000} s for its OpenStack objects after its deletion.\n` +
        lines.map((line) => `  ${line}`).join('\n'),
    );
  }
}

/** Looks a few times, as one stumble of an API would leave the objects unknown. */
async function seen(footprint: Reading<FootprintView>): Promise<void> {
  for (let left = looks - 1; left > 0; left -= 1) {
    const view = await looked(() => readWithin(footprint, readMs));
    if (!(view instanceof StackError)) return;
    progress(view.message);
  }
  await readWithin(footprint, readMs);
}

/**
 * Policies go while their pods are there: Kuryr 10.0.0 does not get rid of a policy once a port of its
 * namespace is back in the pool (vif_pool.py, remove_sg_from_pools). Whether they go is no matter here.
 */
async function removePolicies(
  cluster: Cluster,
  namespace: string,
  budget: BudgetSpec,
): Promise<void> {
  const policies = async (): Promise<string[]> => {
    const { items } = await cluster.access.call(
      `Listing policies of namespace "${namespace}"`,
      ({ networking }) => networking.listNamespacedNetworkPolicy({ namespace }),
    );
    return items.map(({ metadata }) => metadata?.name ?? '');
  };
  for (const name of await policies()) {
    const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
    await cluster.remove({ ...kind, metadata: { namespace, name } });
  }
  await emptied(`policies of namespace ${namespace}`, budget, policies);
}

/** Looks until a list is empty or the budget is spent; gives what is left then. */
async function emptied(
  what: string,
  budget: BudgetSpec,
  look: () => Promise<string[]>,
): Promise<string[]> {
  const started = performance.now();
  let told = started;
  for (;;) {
    const seen = await looked(look);
    const elapsedMs = performance.now() - started;
    if (Array.isArray(seen) && (seen.length === 0 || elapsedMs > budget.withinMs)) {
      return seen;
    }
    if (seen instanceof StackError && elapsedMs > budget.withinMs) {
      throw seen;
    }
    if (performance.now() - told > progressMs) {
      told = performance.now();
      const first = Array.isArray(seen) ? `${seen[0] ?? ''} is still there` : seen.message;
      progress(`${what}: ${first} after ${Math.round(elapsedMs / 1_000)} s`);
    }
    await pause(budget.everyMs);
  }
}

/** An API that stumbles once must not end the wait; if it never recovers, it is reported. */
async function looked<T>(look: () => Promise<T>): Promise<T | StackError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof StackError) {
      return error;
    }
    throw error;
  }
}

async function remainsOf(cluster: Cluster, name: string): Promise<string[]> {
  const namespace = await cluster.access.find(`Reading namespace "${name}"`, ({ core }) =>
    core.readNamespace({ name }),
  );
  if (namespace === undefined) {
    return [];
  }
  const said = (namespace.status?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ message }) => message ?? '')
    .join(' ');
  return [[`namespace ${name} ${namespace.status?.phase ?? ''}`, ...remainders(said)].join(', ')];
}

/** Kubernetes says in long sentences what it still finds in a namespace; the figures are enough. */
export function remainders(said: string): string[] {
  const resources = [...said.matchAll(/(\S+?)\.? has (\d+) resource instances/g)];
  const finalizers = [...said.matchAll(/(\S+) in (\d+) resource instances/g)];
  return [
    ...resources.map(([, what, count]) => `${count ?? ''} ${what ?? ''}`),
    ...finalizers.map(([, what, count]) => `${count ?? ''} held by ${what ?? ''}`),
  ];
}
