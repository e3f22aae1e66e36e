import { expect, test } from '@playwright/test';

import { internalPortWords } from './internal-port.ts';

test('the switch gets MAC, MTU and Neutron port of the interface, whenever it makes it', () => {
  const words = internalPortWords({
    nic: 'ens3',
    address: '10.10.0.11/24',
    mac: 'fa:16:3e:00:00:01',
    mtu: 1442,
    gateway: '10.10.0.1',
    portId: 'port-1',
  });

  expect(words.join(' ')).toBe(
    '--may-exist add-port br-int ens3 -- set interface ens3 type=internal mac="fa:16:3e:00:00:01" mtu_request=1442 ' +
      'external_ids:iface-id=port-1 external_ids:iface-status=active external_ids:attached-mac=fa:16:3e:00:00:01',
  );
});
