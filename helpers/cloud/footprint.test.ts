import { expect, test } from '@playwright/test';
import { OpenStackSession } from '#env';
import { startTestCloud, type TestCloud } from '../../env/testing/cloud.ts';
import { Cloud } from './cloud.ts';
import { Footprint, footprintLines, noFootprint } from './footprint.ts';
import { exampleShelves } from './testing.ts';

const signal = AbortSignal.timeout(60_000);

async function cloudOn(server: TestCloud): Promise<Cloud> {
  const session = await OpenStackSession.open({
    cloudsYamlPath: server.cloudsYamlPath,
    cloudName: 'test',
  });
  return new Cloud(session, 'run-1');
}

test.describe('the footprint of a namespace', () => {
  test('is everything of its own, and still known by its ids when names are gone', async () => {
    const shelves = exampleShelves();
    await using server = await startTestCloud({ shelves });
    const footprint = new Footprint(await cloudOn(server), { name: 'demo', uid: 'uid-1' });
    const before = await footprint.current.read(signal);

    expect(footprintLines(before)).toEqual([
      'load balancer lb-1 (demo/echo) ACTIVE',
      'floating IP fip-1 (172.24.4.151)',
      'security group sg-1 (sg/demo-deny)',
      'port pod-port (demo/a) 10.20.0.98 owner "trunk:subport" ACTIVE',
      'port vip-port (ovn-lb-vip-lb-1)  owner "" DOWN',
      'subnet sub-1 (10.20.0.64/26)',
      'network net-1 (uid-1/demo)',
    ]);
    shelves['/lb/v2/lbaas/loadbalancers'] = [];
    shelves['/network/v2.0/networks'] = [];
    shelves['/network/v2.0/subnets'] = [];
    shelves['/network/v2.0/security-groups'] = [];
    shelves['/network/v2.0/ports'] =
      shelves['/network/v2.0/ports']?.filter(({ id }) => id === 'vip-port') ?? [];
    Object.assign(shelves['/network/v2.0/floatingips']?.[0] ?? {}, { port_id: null });
    expect(footprintLines(await footprint.current.read(signal))).toEqual([
      'floating IP fip-1 (172.24.4.151)',
      'port vip-port (ovn-lb-vip-lb-1)  owner "" DOWN',
    ]);
    shelves['/network/v2.0/ports'] = [];
    shelves['/network/v2.0/floatingips'] = [];
    expect(await footprint.current.read(signal)).toEqual(noFootprint);
  });

  test('of a namespace that Kuryr never saw is empty', async () => {
    await using server = await startTestCloud({ shelves: exampleShelves() });
    const footprint = new Footprint(await cloudOn(server), { name: 'nobody', uid: 'uid-0' });

    expect(await footprint.current.read(signal)).toEqual(noFootprint);
  });
});
