import { expect, test } from '@playwright/test';
import { activated, addressesOf, mtuOf, nestedVif, networkIdOf, plainVif, vifData } from './vif.ts';

const port = {
  id: '7f3c0b54-1111-4222-8333-444455556666',
  mac_address: 'fa:16:3e:00:00:01',
  status: 'DOWN',
  fixed_ips: [{ subnet_id: 's', ip_address: '10.20.0.7' }],
};
const place = {
  network: { id: 'n', name: 'uid/demo', mtu: 1442 },
  subnet: {
    id: 's',
    cidr: '10.20.0.0/26',
    gateway_ip: '10.20.0.1',
    dns_nameservers: [],
    host_routes: [{ destination: '192.0.2.0/24', nexthop: '10.20.0.9' }],
  },
};

test.describe('an interface', () => {
  test('of a subport is a versioned object of os-vif with its VLAN id', () => {
    const vif = nestedVif(port, place, 2037);

    expect(vif).toMatchObject({
      'versioned_object.name': 'VIFVlanNested',
      'versioned_object.namespace': 'os_vif',
      'versioned_object.data': {
        plugin: 'noop',
        vlan_id: 2037,
        vif_name: 'tap7f3c0b54-11',
        active: false,
      },
    });
    expect(addressesOf(vif)).toEqual([{ address: '10.20.0.7', prefix: 26, gateway: '10.20.0.1' }]);
    expect([mtuOf(vif), networkIdOf(vif)]).toEqual([1442, 'n']);
    expect(vifData(activated(vif)).active).toBe(true);
  });

  test('of a port of its own names bridge and profile, hybrid or not', () => {
    const details = { bridge_name: 'br-int', port_filter: true };
    const plain = plainVif({ ...port, 'binding:vif_details': details }, place);
    const hybrid = plainVif(
      { ...port, 'binding:vif_details': { ...details, ovs_hybrid_plug: true } },
      place,
    );

    expect(plain['versioned_object.name']).toBe('VIFOpenVSwitch');
    expect(vifData(plain)).toMatchObject({ bridge_name: 'br-int', has_traffic_filtering: true });
    expect(hybrid['versioned_object.name']).toBe('VIFBridge');
    expect(vifData(hybrid).bridge_name).toBe('qbr7f3c0b54-11');
  });
});
