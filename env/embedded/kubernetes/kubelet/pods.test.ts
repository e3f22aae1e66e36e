import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { V1Pod } from '@kubernetes/client-node';
import { WebSocket } from 'ws';
import { testAuthority } from '../../../testing/tls.ts';
import {
  make,
  makeNamespace,
  type Manifest,
  startTestCluster,
  type TestCluster,
  until,
} from '../testing/cluster.ts';

let cluster: TestCluster;
const namespace = 'pods';

test.beforeAll(async () => {
  cluster = await startTestCluster();
  await makeNamespace(cluster, namespace);
});

test.afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

async function newPod(name: string, command: string[], more: object = {}): Promise<void> {
  await make(cluster, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'image:1', command, stdin: true }],
      ...more,
    },
  });
}

const newMap = (name: string, data: Record<string, string> = {}): Promise<Manifest> =>
  make(cluster, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data });

const read = (name: string): Promise<V1Pod | undefined> =>
  cluster.access.find('Reading a pod', ({ core }) => core.readNamespacedPod({ namespace, name }));

const phase = (name: string, wanted: string): Promise<V1Pod> =>
  until(async () => {
    const pod = await read(name);
    return pod?.status?.phase === wanted ? pod : undefined;
  });

const logOf = (name: string): Promise<string> =>
  cluster.access.call('Reading a log', ({ core }) =>
    core.readNamespacedPodLog({ namespace, name }),
  );

const readiness = (pod: V1Pod | undefined): string | undefined =>
  pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

test('a pod is ready soon, has the address of its plugin, and leaves nothing behind', async () => {
  const started = performance.now();
  const cpu = process.cpuUsage();
  await newPod('quick', ['sleep']);
  const pod = await phase('quick', 'Running');
  const took = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  test.info().annotations.push({
    type: 'figures',
    description: `${took} ms, ${(user + system) / 1e3} ms CPU`,
  });
  expect(took).toBeLessThan(300);
  expect(pod.status?.podIP).toBe(`10.20.0.${cluster.cni.added.length}`);
  expect(
    readiness(
      await until(async () =>
        (await read('quick'))?.status?.podIP === undefined ? undefined : read('quick'),
      ),
    ),
  ).toBe('True');
  const living = cluster.dataPlane.living.length;
  await cluster.access.call('Deleting it', ({ core }) =>
    core.deleteNamespacedPod({ namespace, name: 'quick' }),
  );
  await until(async () => (await read('quick')) === undefined);
  expect(cluster.cni.deleted.at(-1)).toMatchObject({ pod: 'quick', namespace });
  expect(cluster.dataPlane.living).toHaveLength(living - 1);
});

test('a plugin that fails leaves the pod pending and says so in an event', async () => {
  cluster.cni.failure = 'no port yet';
  await newPod('unwired', ['sleep']);
  const event = await until(async () => {
    const { items } = await cluster.access.call('Listing events', ({ core }) =>
      core.listNamespacedEvent({ namespace, fieldSelector: 'involvedObject.name=unwired' }),
    );
    return items.find(({ reason }) => reason === 'FailedCreatePodSandBox');
  });
  expect(event.message).toContain('no port yet');
  const pod = await read('unwired');
  expect(pod?.status?.phase).toBe('Pending');
  expect(pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
  cluster.cni.failure = undefined;
  await phase('unwired', 'Running');
});

test('an image that is not there is told of', async () => {
  await newPod('imageless', [], { containers: [{ name: 'main', image: 'missing:1' }] });
  const state = await until(
    async () =>
      (await read('imageless'))?.status?.containerStatuses?.[0]?.state?.waiting?.reason ===
      'ErrImageNeverPull',
  );
  expect(state).toBe(true);
});

test('a pod that ends is done and gives its network back', async () => {
  await newPod('done', ['echo', 'hello']);
  const pod = await phase('done', 'Succeeded');
  expect(pod.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    exitCode: 0,
    reason: 'Completed',
  });
  expect(await logOf('done')).toBe('hello\n');
  await until(async () => Promise.resolve(cluster.cni.deleted.some((one) => one.pod === 'done')));
  await newPod('broken', ['exit', '3']);
  const broken = await phase('broken', 'Failed');
  expect(broken.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(3);
});

test('a container that ends is started again, with its earlier log kept', async () => {
  await newPod('restless', ['exit', '1'], { restartPolicy: 'Always' });
  const pod = await until(async () => {
    const seen = await read('restless');
    return (seen?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2 ? seen : undefined;
  });
  expect(pod.status?.phase).toBe('Running');
  expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1);
  const previous = await cluster.access.call('Reading the earlier log', ({ core }) =>
    core.readNamespacedPodLog({ namespace, name: 'restless', previous: true }),
  );
  expect(previous).toBe('going away\n');
});

test('readiness follows the probe', async () => {
  const ip = `10.20.0.${cluster.cni.added.length + 1}`;
  cluster.dataPlane.silent.add(ip);
  await newPod('probed', [], {
    containers: [
      {
        name: 'main',
        image: 'image:1',
        command: ['sleep'],
        readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 },
      },
    ],
  });
  await phase('probed', 'Running');
  expect(readiness(await read('probed'))).toBe('False');
  cluster.dataPlane.silent.delete(ip);
  await until(async () => readiness(await read('probed')) === 'True');
  cluster.dataPlane.silent.add(ip);
  await until(async () => readiness(await read('probed')) === 'False');
});

test('containers see files, variables and resolver settings', async () => {
  await newMap('settings', { 'a.txt': 'text', B: 'two' });
  const container = (name: string): object => ({
    name,
    image: 'image:1',
    command: [name],
    env: [
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'B' } } },
      { name: 'BOTH', value: '$(NODE)-$(B)-$(C)' },
    ],
    volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
  });
  await newPod('seeing', [], {
    containers: ['env', 'files', 'resolv'].map(container),
    volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
    dnsConfig: { options: [{ name: 'use-vc' }, { name: 'ndots', value: '2' }] },
  });
  const pod = await phase('seeing', 'Succeeded');
  const said = (name: string): Promise<string> =>
    cluster.access.call('Reading a log', ({ core }) =>
      core.readNamespacedPodLog({ namespace, name: 'seeing', container: name }),
    );
  const node = pod.spec?.nodeName ?? '';
  expect(JSON.parse(await said('env'))).toMatchObject({
    NODE: node,
    BOTH: `${node}-two-$(C)`,
    KUBERNETES_SERVICE_HOST: '10.79.0.1',
  });
  const files = JSON.parse(await said('files')) as Record<string, string>;
  expect(files['/etc/settings/a.txt']).toBe('text');
  expect(files['/var/run/secrets/kubernetes.io/serviceaccount/namespace']).toBe(namespace);
  expect(await said('resolv')).toBe(
    'search pods.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.79.0.10\noptions ndots:2 use-vc\n',
  );
});

test('a volume that is not there keeps a pod waiting', async () => {
  await newPod('waiting', ['sleep'], {
    volumes: [{ name: 'late', configMap: { name: 'late' } }],
  });
  await pause(100);
  expect((await read('waiting'))?.status?.phase).toBe('Pending');
  await newMap('late');
  await phase('waiting', 'Running');
});

test('a pod on the network of its node has no sandbox', async () => {
  const before = cluster.cni.added.length;
  await newPod('host', ['sleep'], { hostNetwork: true, nodeName: 'n2' });
  const pod = await phase('host', 'Running');
  expect(pod.status?.podIP).toBe('10.10.0.12');
  expect(cluster.cni.added).toHaveLength(before);
});

function socketTo(path: string): { socket: WebSocket; frames: string[]; closed: Promise<number> } {
  const url = `${cluster.access.server.replace('https', 'wss')}/api/v1/namespaces/${namespace}/pods/${path}`;
  const headers = { authorization: 'Bearer admin-token' };
  const socket = new WebSocket(url, ['v4.channel.k8s.io'], { ca: testAuthority, headers });
  const frames: string[] = [];
  socket.on('message', (data: Buffer) =>
    frames.push(`${data[0] ?? ''}:${data.subarray(1).toString()}`),
  );
  const closed = new Promise<number>((resolve, reject) => {
    socket.once('close', resolve);
    socket.once('error', reject);
  });
  return { socket, frames, closed };
}

test('exec gives output and exit status, attach speaks to the main process', async () => {
  await newPod('talking', ['cat']);
  await phase('talking', 'Running');
  const run = socketTo('talking/exec?command=exit&command=3&stdout=true&stderr=true');
  expect(await run.closed).toBe(1000);
  expect(run.frames[0]).toBe('2:going away\n');
  expect(run.frames.at(-1)).toContain('"message":"3"');
  for (const word of ['one', 'two']) {
    const channel = socketTo('talking/attach?container=main&stdin=true&stdout=true&stderr=true');
    await new Promise((resolve) => channel.socket.once('open', resolve));
    channel.socket.send(Buffer.from(`\0${word}\n`));
    await until(async () => Promise.resolve(channel.frames.includes(`1:${word}\n`)));
    channel.socket.close();
    await channel.closed;
  }
  expect(await logOf('talking')).toBe('one\ntwo\n');
  await expect(socketTo('nobody/attach?stdin=true').closed).rejects.toThrow('404');
});

test('pods of a node that is deleted go with it', async () => {
  const living = await cluster.access.call('Listing pods', ({ core }) =>
    core.listNamespacedPod({ namespace, fieldSelector: 'spec.nodeName=n2' }),
  );
  expect(living.items.length).toBeGreaterThan(0);
  await cluster.access.call('Deleting the node', ({ core }) => core.deleteNode({ name: 'n2' }));
  await until(async () => {
    const { items } = await cluster.access.call('Listing pods', ({ core }) =>
      core.listNamespacedPod({ namespace, fieldSelector: 'spec.nodeName=n2' }),
    );
    return items.length === 0;
  });
});
