/**
 * The records of the cluster DNS: the project's own name rules over Services and Endpoints, followed
 * through the Kubernetes API as any DNS server of a cluster follows them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterNames } from '../images/programs/cluster-names.mjs';
import { KubeWatch } from '../images/programs/kube-watch.mjs';
import type { NameSource } from './dataplane/data-plane.ts';
import type { World } from './world.ts';

/** Where the API is, who asks, and the folder in which token and authority may be kept. */
export interface NamesAccess {
  readonly url: string;
  readonly token: string;
  readonly caFile: string;
  readonly folder: string;
}

/** Follows the services of a cluster and answers questions about their names. */
export async function followNames(
  world: World,
  { url, token, caFile, folder }: NamesAccess,
): Promise<NameSource & AsyncDisposable> {
  const tokenFile = join(folder, 'dns.token');
  await writeFile(tokenFile, token, { mode: 0o600 });
  const watch = (path: string): KubeWatch<never> =>
    new KubeWatch({
      api: { url, tokenFile, caFile },
      path,
      log: (event) => {
        world.log('cluster-dns', JSON.stringify(event));
      },
    });
  const [services, endpoints] = [watch('/api/v1/services'), watch('/api/v1/endpoints')];
  const running = Promise.all([services.run(), endpoints.run()]);
  const names = new ClusterNames(
    { services: services.items, endpoints: endpoints.items },
    'cluster.local',
  );
  return {
    answer: (query) =>
      services.isSynced && endpoints.isSynced ? names.answer(query) : { rcode: 'SERVFAIL' },
    [Symbol.asyncDispose]: async () => {
      services.stop();
      endpoints.stop();
      await running;
    },
  };
}
