import { expect, test } from '@playwright/test';
import { type Body, makeNet, startTestedCloud, type TestedCloud } from '../testing.ts';

const fault = (status: number, said: string): string => `found status ${status}, saying "${said}`;

interface Nodes {
  readonly trunk: Body;
  readonly parent: Body;
  /** Makes a port that may become a subport. */
  port(): Promise<Body>;
  change(verb: 'add' | 'remove', subPorts: readonly object[]): Promise<unknown>;
}

async function makeNode(tested: TestedCloud, isBound = true): Promise<Nodes> {
  const { admin, kuryr, project } = tested;
  const nodes = await makeNet(kuryr, '10.10.0.0/24');
  const pods = await makeNet(kuryr, '10.20.0.0/24');
  const parent = await kuryr.neutron.make('/v2.0/ports', 'port', { network_id: nodes.network.id });
  const trunk = await kuryr.neutron.make('/v2.0/trunks', 'trunk', { port_id: parent.id });
  if (isBound) {
    await admin.neutron.change(`/v2.0/ports/${parent.id}`, 'port', {
      'binding:host_id': 'n1',
      device_owner: 'compute:nova',
      device_id: project,
    });
  }
  return {
    trunk,
    parent,
    port: () =>
      kuryr.neutron.make('/v2.0/ports', 'port', {
        network_id: pods.network.id,
        device_owner: 'compute:kuryr',
      }),
    change: (verb, sub_ports) =>
      kuryr.neutron.send('PUT', `/v2.0/trunks/${trunk.id}/${verb}_subports`, { sub_ports }),
  };
}

const vlan = (port: Body, segmentation_id: number): object => ({
  port_id: port.id,
  segmentation_type: 'vlan',
  segmentation_id,
});

test.describe('a trunk', () => {
  test('makes a subport ACTIVE, and DOWN again without an owner when it is taken off', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const node = await makeNode(tested);
    const port = await node.port();
    const read = (): Promise<Body> => neutron.read(`/v2.0/ports/${port.id}`, 'port');
    const statuses: (string | undefined)[] = [];
    tested.cloud.view.changes.on('changed', () => {
      const { status } = tested.cloud.view.port(port.id) ?? {};
      if (statuses.at(-1) !== status) statuses.push(status);
    });
    const grown = await node.change('add', [vlan(port, 101)]);

    expect(grown).toMatchObject({ id: node.trunk.id, sub_ports: [vlan(port, 101)] });
    expect(await read()).toMatchObject({ device_owner: 'trunk:subport' });
    await expect.poll(async () => (await read())['status']).toBe('ACTIVE');
    expect(statuses).toEqual(['DOWN', 'ACTIVE']);
    await node.change('remove', [{ port_id: port.id }]);
    expect(await read()).toMatchObject({ device_owner: '', status: 'DOWN' });
    await neutron.remove(`/v2.0/ports/${port.id}`);
  });

  test('leaves its subports DOWN while its parent is not plugged', async () => {
    await using tested = await startTestedCloud();
    const node = await makeNode(tested, false);
    const port = await node.port();
    await node.change('add', [vlan(port, 101)]);
    await tested.world.delay(200);

    expect(tested.cloud.view.port(port.id)?.status).toBe('DOWN');
    await tested.admin.neutron.change(`/v2.0/ports/${node.parent.id}`, 'port', {
      'binding:host_id': 'n1',
    });
    await expect.poll(() => tested.cloud.view.port(port.id)?.status).toBe('ACTIVE');
  });

  test('has each VLAN and each port once', async () => {
    await using tested = await startTestedCloud();
    const node = await makeNode(tested);
    const [a, b] = [await node.port(), await node.port()];
    await node.change('add', [vlan(a, 101)]);

    await expect(node.change('add', [vlan(b, 101)])).rejects.toThrow(
      fault(409, `segmentation_type vlan and segmentation_id 101 already in use on trunk`),
    );
    await expect(node.change('add', [vlan(a, 102)])).rejects.toThrow(
      fault(409, `Port ${a.id} is in use by another trunk.`),
    );
    await expect(node.change('add', [vlan(node.parent, 103)])).rejects.toThrow(
      fault(409, `Port ${node.parent.id} is currently in use and is not eligible`),
    );
    await expect(node.change('add', [vlan(b, 4095)])).rejects.toThrow(fault(400, 'Invalid input'));
    await expect(node.change('remove', [{ port_id: b.id }])).rejects.toThrow(
      fault(404, `SubPort ${b.id} on trunk ${node.trunk.id} could not be found.`),
    );
    expect(tested.cloud.view.trunks()[0]?.sub_ports).toHaveLength(1);
  });

  test('holds its ports and shows its subports on the parent', async () => {
    await using tested = await startTestedCloud();
    const { neutron } = tested.kuryr;
    const node = await makeNode(tested);
    const port = await node.port();
    await node.change('add', [vlan(port, 101)]);

    await expect(neutron.remove(`/v2.0/ports/${port.id}`)).rejects.toThrow(
      fault(409, `Port ${port.id} is currently a subport for trunk`),
    );
    await expect(neutron.remove(`/v2.0/ports/${node.parent.id}`)).rejects.toThrow(
      fault(409, `Port ${node.parent.id} is currently a parent port for trunk`),
    );
    const parent = await neutron.read(`/v2.0/ports/${node.parent.id}`, 'port');
    expect(parent['trunk_details']).toEqual({
      trunk_id: node.trunk.id,
      sub_ports: [{ ...vlan(port, 101), mac_address: port['mac_address'] }],
    });
  });

  test('does nothing while it is disabled', async () => {
    await using tested = await startTestedCloud();
    const node = await makeNode(tested);
    await tested.kuryr.neutron.change(`/v2.0/trunks/${node.trunk.id}`, 'trunk', {
      admin_state_up: false,
    });

    await expect(node.change('add', [vlan(await node.port(), 101)])).rejects.toThrow(
      fault(409, `Trunk ${node.trunk.id} is currently disabled.`),
    );
  });

  test('of the Open vSwitch agent takes no parent that is plugged already', async () => {
    await using tested = await startTestedCloud({ ml2: 'ovs', firewall: 'openvswitch' });
    const { neutron } = tested.admin;
    const { network } = await makeNet(tested.admin);
    const port = await neutron.make('/v2.0/ports', 'port', {
      network_id: network.id,
      'binding:host_id': 'n1',
    });

    await expect(neutron.make('/v2.0/trunks', 'trunk', { port_id: port.id })).rejects.toThrow(
      fault(409, `Port ${port.id} is currently in use`),
    );
  });
});
