/**
 * What a namespace needs of a stack, opened on any two APIs, with a broker of its own and with budgets
 * that suit a test.
 */
import { connectBroker, loadProfile, OpenStackSession, type StackAccess, startBroker } from '#env';
import { Cloud } from '../cloud/cloud.ts';
import { openCluster } from '../cluster/cluster.ts';
import type { NamespaceContext } from './namespace.ts';

/** A context that has to be closed. */
export interface OpenContext extends AsyncDisposable {
  readonly context: NamespaceContext;
}

/** Opens a context on both APIs of a stack, with the profile of a file. */
export async function openContext(access: StackAccess, profileFile: string): Promise<OpenContext> {
  const profile = await loadProfile(profileFile);
  const broker = await startBroker(profile.limits);
  const leases = await connectBroker(broker.socketPath);
  const cluster = await openCluster(access);
  const quick = { withinMs: 300, everyMs: 20, consecutive: 1 };
  const context: NamespaceContext = {
    cluster,
    cloud: new Cloud(await OpenStackSession.open(access), 'run-1'),
    leases,
    budgets: {
      ...profile.budgets,
      podReady: { name: 'podReady', ...quick },
      namespaceDeleted: { name: 'namespaceDeleted', ...quick },
      census: { name: 'census', ...quick },
    },
    profile,
    runId: 'run-1',
    scenario: 'pods reach each other',
  };
  return {
    context,
    [Symbol.asyncDispose]: async () => {
      cluster[Symbol.dispose]();
      await leases[Symbol.asyncDispose]();
      await broker.close();
    },
  };
}
