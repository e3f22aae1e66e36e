import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import type { KubernetesTemper, Stored } from '../../env/testing/kubernetes.ts';
import { startTestSite, type TestSite } from '../../env/testing/site.ts';
import { proberSource } from '../probes/streams.ts';
import { readinessGate } from './pod-spec.ts';
import { Namespace, type NamespaceContext } from './namespace.ts';
import { noPorts } from './pod-spec.ts';
import { openContext } from './testing.ts';

const example = fileURLToPath(new URL('../../env/testing/profiles/example.yaml', import.meta.url));

interface Site extends TestSite {
  readonly context: NamespaceContext;
}

async function siteOf(temper: KubernetesTemper = {}): Promise<Site> {
  const site = await startTestSite(temper);
  const opened = await openContext(site.access, example);
  return {
    ...site,
    context: opened.context,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

function storedOf(site: Site, path: string): Stored[] {
  return site.kubernetes.objects.get(path) ?? [];
}

test.describe('a namespace', () => {
  test('is labelled and brings the prober along', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context, { labels: { team: 'x' } });
    const [made] = storedOf(site, '/api/v1/namespaces');
    const [map] = storedOf(site, `/api/v1/namespaces/${namespace.name}/configmaps`);

    expect(namespace.name).toMatch(/^kc-pods-reach-each-other-[0-9a-f]{6}$/);
    expect(namespace.uid).toMatch(/^uid-\d+$/);
    expect(made?.metadata.labels).toEqual({
      team: 'x',
      'kuryr-conformance.io/run': 'run-1',
      'kuryr-conformance.io/scenario': 'pods-reach-each-other',
      'kubernetes.io/metadata.name': namespace.name,
    });
    expect((map?.['data'] as Record<string, string>)['prober.mjs']).toBe(await proberSource());
  });

  test('deploys pods that satisfy the restricted level and run the prober with their marks', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const echo = await namespace.deploy('echo', {
      replicas: 2,
      labels: { tier: 'web' },
      node: 'w1',
      ports: { udp: [] },
    });
    const [pod] = storedOf(site, `/api/v1/namespaces/${namespace.name}/pods`);

    expect(echo.pods.map(({ name, node }) => [name, node])).toEqual([
      ['echo-0', 'w1'],
      ['echo-1', 'w1'],
    ]);
    expect(echo.podIPs).toEqual(echo.pods.map(({ ip }) => ip));
    expect(new Set(echo.podIPs).size).toBe(2);
    expect(echo.labels).toEqual({ app: 'echo', tier: 'web' });
    expect(pod?.metadata.labels).toMatchObject({
      app: 'echo',
      tier: 'web',
      'kuryr-conformance.io/run': 'run-1',
    });
    expect(pod?.['spec']).toMatchObject({
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w1'] }] },
            ],
          },
        },
      },
      containers: [
        {
          image: 'docker.io/library/node:24-slim',
          imagePullPolicy: 'IfNotPresent',
          stdin: true,
          stdinOnce: false,
          command: [
            'node',
            '/prober/prober.mjs',
            'serve',
            '--run',
            'run-1',
            '--scenario',
            'pods-reach-each-other',
            '--pod',
            'echo-0',
            '--tcp',
            '8080',
            '--http',
            '8081',
          ],
          readinessProbe: { tcpSocket: { port: 8080 } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
    expect(site.kubernetes.unknown).toEqual([]);
  });

  test('that cannot be prepared is taken away again', async () => {
    await using site = await siteOf({
      intercept: ({ path, method }) =>
        method === 'POST' && path.endsWith('/configmaps')
          ? { status: 403, body: { reason: 'Forbidden', message: 'no maps for you' } }
          : undefined,
    });

    await expect(Namespace.create(site.context)).rejects.toMatchObject({
      code: 'KUBERNETES_403',
      message: expect.stringContaining('saying "no maps for you". Give the user of the kubeconfig'),
    });
    expect(storedOf(site, '/api/v1/namespaces')).toEqual([]);
  });

  test('is made anew under its name once it is gone', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await site.context.cluster.remove({
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } },
    });
    const again = await namespace.anew();

    expect(again.name).toBe(namespace.name);
    expect(again.uid).not.toBe(namespace.uid);
    expect(namespace.family).toContain(again);
  });

  test('has pods in the network of a node where that is asked for', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await namespace.pod('host', { hostNetwork: true, ports: noPorts });
    const [pod] = storedOf(site, `/api/v1/namespaces/${namespace.name}/pods`);

    expect(pod?.['spec']).toMatchObject({ hostNetwork: true, containers: [{ ports: [] }] });
  });

  test('leaves user and seccomp profile to OpenShift', async () => {
    await using site = await siteOf();
    const profile = { ...site.context.profile, cluster: 'openshift' as const };
    const namespace = await Namespace.create({ ...site.context, profile });
    await namespace.pod('a');
    const [pod] = storedOf(site, `/api/v1/namespaces/${namespace.name}/pods`);

    expect(pod?.['spec']).not.toHaveProperty('securityContext');
  });

  test('exposes a workload and leases what that costs until it is removed', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const echo = await namespace.deploy('echo');
    const service = await namespace.expose(echo, {
      type: 'LoadBalancer',
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 80, protocol: 'UDP', targetPort: 8080 },
      ],
    });
    await namespace.expose(echo, { name: 'headless', isHeadless: true, ports: [{ port: 80 }] });

    expect(service).toEqual({
      namespace: namespace.name,
      name: 'echo',
      type: 'LoadBalancer',
      clusterIP: '10.79.0.7',
      ports: [
        { name: 'tcp-80', port: 80, protocol: 'TCP' },
        { name: 'udp-80', port: 80, protocol: 'UDP' },
      ],
    });
    const { leases } = site.context;
    const last = leases.acquire('floatingIps', 2, { holder: 'other' });
    const most = await leases.acquire('loadBalancers', 3, { holder: 'other' });
    await most[Symbol.asyncDispose]();
    let isGranted = false;
    void last.then(() => (isGranted = true));
    expect(isGranted).toBe(false);
    await namespace.remove();
    expect(await last).toMatchObject({ count: 2 });
  });

  test('changes a service for the same lease, and takes annotations away', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const workload = { name: 'echo', labels: { app: 'echo' } };
    for (const annotations of [{ a: 'x' }, { a: 'y' }, { a: null }, { b: 'z' }, { c: 'z' }]) {
      await namespace.expose(workload, { ports: [{ port: 80 }], annotations });
    }
    const rest = await site.context.leases.acquire('loadBalancers', 3, { holder: 'other' });
    const [service] = storedOf(site, `/api/v1/namespaces/${namespace.name}/services`);

    expect(rest.count).toBe(3);
    expect(service?.metadata['annotations']).toEqual({ a: null, b: 'z', c: 'z' });
  });

  test('makes gated pods, and ports with names of their own', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await namespace.pod('a', {
      isGated: true,
      ports: { tcp: [8080, 8090], udp: [8090] },
      portNames: { 'tcp-8090': 'web' },
    });
    const [pod] = storedOf(site, `/api/v1/namespaces/${namespace.name}/pods`);
    const { readinessGates, containers } = pod?.['spec'] as {
      readinessGates: unknown;
      containers: { ports: { name: string; containerPort: number }[] }[];
    };

    expect(readinessGates).toEqual([{ conditionType: readinessGate }]);
    expect(containers[0]?.ports.map(({ name }) => name)).toEqual([
      'tcp-8080',
      'web',
      'udp-8090',
      'http-8081',
    ]);
  });

  test('takes its own floating IPs and load balancers away before it goes', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const pod = await namespace.pod('a');
    site.cloud.shelves['/network/v2.0/networks'] = [
      { id: 'net-public', name: 'public', status: 'ACTIVE' },
    ];
    const asked = namespace.floatingIp(pod);

    await expect(asked).resolves.toMatchObject({ floating_network_id: 'net-public' });
    await namespace.remove();
    expect(site.cloud.shelves['/network/v2.0/floatingips']).toEqual([]);
  });

  test('uses what it has reserved before it leases more', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await namespace.reserve({ loadBalancers: 4 });
    const workload = { name: 'echo', labels: { app: 'echo' } };
    await namespace.expose(workload, { ports: [{ port: 80 }] });

    await expect(namespace.reserve({ loadBalancers: 1 })).rejects.toMatchObject({
      code: 'LEASE_DEADLOCK',
    });
    await namespace.expose(workload, { name: 'second', ports: [{ port: 80 }], selector: null });
    const [, second] = storedOf(site, `/api/v1/namespaces/${namespace.name}/services`);
    expect(second?.['spec']).not.toHaveProperty('selector');
  });

  test('makes policies and siblings, whose names never begin with its own', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const sibling = await namespace.sibling('peer', { team: 'y' });
    await namespace.policy('deny', { podSelector: {}, policyTypes: ['Ingress'] });
    await namespace.policy('deny', { podSelector: { matchLabels: { app: 'a' } } });

    expect(sibling.name).toMatch(/^kc-pods-reach-each-other-peer-[0-9a-f]{6}$/);
    expect(sibling.name.startsWith(`${namespace.name}-`)).toBe(false);
    expect(
      storedOf(site, `/apis/networking.k8s.io/v1/namespaces/${namespace.name}/networkpolicies`),
    ).toMatchObject([
      { metadata: { name: 'deny' }, spec: { podSelector: { matchLabels: { app: 'a' } } } },
    ]);
    await namespace.remove();
    expect(storedOf(site, '/api/v1/namespaces')).toEqual([]);
  });
});
