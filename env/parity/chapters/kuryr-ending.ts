/**
 * The end of Services, pods and the namespace, and what is left of them.
 */
import { objectIn, textIn } from '../recorder.ts';
import type { Cluster } from './cluster.ts';
import { finalizers, type Pods } from './kuryr-pods.ts';

/** Records the end. */
export async function ending(cluster: Cluster, pods: Pods): Promise<void> {
  const { recorder, namespace } = cluster;
  const since = await cluster.version('services');
  await cluster.remove('Service echo goes', ['services', 'echo']);
  await cluster.history(['services', 'echo'], since, { end: finalizers });
  await cluster.history(['kuryrloadbalancers', 'echo'], since, { end: finalizers });
  await cluster.remove('Service front goes', ['services', 'front']);
  for (const name of ['echo', 'front']) {
    await recorder.ask(`no load balancer of Service ${name}`, [
      'octavia',
      { path: '/v2/lbaas/loadbalancers', query: { name: `${namespace}/${name}` } },
    ]);
  }
  const before = await cluster.version('pods');
  await cluster.remove('pod near goes', ['pods', 'near']);
  await cluster.history(['pods', 'near'], before, { end: finalizers });
  await cluster.history(['kuryrports', 'near'], before, { end: finalizers });
  await recorder.ask('no port of pod near', [
    'neutron',
    { path: '/v2.0/ports', query: { fixed_ips: `ip_address=${pods.near}`, fields: 'name' } },
  ]);
  await namespaceGoes(cluster);
}

async function namespaceGoes(cluster: Cluster): Promise<void> {
  const { recorder, namespace } = cluster;
  const network = await cluster.find(['kuryrnetworks', namespace]);
  const { netId } = objectIn(network ?? {}, 'status') as { netId?: string };
  const path = `/api/v1/namespaces/${namespace}`;
  const { body } = await recorder.lookAtKubernetes({ path });
  const since = textIn(objectIn(body, 'metadata'), 'resourceVersion');
  await recorder.askKubernetes('the namespace goes', { method: 'DELETE', path });
  await recorder.wait({ until: 'the namespace is gone', withinMs: 420_000 }, async () => {
    const { status } = await recorder.lookAtKubernetes({ path });
    return status === 404 ? status : undefined;
  });
  const events = await recorder.watched(
    `/api/v1/namespaces?fieldSelector=metadata.name%3D${namespace}`,
    since,
  );
  recorder.states(
    'the end of the namespace',
    events.map((event) => {
      const phase = textIn(objectIn(objectIn(event, 'object'), 'status'), 'phase');
      return event['type'] === 'DELETED' ? 'gone' : phase;
    }),
  );
  await recorder.wait({ until: 'the network of the namespace is gone' }, async () => {
    const { status } = await recorder.look('neutron', { path: `/v2.0/networks/${netId ?? ''}` });
    return status === 404 ? status : undefined;
  });
  recorder.states('the end of the network of the namespace', ['there', 'gone']);
}
