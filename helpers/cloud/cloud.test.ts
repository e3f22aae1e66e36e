import { expect, test } from '@playwright/test';
import { OpenStackSession } from '#env';
import { startTestCloud, type TestCloud } from '../../env/testing/cloud.ts';
import { Cloud } from './cloud.ts';
import { namesOf } from './kuryr-names.ts';
import { exampleShelves } from './testing.ts';

const signal = AbortSignal.timeout(60_000);
async function cloudOn(server: TestCloud): Promise<Cloud> {
  const session = await OpenStackSession.open({
    cloudsYamlPath: server.cloudsYamlPath,
    cloudName: 'test',
  });
  return new Cloud(session, 'run-1');
}

test.describe('the cloud', () => {
  test("shows a pod's port and its place on its node's trunk", async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const cloud = await cloudOn(server);
    const reading = cloud.portOf({ namespace: 'demo', name: 'a', ip: '10.20.0.98' });
    const port = await reading.read(signal);

    expect(reading.name).toBe('port of pod demo/a (10.20.0.98)');
    expect(port).toMatchObject({
      id: 'pod-port',
      status: 'ACTIVE',
      tags: ['kuryr'],
      networkId: 'net-1',
      subnetId: 'sub-1',
      fixedIps: ['10.20.0.98'],
      deviceOwner: 'trunk:subport',
      securityGroupIds: ['sg-1', 'sg-2'],
      hostId: undefined,
      trunk: {
        id: 'trunk-1',
        parentPortId: 'parent',
        parentIp: '10.10.0.5',
        segmentationId: 585,
        segmentationType: 'vlan',
      },
    });
    expect(reading.describe?.(port)).toBe(
      'ACTIVE, owner "trunk:subport", VLAN 585 of trunk trunk-1',
    );
    expect(
      await cloud.portOf({ namespace: 'demo', name: 'x', ip: '10.20.0.1' }).read(signal),
    ).toBeUndefined();
    expect((await cloud.portById('parent').read(signal))?.trunk).toBeUndefined();
  });

  test('shows the load balancer of a service with everything below it, sorted', async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const reading = (await cloudOn(server)).loadBalancerOf({ namespace: 'demo', name: 'echo' });
    const view = await reading.read(signal);

    expect(view).toMatchObject({
      id: 'lb-1',
      provider: 'ovn',
      provisioningStatus: 'ACTIVE',
      vipAddress: '10.79.0.7',
      listeners: [
        { protocol: 'TCP', port: 80, poolId: 'po-t' },
        { protocol: 'UDP', port: 80, poolId: undefined },
      ],
      pools: [{ algorithm: 'SOURCE_IP_PORT', listenerIds: ['li-t'] }],
      members: ['10.20.0.98:8080', '10.20.0.99:8080'],
      floatingIp: '172.24.4.151',
    });
    expect(reading.describe?.(view)).toBe('ACTIVE, 2 listeners, 2 members');
  });

  test('counts what the services of a namespace have, and not those of one with a longer name', async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const cloud = await cloudOn(server);
    const reading = cloud.balancingOf({ name: 'demo' });
    const view = await reading.read(signal);

    expect(view).toEqual({
      loadBalancers: ['echo'],
      listeners: 2,
      pools: 1,
      statuses: ['ACTIVE'],
    });
    expect(reading.describe?.(view)).toBe('echo; 2 listeners, 1 pools');
    expect(await cloud.balancingOf({ name: 'none' }).read(signal)).toMatchObject({
      loadBalancers: [],
      listeners: 0,
    });
  });

  test('gives what Octavia refuses as an answer', async () => {
    await using server = await startTestCloud({
      shelves: exampleShelves(),
      intercept: ({ method, body }) =>
        method === 'POST' && JSON.stringify(body).includes('HTTP')
          ? { status: 501, body: { faultstring: 'no HTTP here' } }
          : undefined,
    });
    const { octavia } = await cloudOn(server);

    expect(await octavia.attempt('listeners', { protocol: 'HTTP' })).toEqual({
      status: 501,
      said: 'no HTTP here',
      id: undefined,
    });
    expect(await octavia.attempt('pools', { protocol: 'TCP' })).toEqual({
      status: 201,
      said: '',
      id: expect.any(String),
    });
  });

  test('says nothing about a service that has none', async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const cloud = await cloudOn(server);
    const place = { namespace: 'demo', name: 'none' };

    expect(await cloud.loadBalancerOf(place).read(signal)).toBeUndefined();
    expect(await cloud.floatingIpOf(place).read(signal)).toBeUndefined();
    expect((await cloud.floatingIpOf({ namespace: 'demo', name: 'echo' }).read(signal))?.id).toBe(
      'fip-1',
    );
  });

  test("shows a namespace's network and a policy's security group", async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const cloud = await cloudOn(server);

    expect(await cloud.networkOf({ name: 'demo', uid: 'uid-1' }).read(signal)).toEqual({
      networkId: 'net-1',
      name: 'uid-1/demo',
      subnetName: 'uid-1/demo',
      subnetPoolId: undefined,
      tags: ['kuryr'],
      mtu: 1442,
      subnetId: 'sub-1',
      cidr: '10.20.0.64/26',
      subnetTags: ['kuryr'],
    });
    expect(
      (await cloud.securityGroupOf({ namespace: 'demo', name: 'deny' }).read(signal))?.id,
    ).toBe('sg-1');
    expect(
      await cloud.securityGroupOf({ namespace: 'demo', name: 'x' }).read(signal),
    ).toBeUndefined();
  });

  test('tags what it makes, and does not mind what is already gone', async () => {
    await using server = await startTestCloud({
      shelves: exampleShelves(),
      intercept: ({ path, method }) => {
        if (path.endsWith('/pools/po-9/members')) {
          return { status: 404, body: { faultstring: 'Pool po-9 not found.' } };
        }
        return method === 'PUT' && path.endsWith('/tags') ? { body: {} } : undefined;
      },
    });
    const { neutron, octavia } = await cloudOn(server);
    const made = await neutron.create('security-groups', { name: 'mine' });
    await neutron.update('security-groups', made.id, { name: 'still mine' });

    expect(server.asked.find(({ path }) => path.endsWith('/tags'))?.body).toEqual({
      tags: ['kuryr-conformance:run=run-1'],
    });
    expect((await neutron.securityGroup(made.id))?.name).toBe('still mine');
    await neutron.remove('security-groups', made.id);
    await neutron.remove('security-groups', made.id);
    await octavia.removeLoadBalancer('lb-9');
    expect(await neutron.securityGroup(made.id)).toBeUndefined();
    expect(await octavia.members('po-9')).toEqual([]);
  });

  test('reads quotas, extensions and providers', async () => {
    await using server = await startTestCloud({
      shelves: { '/network/v2.0/extensions': [{ id: 'x', alias: 'trunk' }] },
      intercept: ({ path }) => {
        if (path.endsWith('/quotas/p/details')) {
          return { body: { quota: { port: { limit: 500, used: 7, reserved: 0 }, odd: -1 } } };
        }
        return path.endsWith('/providers') ? { body: { providers: [{ name: 'ovn' }] } } : undefined;
      },
    });
    const { neutron, octavia } = await cloudOn(server);

    expect(await neutron.quotas('p')).toEqual({ port: { limit: 500, used: 7 } });
    expect(await neutron.extensions()).toEqual(['trunk']);
    expect(await octavia.providers()).toEqual(['ovn']);
  });

  test('says what is odd about an answer', async () => {
    await using server = await startTestCloud({
      shelves: { '/network/v2.0/ports': [{ id: 'p', status: 7 }] },
    });

    await expect((await cloudOn(server)).neutron.ports()).rejects.toThrow(
      /^GET \/v2\.0\/ports: the answer has another form than expected: .*expected string, received number/s,
    );
  });
});

test('names are cut as Kuryr cuts them, to 255 characters', () => {
  const name = 'n'.repeat(253);

  expect(namesOf.loadBalancer({ namespace: 'demo', name: 'echo' })).toBe('demo/echo');
  expect(namesOf.networks({ name, uid: 'u'.repeat(36) })[0]).toHaveLength(255);
  expect(namesOf.networks({ name, uid: 'u'.repeat(36) })[0]).toMatch(/^u{36}\/n+$/);
  expect(namesOf.securityGroups({ namespace: 'demo', name: 'deny' })).toEqual([
    'sg/demo-deny',
    'sg-demo-deny',
  ]);
});
