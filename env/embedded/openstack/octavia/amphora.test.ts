import { expect, test } from '@playwright/test';
import { makeNet, startTestedCloud } from '../testing.ts';
import { fault, makeBalancer, makeListener, makeMember, makePool, settled } from './testing.ts';

test.describe('a load balancer with an amphora', () => {
  test('costs a server of the service project, with ports and a group that follows listeners', async () => {
    await using tested = await startTestedCloud({
      octavia: 'amphora',
      ml2: 'ovs',
      firewall: 'openvswitch',
    });
    const { admin, cloud } = tested;
    const { balancer } = await makeBalancer(tested);
    const [amphora] = await admin.octavia.list('/v2/octavia/amphorae', 'amphorae', {
      loadbalancer_id: balancer.id,
    });
    const [group] = cloud.view.securityGroups().filter(({ name }) => name === `lb-${balancer.id}`);
    const vrrp = cloud.view.port(amphora?.['vrrp_port_id'] as string);

    expect(amphora).toMatchObject({ status: 'ALLOCATED', role: 'STANDALONE', ha_ip: '10.79.0.50' });
    expect(cloud.view.port(balancer['vip_port_id'] as string)).toMatchObject({
      name: `octavia-lb-${balancer.id}`,
      device_owner: 'Octavia',
      device_id: `lb-${balancer.id}`,
      security_groups: [group?.id],
      project_id: tested.project,
    });
    expect(vrrp).toMatchObject({
      name: `octavia-lb-vrrp-${amphora?.id ?? ''}`,
      allowed_address_pairs: [{ ip_address: '10.79.0.50' }],
      project_id: group?.project_id,
    });
    expect(group?.project_id).not.toBe(tested.project);
    const servers = await admin.nova.list('/servers/detail', 'servers', { all_tenants: 'True' });
    expect(servers).toMatchObject([{ name: `amphora-${amphora?.id ?? ''}`, status: 'ACTIVE' }]);
    expect(await tested.kuryr.nova.list('/servers', 'servers')).toEqual([]);
    await makeListener(tested, balancer, { allowed_cidrs: ['10.20.0.0/16'] });
    const open = cloud.view
      .securityGroupRules()
      .filter((rule) => rule.security_group_id === group?.id && rule.direction === 'ingress')
      .map((rule) => [rule.port_range_min, rule.remote_ip_prefix]);
    expect(open).toEqual([
      [80, '10.20.0.0/16'],
      [1025, null],
    ]);
  });

  test('leaves nothing behind', async () => {
    await using tested = await startTestedCloud({ octavia: 'amphora' });
    const { balancer } = await makeBalancer(tested);
    await tested.kuryr.octavia.remove(`/v2/lbaas/loadbalancers/${balancer.id}`);
    await expect.poll(() => tested.cloud.view.loadBalancers().length).toBe(0);

    expect(tested.cloud.view.ports()).toEqual([]);
    expect(tested.cloud.view.securityGroups().filter(({ name }) => name !== 'default')).toEqual([]);
    expect(await tested.admin.octavia.list('/v2/octavia/amphorae', 'amphorae')).toEqual([]);
  });

  test('balances by turns, not by source address and port', async () => {
    await using tested = await startTestedCloud({ octavia: 'amphora' });
    const { balancer } = await makeBalancer(tested);
    await makePool(tested, balancer, {
      loadbalancer_id: balancer.id,
      lb_algorithm: 'ROUND_ROBIN',
    });

    await expect(makePool(tested, balancer, { loadbalancer_id: balancer.id })).rejects.toThrow(
      fault(501, "Provider 'amphora' does not support a requested option"),
    );
  });

  test('is in ERROR where no host has room for its server, and can be deleted', async () => {
    await using tested = await startTestedCloud({ octavia: 'amphora' }, { amphoraCapacity: 0 });
    const { network, subnet } = await makeNet(tested.kuryr);
    const { octavia } = tested.kuryr;
    const balancer = await octavia.make('/v2/lbaas/loadbalancers', 'loadbalancer', {
      vip_subnet_id: subnet.id,
    });
    const path = `/v2/lbaas/loadbalancers/${balancer.id}`;
    const status = async (): Promise<unknown> =>
      (await octavia.read(path, 'loadbalancer'))['provisioning_status'];

    await expect.poll(status).toBe('ERROR');
    await octavia.remove(path);
    await expect.poll(() => tested.cloud.view.loadBalancers().length).toBe(0);
    expect(tested.cloud.view.ports().filter((port) => port.network_id === network.id)).toEqual([]);
  });

  test('gets a new server when it fails over', async () => {
    await using tested = await startTestedCloud({ octavia: 'amphora' });
    const { octavia } = tested.admin;
    const { balancer } = await makeBalancer(tested);
    const ids = async (): Promise<unknown[]> =>
      (await octavia.list('/v2/octavia/amphorae', 'amphorae')).map(({ id }) => id);
    const [before] = await ids();
    await octavia.send('PUT', `/v2/lbaas/loadbalancers/${balancer.id}/failover`);
    await settled(tested, balancer);

    expect(await ids()).toHaveLength(1);
    expect(await ids()).not.toContain(before);
  });

  test('has a port on every network that its members are on', async () => {
    await using tested = await startTestedCloud({ octavia: 'amphora' });
    const pods = await makeNet(tested.kuryr, '10.20.0.0/24');
    const { balancer } = await makeBalancer(tested);
    const pool = await makePool(tested, balancer, {
      loadbalancer_id: balancer.id,
      lb_algorithm: 'ROUND_ROBIN',
    });
    const member = await makeMember(
      tested,
      { balancer, pool },
      { address: '10.20.0.5', subnet_id: pods.subnet.id },
    );
    const there = (): number =>
      tested.cloud.view.ports().filter((port) => port.network_id === pods.network.id).length;

    expect(there()).toBe(1);
    await tested.kuryr.octavia.remove(`/v2/lbaas/pools/${pool.id}/members/${member.id}`);
    await settled(tested, balancer);
    expect(there()).toBe(0);
  });
});
