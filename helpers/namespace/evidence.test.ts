import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { startTestSite, type TestSite } from '../../env/testing/site.ts';
import { evidenceOfNamespace, evidenceOfRequests, gathered } from './evidence.ts';
import { Namespace, type NamespaceContext } from './namespace.ts';
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

test.describe('evidence', () => {
  test('of a namespace holds both sides and no secret', async () => {
    await using site = await siteOf();
    const namespace = await Namespace.create(site.context);
    await namespace.pod('a');
    site.kubernetes.put(`/apis/openstack.org/v1/namespaces/${namespace.name}/kuryrnetworks`, {
      metadata: { name: namespace.name },
      spec: { nsName: namespace.name, projectId: 'p', nsLabels: {} },
      status: { netId: 'net-1' },
    });
    const groups = site.cloud.shelves['/network/v2.0/security-groups'];
    groups?.push({ id: 'sg-1', name: 'allow', description: 'password=hunter22' });
    site.cloud.shelves['/network/v2.0/ports']?.push({
      id: 'port-1',
      status: 'DOWN',
      network_id: 'net-1',
      security_groups: ['sg-1'],
    });
    const files = await evidenceOfNamespace(site.context, namespace.name);
    const body = (name: string): string =>
      files.find((file) => file.name === `${namespace.name}/${name}`)?.body ?? '';

    expect(files.map(({ name }) => name.split('/')[1])).toEqual([
      'events.txt',
      'pods.yaml',
      'services.yaml',
      'kuryr.yaml',
      'ports.yaml',
      'load-balancers.yaml',
    ]);
    expect(body('pods.yaml')).toContain('podIP: 10.20.0.');
    expect(body('kuryr.yaml')).toContain('netId: net-1');
    expect(body('ports.yaml')).toContain('id: port-1');
    expect(body('ports.yaml')).toContain('description: password=[redacted]');
    expect(
      evidenceOfRequests([site.context.cluster.log, site.context.cloud.log], new Date(0)).body,
    ).toMatch(/kubernetes POST \/api\/v1\/namespaces -> 201/);
  });

  test('that cannot be collected says why, and never fails', async () => {
    const files = await gathered('stack', () =>
      Promise.reject(new Error('Bearer abcdefgh was refused')),
    );

    expect(files).toEqual([
      {
        name: 'stack.missing.txt',
        contentType: 'text/plain',
        body: 'This could not be collected: Bearer [redacted] was refused',
      },
    ]);
  });

  test('keeps the end of a long log', async () => {
    const [file] = await gathered('stack', () =>
      Promise.resolve([
        { name: 'log', contentType: 'text/plain', body: `${'x'.repeat(500_000)}the end` },
      ]),
    );

    expect(file?.body).toMatch(/^\(the first 100007 characters are left out\)\nx+the end$/);
  });
});
