import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { startTestSite, type TestSite } from '../../env/testing/site.ts';
import { Namespace, type NamespaceContext } from './namespace.ts';
import { remainders } from './removal.ts';
import { openContext } from './testing.ts';

const example = fileURLToPath(new URL('../../env/testing/profiles/example.yaml', import.meta.url));

interface Site extends TestSite {
  readonly context: NamespaceContext;
}

async function siteOf(): Promise<Site> {
  const site = await startTestSite();
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

test('what stays in a namespace is told in figures', () => {
  const said =
    'Some resources are remaining: kuryrnetworks.openstack.org has 1 resource instances, pods. has 3 resource instances ' +
    'Some content in the namespace has finalizers remaining: kuryr.openstack.org/pod-finalizer in 3 resource instances';

  expect(remainders(said)).toEqual([
    '1 kuryrnetworks.openstack.org',
    '3 pods',
    '3 held by kuryr.openstack.org/pod-finalizer',
  ]);
  expect(remainders('')).toEqual([]);
});

test.describe('a removed namespace', () => {
  test('fails with a list when something of it stays in OpenStack', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    site.cloud.shelves['/network/v2.0/networks']?.push({
      id: 'net-1',
      name: `${namespace.uid}/${namespace.name}`,
      status: 'ACTIVE',
    });
    site.cloud.shelves['/network/v2.0/ports']?.push({
      id: 'port-1',
      name: '',
      status: 'DOWN',
      network_id: 'net-1',
    });
    const removal = namespace.remove();

    await expect(removal).rejects.toMatchObject({ name: 'LeakError' });
    await expect(namespace.remove()).rejects.toThrow(
      `Removing namespace "${namespace.name}": this is still there, 0.3 s for the namespace and 0.3 s for its OpenStack objects after its deletion.\n` +
        `  port port-1  owner "" DOWN\n  network net-1 (${namespace.uid}/${namespace.name})`,
    );
  });

  test('loses its policies first, while its pods are there', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await namespace.policy('close', { podSelector: {}, policyTypes: ['Ingress'] });

    await namespace.remove();

    const deleted = site.kubernetes.asked
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => path.split('/').at(-2));
    expect(deleted).toEqual(['networkpolicies', 'namespaces']);
  });

  test('is waited for until Kuryr has let go of everything', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    const networks = site.cloud.shelves['/network/v2.0/networks'] ?? [];
    networks.push({ id: 'net-1', name: `${namespace.uid}/${namespace.name}`, status: 'ACTIVE' });
    let looks = 0;
    site.cloud.server.on('request', ({ url }: { url: string }) => {
      looks += url.includes('/networks') ? 1 : 0;
      if (looks === 4) {
        networks.length = 0;
      }
    });
    await namespace.remove();

    expect(looks).toBeGreaterThanOrEqual(4);
    expect(await namespace.footprint.read(AbortSignal.timeout(5_000))).toMatchObject({
      networks: [],
    });
  });
});
