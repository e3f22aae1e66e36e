/**
 * What ports and their security groups make of packets.
 */
import { expect, test } from '@playwright/test';
import { addresses, egress, inGroup, type PacketCase, told } from '../testing/packet-cases.ts';

const { a, b } = addresses;

const cases: Readonly<Record<string, readonly PacketCase[]>> = {
  'at its own port': [
    {
      what: 'is lost when the port is DOWN',
      to: b,
      change: (site) => (site.cloud.row('ports', 'port-a').status = 'DOWN'),
      says: 'port port-a is DOWN, not ACTIVE',
    },
    {
      what: 'is lost when the other port is administratively down',
      to: b,
      change: (site) => (site.cloud.row('ports', 'port-b').admin_state_up = false),
      says: 'port port-b is administratively down',
    },
    {
      what: 'is lost when the trunk has no such subport',
      to: b,
      change: ({ cloud }) => (cloud.row('trunks', 'trunk-n1').sub_ports = []),
      says: 'no trunk on port port-n1 has a subport with VLAN 110',
    },
    {
      what: 'is lost when the trunk is down',
      to: b,
      change: ({ cloud }) => (cloud.row('trunks', 'trunk-n1').admin_state_up = false),
      says: 'trunk trunk-n1 is administratively down',
    },
    {
      what: 'is lost when the other trunk is down',
      to: b,
      change: ({ cloud }) => (cloud.row('trunks', 'trunk-n2').admin_state_up = false),
      says: 'trunk trunk-n2 is administratively down',
    },
    {
      what: 'is refused with an address that is not its own',
      to: b,
      change: (site) =>
        (site.cloud.row('ports', 'port-a').fixed_ips = [
          { subnet_id: 'one-subnet', ip_address: '10.20.0.9' },
        ]),
      says: 'anti-spoofing refuses 10.20.0.10',
    },
    {
      what: 'is refused with a MAC that is not its own',
      to: b,
      change: (site) => (site.cloud.row('ports', 'port-a').mac_address = 'fa:16:3e:00:00:01'),
      says: 'anti-spoofing refuses 10.20.0.10',
    },
    {
      what: 'may use an allowed address pair',
      to: b,
      change: (site) => {
        site.cloud.row('ports', 'port-a').fixed_ips = [
          { subnet_id: 'one-subnet', ip_address: '10.20.0.9' },
        ];
        site.cloud.row('ports', 'port-a').allowed_address_pairs = [{ ip_address: '10.20.0.0/28' }];
      },
      says: 'delivered',
    },
    {
      what: 'may use any address without port security',
      to: b,
      change: (site) => {
        site.cloud.row('ports', 'port-a').mac_address = 'fa:16:3e:00:00:01';
        site.cloud.row('ports', 'port-a').port_security_enabled = false;
      },
      says: 'delivered',
    },
  ],
  'before security groups': [
    {
      what: 'is dropped on the way in without a rule',
      to: b,
      change: (site) => {
        site.cloud.group('closed', [egress]);
        inGroup('b', 'closed')(site);
      },
      says: 'port port-b: no ingress rule admits tcp port 8080 from 10.20.0.10; its groups are closed',
    },
    {
      what: 'is dropped on the way out without a rule',
      to: b,
      change: (site) => {
        site.cloud.group('mute', [{}]);
        inGroup('a', 'mute')(site);
      },
      says: 'port port-a: no egress rule admits tcp port 8080 to 10.20.0.11',
    },
    {
      what: 'is dropped at a port without any group',
      to: b,
      change: (site) => (site.cloud.row('ports', 'port-b').security_groups = []),
      says: 'it has no security group',
    },
    ...(
      [
        ['the right port', { protocol: 'tcp', port_range_min: 8080, port_range_max: 8080 }, true],
        [
          'a range around it',
          { protocol: 'tcp', port_range_min: 8000, port_range_max: 9000 },
          true,
        ],
        ['another port', { protocol: 'tcp', port_range_min: 80, port_range_max: 80 }, false],
        ['another protocol', { protocol: 'udp' }, false],
        ['the protocol by number', { protocol: '6' }, true],
        ['IPv6 only', { ethertype: 'IPv6' }, false],
        ['its address', { remote_ip_prefix: '10.20.0.10/32' }, true],
        ['its network', { remote_ip_prefix: '10.20.0.0/26' }, true],
        ['another address', { remote_ip_prefix: '10.20.0.12/32' }, false],
        ['its group', { remote_group_id: 'friends' }, true],
        ['a group that it is not in', { remote_group_id: 'strangers' }, false],
      ] as const
    ).map(([what, rule, isOpen]): PacketCase => ({
      what: `${isOpen ? 'passes' : 'does not pass'} a rule for ${what}`,
      to: b,
      change: (site) => {
        site.cloud.group('friends', [egress]);
        site.cloud.group('strangers', []);
        site.cloud.group('rule', [rule]);
        inGroup('a', 'friends')(site);
        inGroup('b', 'rule')(site);
      },
      says: isOpen ? 'delivered' : 'no ingress rule admits',
    })),
    {
      what: 'passes a group whose member has it as an address pair',
      to: b,
      change: (site) => {
        site.cloud.group('rule', [{ remote_group_id: 'pair' }]);
        site.cloud.group('pair', []);
        site.cloud.addPort('one', '10.20.0.50', {
          ...{ security_groups: ['pair'], allowed_address_pairs: [{ ip_address: a }] },
        });
        inGroup('b', 'rule')(site);
      },
      says: 'delivered',
    },
    {
      what: 'passes the hybrid firewall on a subport whatever its groups say',
      to: b,
      axes: { ml2: 'ovs', firewall: 'iptables_hybrid' },
      change: (site) => (site.cloud.row('ports', 'port-b').security_groups = []),
      says: /the hybrid firewall does not look into trunks[\s\S]*delivered/,
    },
    {
      what: 'does not pass the hybrid firewall on a port that is no subport',
      to: '10.20.0.30',
      axes: { ml2: 'ovs', firewall: 'iptables_hybrid' },
      change: (site) => {
        site.cloud.group('closed', [egress]);
        site.plug('vm', site.cloud.addPort('one', '10.20.0.30', { security_groups: ['closed'] }));
      },
      says: 'no ingress rule admits',
    },
  ],
};

for (const [where, table] of Object.entries(cases)) {
  test.describe(`a packet ${where}`, () => {
    for (const packet of table) {
      test(packet.what, () => {
        expect(told(packet)).toEqual(
          typeof packet.says === 'string'
            ? expect.stringContaining(packet.says)
            : expect.stringMatching(packet.says),
        );
      });
    }
  });
}
