/**
 * Pods: the way to a network, and the objects that stand for it.
 */
import { type Json, listIn, objectIn, textIn } from '../recorder.ts';
import type { Cluster, Track } from './cluster.ts';
import { programMap, servingPod } from './packets.ts';

const map = 'parity-packets';
/** The client shares a node with the near server. */
export const podNames = ['client', 'near', 'far'] as const;

/** A pod of the script. */
export type PodName = (typeof podNames)[number];

/** Addresses of the pods. */
export type Pods = Readonly<Record<PodName, string>>;

/** Makes the namespace and its pods, and waits for them. */
export async function makePods(cluster: Cluster): Promise<void> {
  const { recorder, scene, nodes } = cluster;
  await cluster.open();
  await recorder.lookAtKubernetes({
    ...{ method: 'POST', path: cluster.path('configmaps'), body: programMap(map) },
  });
  await recorder.wait({ until: 'the namespace has its account' }, () =>
    cluster.find(['serviceaccounts', 'default']),
  );
  const versions = new Map<PodName, string>();
  for (const name of podNames) {
    const node = (name === 'far' ? nodes[1] : nodes[0]) ?? '';
    const body = servingPod({ name, map, node }, scene.profile);
    versions.set(name, await cluster.make(`pod ${name}`, 'pods', body));
  }
  for (const name of podNames) {
    await cluster.until(`pod ${name} is ready`, ['pods', name], isReady);
  }
  const since = versions.get('client') ?? '';
  await cluster.history(['pods', 'client'], since, {
    phase: (pod) => textIn(objectIn(pod, 'status'), 'phase'),
    readiness: (pod) => (isReady(pod) ? 'ready' : 'not ready'),
    address: (pod) => (textIn(objectIn(pod, 'status'), 'podIP') === '' ? 'none' : 'one'),
    finalizers,
  });
  await cluster.history(['kuryrports', 'client'], since, { interface: vifState, finalizers });
}

/** Records what stands for the pods, and gives their addresses. */
export async function podsOf(cluster: Cluster): Promise<Pods> {
  const { recorder } = cluster;
  const found: [PodName, string][] = [];
  for (const name of podNames) {
    const pod = await cluster.find(['pods', name]);
    found.push([name, textIn(objectIn(pod ?? {}, 'status'), 'podIP')]);
  }
  const pods = Object.fromEntries(found) as Pods;
  await cluster.show('pod client when it is ready', ['pods', 'client']);
  await cluster.show('KuryrPort client', ['kuryrports', 'client']);
  await cluster.show('KuryrNetwork', ['kuryrnetworks', cluster.namespace]);
  await cluster.events('events of pod client', 'client');
  await recorder.ask('the port of pod client', [
    'neutron',
    { path: '/v2.0/ports', query: { fixed_ips: `ip_address=${pods.client}` } },
  ]);
  await recorder.ask('the network of the namespace', [
    'neutron',
    { path: '/v2.0/networks', query: { id: await networkOf(cluster) } },
  ]);
  await recorder.ask('the subnet of the namespace', [
    'neutron',
    { path: '/v2.0/subnets', query: { network_id: await networkOf(cluster) } },
  ]);
  await ways(cluster, pods);
  return pods;
}

async function networkOf(cluster: Cluster): Promise<string> {
  const network = await cluster.find(['kuryrnetworks', cluster.namespace]);
  return textIn(objectIn(network ?? {}, 'status'), 'netId');
}

async function ways(cluster: Cluster, { near, far }: Pods): Promise<void> {
  for (const protocol of ['tcp', 'udp'] as const) {
    await cluster.packets(`${protocol} to a pod of the same node`, 'client', {
      ...{ protocol, address: near, expected: 'near' },
    });
    await cluster.packets(`${protocol} to a pod of another node`, 'client', {
      ...{ protocol, address: far, expected: 'far' },
    });
    await cluster.packets(`${protocol} to a port that nobody serves`, 'client', {
      ...{ protocol, address: far, port: 9, expected: 'rejected' },
    });
  }
}

/** Tells whether a pod is ready. */
export function isReady(pod: Json): boolean {
  return listIn(objectIn(pod, 'status'), 'conditions').some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
}

/** The finalizers of an object, and whether it is to go. */
export const finalizers: Track = (object) => {
  const { finalizers: held = [], deletionTimestamp } = objectIn(object, 'metadata');
  const names = (held as string[]).join(' ') || 'none';
  return deletionTimestamp === undefined ? names : `${names}, to go`;
};

const vifState: Track = (port) => {
  const vif = objectIn(objectIn(objectIn(objectIn(port, 'status'), 'vifs'), 'eth0'), 'vif');
  const { active } = objectIn(vif, 'versioned_object.data');
  return active === undefined ? 'none' : active === true ? 'active' : 'not active';
};
