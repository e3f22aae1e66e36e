/**
 * Faults on loopback servers: each strikes what the run has made and nothing else, once, and is taken
 * back at the end of its scene.
 */
import { expect, test } from '@playwright/test';
import { labelsFor } from '#env';
import { startTestCloud, type TestCloud } from '../../env/testing/cloud.ts';
import { startTestKubernetes, type TestKubernetes } from '../../env/testing/kubernetes.ts';
import { openCloud } from '../cloud/cloud.ts';
import { exampleShelves } from '../cloud/testing.ts';
import { openCluster } from '../cluster/cluster.ts';
import { loseFloatingIp, removeListener, removeMember } from './balancer-faults.ts';
import { suspendPart } from './lower-faults.ts';
import { disablePorts, openGroups, untagPorts } from './network-faults.ts';
import { type Fault, Scene } from './scene.ts';
import { keepStriking } from './striking.ts';

const runId = 'run-1';

interface Servers extends AsyncDisposable {
  readonly cloud: TestCloud;
  readonly kubernetes: TestKubernetes;
}

/** The example cloud, and a cluster in which the run owns the namespace "demo" with its ready pod. */
async function servers(owner: string = runId): Promise<Servers> {
  const rules = { '/network/v2.0/security-group-rules': [] };
  const cloud = await startTestCloud({ shelves: { ...exampleShelves(), ...rules } });
  const kubernetes = await startTestKubernetes();
  const metadata = { name: 'demo', uid: 'uid-1', labels: labelsFor(owner) };
  kubernetes.put('/api/v1/namespaces', { metadata });
  kubernetes.put('/api/v1/namespaces/demo/pods', {
    metadata: { name: 'a', namespace: 'demo' },
    spec: { nodeName: 'n1' },
    status: { podIP: '10.20.0.98', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  return {
    cloud,
    kubernetes,
    async [Symbol.asyncDispose]() {
      await cloud[Symbol.asyncDispose]();
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}

async function sceneOn({ cloud, kubernetes }: Servers): Promise<Scene> {
  const access = {
    kubeconfigPath: kubernetes.kubeconfigPath,
    cloudsYamlPath: cloud.cloudsYamlPath,
    cloudName: 'test',
  };
  const [clusterSide, cloudSide] = [await openCluster(access), await openCloud({ access, runId })];
  return new Scene(runId, { cluster: clusterSide, cloud: cloudSide, faults: undefined });
}

async function strikeTwice(place: Servers, fault: Fault): Promise<Scene> {
  const scene = await sceneOn(place);
  await fault(scene);
  await fault(scene);
  return scene;
}

const row = (place: Servers, path: string, id: string): Record<string, unknown> | undefined =>
  place.cloud.shelves[path]?.find((object) => object.id === id);

test.describe('a fault', () => {
  test('switches the port of a ready pod off, once, and on again at the end', async () => {
    await using place = await servers();
    const scene = await strikeTwice(place, disablePorts);

    expect(scene.deeds).toEqual(['switched the port of pod a off']);
    expect(row(place, '/network/v2.0/ports', 'pod-port')).toMatchObject({ admin_state_up: false });
    await scene[Symbol.asyncDispose]();

    expect(row(place, '/network/v2.0/ports', 'pod-port')).toMatchObject({ admin_state_up: true });
  });

  test('leaves alone what another run has made', async () => {
    await using place = await servers('run-2');
    const before = structuredClone(place.cloud.shelves);

    for (const fault of [
      disablePorts,
      untagPorts,
      openGroups,
      removeMember,
      removeListener('TCP'),
    ]) {
      await using scene = await strikeTwice(place, fault);

      expect(scene.deeds).toEqual([]);
    }
    expect(place.cloud.shelves).toEqual(before);
  });

  test('opens the security group of a policy and closes it again', async () => {
    await using place = await servers();
    const scene = await strikeTwice(place, openGroups);
    const rules = (): unknown[] => place.cloud.shelves['/network/v2.0/security-group-rules'] ?? [];

    expect(scene.deeds).toEqual(['opened security group sg/demo-deny to everybody']);
    expect(rules()).toEqual([
      expect.objectContaining({ security_group_id: 'sg-1', direction: 'ingress' }),
    ]);
    await scene[Symbol.asyncDispose]();

    expect(rules()).toEqual([]);
  });

  test('takes the floating IP of a Service off its port', async () => {
    await using place = await servers();
    await using scene = await strikeTwice(place, loseFloatingIp('detach'));

    expect(scene.deeds).toEqual(['took floating IP 172.24.4.151 off its port']);
    expect(row(place, '/network/v2.0/floatingips', 'fip-1')).toMatchObject({ port_id: null });
  });

  test('takes the same member away again when Kuryr has put it back', async () => {
    await using place = await servers();
    const balancer = row(place, '/lb/v2/lbaas/loadbalancers', 'lb-1');
    Object.assign(balancer ?? {}, { listeners: [{ id: 'li-t' }] });
    const path = '/lb/v2/lbaas/pools/po-t/members';
    const [first, other] = place.cloud.shelves[path] ?? [];
    await using scene = await strikeTwice(place, removeMember);

    expect(place.cloud.shelves[path]).toEqual([other]);
    place.cloud.shelves[path]?.push({ ...first, id: 'm3' });
    await removeMember(scene);

    expect(place.cloud.shelves[path]).toEqual([other]);
    expect(scene.deeds).toHaveLength(2);
  });

  test('that goes below the APIs says when the driver offers no way to do so', async () => {
    await using place = await servers();
    await using scene = await sceneOn(place);

    await expect(suspendPart('kuryr-daemon')(scene)).rejects.toMatchObject({
      code: 'STACK_NOT_DISTURBABLE',
    });
    expect(scene.deeds).toEqual([]);
  });

  test('keeps striking, says what keeps it from it, and ends when it is told to', async () => {
    await using place = await servers();
    await using scene = await sceneOn(place);
    let looks = 0;
    const striking = keepStriking(
      scene,
      () => {
        looks += 1;
        return looks < 3 ? Promise.reject(new Error('nothing there yet')) : Promise.resolve();
      },
      5,
    );

    await expect.poll(() => looks).toBeGreaterThan(3);
    expect(striking.trouble).toBeUndefined();
    await striking[Symbol.asyncDispose]();
    const atEnd = looks;
    await new Promise((resolve) => setTimeout(resolve, 30));

    expect(looks).toBe(atEnd);
  });
});
