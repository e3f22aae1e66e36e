/**
 * Kuryr between the two APIs: pods, Services, a policy and their end, with the objects of Kubernetes and
 * Neutron that stand for them, events, the order of states, and what becomes of packets.
 */
import { Recorder } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { Cluster } from './cluster.ts';
import { ending } from './kuryr-ending.ts';
import { makePods, podsOf } from './kuryr-pods.ts';
import { policies } from './kuryr-policies.ts';
import { services } from './kuryr-services.ts';
import type { Scene } from './scene.ts';

/** Records Kuryr. */
export async function kuryr(scene: Scene): Promise<Chapter> {
  const recorder = new Recorder('kuryr', scene.apis, ['0.0.0.0/0']);
  const cluster = new Cluster(recorder, scene);
  await makePods(cluster);
  const pods = await podsOf(cluster);
  const started = await services(cluster);
  await policies(cluster, { pods, address: started.address });
  await ending(cluster, pods);
  return recorder.chapter;
}
