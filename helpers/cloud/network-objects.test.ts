/**
 * Routers, subports, closed and spare ports, on a small cloud that keeps what it is told.
 */
import { expect, test } from '@playwright/test';
import { OpenStackSession } from '#env';
import { startTestCloud, type TestCloud } from '../../env/testing/cloud.ts';
import { closePort } from './closed-port.ts';
import { Cloud } from './cloud.ts';
import { routerOf } from './routing.ts';
import { sparePort } from './spare-port.ts';
import { subportsOf } from './subports.ts';
import { exampleShelves } from './testing.ts';

const signal = AbortSignal.timeout(60_000);
const ports = '/network/v2.0/ports';
const groups = '/network/v2.0/security-groups';

interface Site extends AsyncDisposable {
  readonly server: TestCloud;
  readonly cloud: Cloud;
  readonly shelves: ReturnType<typeof exampleShelves>;
}

async function site(): Promise<Site> {
  const shelves = exampleShelves();
  shelves[ports]?.push({
    ...{ id: 'interface', status: 'ACTIVE', network_id: 'net-1', device_id: 'router-1' },
    device_owner: 'network:router_interface',
    fixed_ips: [{ subnet_id: 'sub-1', ip_address: '10.20.0.65' }],
  });
  shelves['/network/v2.0/routers'] = [
    {
      ...{ id: 'router-1', name: 'router', status: 'ACTIVE' },
      external_gateway_info: {
        ...{ network_id: 'public', enable_snat: true },
        external_fixed_ips: [{ subnet_id: 'sub-p', ip_address: '172.24.4.100' }],
      },
    },
  ];
  const server = await startTestCloud({
    shelves,
    intercept: ({ method, path }) =>
      method === 'PUT' && path.includes('/tags') ? { body: {} } : undefined,
  });
  const session = await OpenStackSession.open({
    cloudsYamlPath: server.cloudsYamlPath,
    cloudName: 'test',
  });
  return {
    ...{ server, shelves, cloud: new Cloud(session, 'run-1') },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test.describe('the cloud', () => {
  test('shows the router of a subnet with what it hides behind', async () => {
    await using here = await site();
    const reading = routerOf(here.cloud, 'sub-1');
    const router = await reading.read(signal);

    expect(router).toEqual({
      ...{ id: 'router-1', name: 'router', hasSnat: true },
      ...{ externalAddresses: ['172.24.4.100'], interfaces: ['10.20.0.65'] },
    });
    expect(reading.describe?.(router)).toBe('router at 10.20.0.65');
    expect(await routerOf(here.cloud, 'sub-9').read(signal)).toBeUndefined();
  });

  test('shows the subports of a network on a trunk', async () => {
    await using here = await site();
    const place = { networkId: 'net-1', trunkId: 'trunk-1' };

    expect(await subportsOf(here.cloud, place).read(signal)).toEqual([
      { portId: 'pod-port', vlanId: 585 },
    ]);
    expect(await subportsOf(here.cloud, { ...place, networkId: 'net-9' }).read(signal)).toEqual([]);
  });

  test('closes a port by a group of its own, and gives it back what it had', async () => {
    await using here = await site();
    const port = await here.cloud.portById('pod-port').read(signal);
    expect(port).toBeDefined();
    const closed = await closePort(here.cloud, {
      id: 'pod-port',
      projectId: 'project-1',
      securityGroupIds: port?.securityGroupIds ?? [],
    });

    expect((await here.cloud.portById('pod-port').read(signal))?.securityGroupIds).toEqual([
      closed.groupId,
    ]);
    await closed[Symbol.asyncDispose]();
    await closed[Symbol.asyncDispose]();
    expect((await here.cloud.portById('pod-port').read(signal))?.securityGroupIds).toEqual([
      'sg-1',
      'sg-2',
    ]);
    expect(here.shelves[groups]?.map(({ id }) => id)).toEqual(['sg-1', 'sg-3']);
  });

  test('makes a port beside another one, with the tag by which Kuryr finds it', async () => {
    await using here = await site();
    const spare = await sparePort(here.cloud, { beside: 'parent', tag: 'kuryr' });

    expect(here.shelves[ports]?.find(({ id }) => id === spare.id)).toMatchObject({
      network_id: 'nodes',
      fixed_ips: [{ subnet_id: 'sub-n', ip_address: spare.address }],
    });
    expect(here.server.asked.map(({ path }) => path)).toContain(`${ports}/${spare.id}/tags/kuryr`);
    await spare[Symbol.asyncDispose]();
    expect(here.shelves[ports]?.some(({ id }) => id === spare.id)).toBe(false);
    await expect(sparePort(here.cloud, { beside: 'absent', tag: 'kuryr' })).rejects.toThrow(
      'Making a port beside port "absent": that port is not there any more.',
    );
  });
});
