/**
 * What becomes of packets, case by case: each table starts from a site where everything is open.
 */
import { expect, test } from '@playwright/test';
import type { Axes } from '../../world.ts';
import { TestSite } from '../testing.ts';

const a = '10.20.0.10';
const b = '10.20.0.11';
const far = '10.20.1.20';
const vip = '10.79.0.5';
const floating = '172.24.4.150';
const outside = '172.24.4.20';

/** Pods a and b on one network, far on another node and network, and a server on a plain port. */
function siteWith(change: (site: TestSite) => void, axes: Partial<Axes> = {}): TestSite {
  const site = new TestSite(axes);
  site.pod('a', a);
  site.pod('b', b, { node: 'n2' });
  site.pod('far', far, { node: 'n2' });
  change(site);
  site.cloud.changed();
  return site;
}

interface Case {
  readonly what: string;
  readonly from?: string;
  readonly to: string;
  readonly port?: number;
  readonly protocol?: 'tcp' | 'udp';
  readonly axes?: Partial<Axes>;
  readonly change?: (site: TestSite) => void;
  /** A word of the decision, or of its reasons. */
  readonly says: string | RegExp;
}

function portOf(site: TestSite, name: string): TestSite['cloud']['rows']['ports'][number] {
  const port = site.cloud.rows.ports.find(({ id }) => id === `port-${name}`);
  if (port === undefined) throw new Error(`no port of ${name}`);
  return port;
}

function inGroup(name: string, group: string) {
  return (site: TestSite): void => {
    portOf(site, name).security_groups = [group];
  };
}

const egress = { direction: 'egress' } as const;

const cases: Readonly<Record<string, readonly Case[]>> = {
  'on switches and routers': [
    { what: 'reaches a neighbour', to: b, says: 'delivered' },
    { what: 'reaches another network through the router', to: far, says: /router router: has an/ },
    { what: 'finds nobody at a free address', to: '10.20.0.60', says: 'unanswered' },
    {
      what: 'is lost at a free address of another network',
      to: '10.20.1.60',
      says: 'dropped: nobody',
    },
    {
      what: 'is lost when the router is down',
      to: far,
      change: ({ cloud }) => (cloud.rows.routers[0]!.admin_state_up = false),
      says: 'router router is administratively down',
    },
    {
      what: 'is lost when the network is down',
      to: b,
      change: ({ cloud }) =>
        cloud.rows.networks.forEach((network) => (network.admin_state_up = network.id !== 'one')),
      says: 'network one is administratively down',
    },
    {
      what: 'is lost without a router',
      to: far,
      change: ({ cloud }) => (cloud.rows.routers.length = 0),
      says: 'unanswered: the gateway 10.20.0.1 does not exist',
    },
    { what: 'to the router itself is refused', to: '10.20.0.1', says: 'rejected' },
    {
      what: 'follows a route of the router to another one',
      to: '10.30.0.5',
      change: (site) => {
        site.cloud.network('beyond', '10.30.0.0/24');
        site.cloud.router('second', ['beyond']);
        site.cloud.addPort('one', '10.20.0.2', {
          ...{ device_id: 'second', device_owner: 'network:router_interface' },
        });
        site.cloud.rows.routers[0]!.routes = [
          { destination: '10.30.0.0/16', nexthop: '10.20.0.2' },
        ];
        site.plug('beyond', site.cloud.addPort('beyond', '10.30.0.5'));
      },
      says: 'delivered',
    },
  ],
  'at its own port': [
    {
      what: 'is lost when the port is DOWN',
      to: b,
      change: (site) => (portOf(site, 'a').status = 'DOWN'),
      says: 'port port-a is DOWN, not ACTIVE',
    },
    {
      what: 'is lost when the other port is administratively down',
      to: b,
      change: (site) => (portOf(site, 'b').admin_state_up = false),
      says: 'port port-b is administratively down',
    },
    {
      what: 'is lost when the trunk has no such subport',
      to: b,
      change: ({ cloud }) => (cloud.rows.trunks[0]!.sub_ports = []),
      says: 'no trunk on port port-n1 has a subport with VLAN 110',
    },
    {
      what: 'is lost when the trunk is down',
      to: b,
      change: ({ cloud }) => (cloud.rows.trunks[0]!.admin_state_up = false),
      says: 'trunk trunk-n1 is administratively down',
    },
    {
      what: 'is lost when the other trunk is down',
      to: b,
      change: ({ cloud }) => (cloud.rows.trunks[1]!.admin_state_up = false),
      says: 'trunk trunk-n2 is administratively down',
    },
    {
      what: 'is refused with an address that is not its own',
      to: b,
      change: (site) =>
        (portOf(site, 'a').fixed_ips = [{ subnet_id: 'one-subnet', ip_address: '10.20.0.9' }]),
      says: 'anti-spoofing refuses 10.20.0.10',
    },
    {
      what: 'is refused with a MAC that is not its own',
      to: b,
      change: (site) => (portOf(site, 'a').mac_address = 'fa:16:3e:00:00:01'),
      says: 'anti-spoofing refuses 10.20.0.10',
    },
    {
      what: 'may use an allowed address pair',
      to: b,
      change: (site) => {
        portOf(site, 'a').fixed_ips = [{ subnet_id: 'one-subnet', ip_address: '10.20.0.9' }];
        portOf(site, 'a').allowed_address_pairs = [{ ip_address: '10.20.0.0/28' }];
      },
      says: 'delivered',
    },
    {
      what: 'may use any address without port security',
      to: b,
      change: (site) => {
        portOf(site, 'a').mac_address = 'fa:16:3e:00:00:01';
        portOf(site, 'a').port_security_enabled = false;
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
      change: (site) => (portOf(site, 'b').security_groups = []),
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
    ).map(([what, rule, isOpen]): Case => ({
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
      change: (site) => (portOf(site, 'b').security_groups = []),
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
  'to the outside and back': [
    {
      what: 'leaves as the router',
      to: outside,
      says: /sends 10\.20\.0\.10 out as 172\.24\.4\.100[\s\S]*delivered/,
    },
    {
      what: 'leaves as its own floating IP',
      to: outside,
      change: (site) => site.cloud.floatingIp(floating, portOf(site, 'a'), 'router'),
      says: `out as ${floating}`,
    },
    {
      what: 'does not leave without a gateway',
      to: outside,
      change: ({ cloud }) => (cloud.rows.routers[0]!.external_gateway_info = null),
      says: /dropped: router router has no route/,
    },
    {
      what: 'is told so by a Linux router',
      to: outside,
      axes: { ml2: 'ovs', firewall: 'openvswitch' },
      change: ({ cloud }) => (cloud.rows.routers[0]!.external_gateway_info = null),
      says: /rejected: router router has no route/,
    },
    { what: 'finds no way beyond', to: '203.0.113.9', says: 'dropped: nobody has 203.0.113.9' },
    {
      what: 'comes in through a floating IP',
      from: 'outside',
      to: floating,
      change: (site) => site.cloud.floatingIp(floating, portOf(site, 'a'), 'router'),
      says: /leads to 10\.20\.0\.10[\s\S]*delivered/,
    },
    {
      what: 'finds nobody at a floating IP without a port',
      from: 'outside',
      to: floating,
      change: ({ cloud }) => cloud.floatingIp(floating, undefined, 'router'),
      says: 'unanswered',
    },
    {
      what: 'reaches a floating IP from inside, as the router',
      from: 'far',
      to: floating,
      change: (site) => {
        site.cloud.floatingIp(floating, portOf(site, 'a'), 'router');
        site.cloud.group('router only', [{ remote_ip_prefix: '172.24.4.100/32' }]);
        inGroup('a', 'router only')(site);
      },
      says: 'delivered',
    },
    {
      what: 'has no way to a pod without one',
      from: 'outside',
      to: a,
      says: /unreachable|unanswered/,
    },
  ],
  'to a balancer of the ovn provider': [
    {
      what: 'goes to a member and keeps its source',
      to: vip,
      port: 80,
      change: (site) => {
        site.cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] });
        site.cloud.group('from a', [
          { remote_ip_prefix: `${a}/32`, protocol: 'tcp', port_range_min: 8080 },
        ]);
        inGroup('far', 'from a')(site);
      },
      says: 'delivered',
    },
    {
      what: 'is filtered on the way out by the VIP, not by the member',
      to: vip,
      port: 80,
      change: (site) => {
        site.cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] });
        site.cloud.group('to the member', [{ ...egress, remote_ip_prefix: `${far}/32` }]);
        inGroup('a', 'to the member')(site);
      },
      says: `no egress rule admits tcp port 80 to ${vip}`,
    },
    {
      what: 'comes back to a client that is its own backend, from the VIP',
      to: vip,
      port: 80,
      change: (site) => {
        site.cloud.balancer(vip, { provider: 'ovn', members: [[a, 8080]] });
        site.cloud.group('from the VIP', [egress, { remote_ip_prefix: `${vip}/32` }]);
        inGroup('a', 'from the VIP')(site);
      },
      says: /its own backend[\s\S]*delivered/,
    },
    {
      what: 'reaches a member through the floating IP of the VIP',
      from: 'outside',
      to: floating,
      port: 80,
      change: (site) => {
        const { balancer } = site.cloud.balancer(vip, { provider: 'ovn', members: [[a, 8080]] });
        site.cloud.floatingIp(floating, site.cloud.port(balancer.vip_port_id), 'router');
        site.cloud.group('the client', [{ remote_ip_prefix: `${outside}/32` }]);
        inGroup('a', 'the client')(site);
      },
      says: 'delivered',
    },
    {
      what: 'is dropped without a listener',
      to: vip,
      port: 81,
      change: ({ cloud }) => cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] }),
      says: 'has no listener in force for tcp/81',
    },
    {
      what: 'is dropped over a protocol without a listener',
      to: vip,
      port: 80,
      protocol: 'udp',
      change: ({ cloud }) => cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] }),
      says: 'has no listener in force for udp/80',
    },
    {
      what: 'is dropped without a member',
      to: vip,
      port: 80,
      change: ({ cloud }) => cloud.balancer(vip, { provider: 'ovn', members: [] }),
      says: 'dropped: load balancer lb-10.79.0.5 (ACTIVE) has no member in force',
    },
    ...(['PENDING_CREATE', 'ERROR'] as const).map((status): Case => ({
      what: `is dropped while the listener is ${status}`,
      to: vip,
      port: 80,
      change: ({ cloud }) => {
        const { listener } = cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] });
        listener.provisioning_status = status;
      },
      says: 'has no listener in force',
    })),
    {
      what: 'passes while the balancer is PENDING_UPDATE',
      to: vip,
      port: 80,
      change: ({ cloud }) => {
        const { balancer } = cloud.balancer(vip, { provider: 'ovn', members: [[far, 8080]] });
        balancer.provisioning_status = 'PENDING_UPDATE';
      },
      says: 'delivered',
    },
  ],
  'to a balancer with an amphora': [
    {
      what: 'is taken by the amphora',
      to: vip,
      port: 80,
      change: ({ cloud }) => cloud.balancer(vip, { provider: 'amphora', members: [[far, 8080]] }),
      says: /its amphora takes it[\s\S]*delivered/,
    },
    {
      what: 'is dropped without a listener',
      to: vip,
      port: 81,
      change: ({ cloud }) => cloud.balancer(vip, { provider: 'amphora', members: [[far, 8080]] }),
      says: 'has no listener in force for tcp/81',
    },
    {
      what: 'is dropped when the listener admits others only',
      to: vip,
      port: 80,
      change: ({ cloud }) => {
        const { listener } = cloud.balancer(vip, { provider: 'amphora', members: [[far, 8080]] });
        listener.allowed_cidrs = ['10.10.0.0/24'];
      },
      says: 'admits 10.10.0.0/24, not 10.20.0.10',
    },
  ],
};

for (const [where, table] of Object.entries(cases)) {
  test.describe(`a packet ${where}`, () => {
    for (const { what, says, axes, change = () => undefined, ...packet } of table) {
      test(what, () => {
        const site = siteWith(change, axes);

        const told = site.plane.explain(site.netns(packet.from ?? 'a'), {
          ...{ protocol: packet.protocol ?? 'tcp', destination: packet.to },
          destinationPort: packet.port ?? 8080,
        });

        if (typeof says === 'string') expect(told).toContain(says);
        else expect(told).toMatch(says);
      });
    }
  });
}

test.describe('a decision', () => {
  test('is made again after a change', () => {
    const site = siteWith(() => undefined);
    const ask = (): string =>
      site.plane.explain(site.netns('a'), { protocol: 'tcp', destination: b, destinationPort: 1 });
    expect(ask()).toContain('delivered');

    portOf(site, 'b').security_groups = [];
    site.cloud.changed();

    expect(ask()).toContain('dropped');
  });

  test('takes well below a millisecond, with a thousand ports', () => {
    const site = siteWith(({ cloud }) => {
      for (let index = 0; index < 1_000; index += 1) {
        cloud.addPort('services', `10.79.${1 + Math.floor(index / 250)}.${index % 250}`);
      }
    });
    const { balancer } = site.cloud.balancer(vip, {
      provider: 'ovn',
      members: [
        [far, 8080],
        [b, 8080],
      ],
    });
    const packets = 5_000;
    const began = performance.now();

    for (let index = 0; index < packets; index += 1) {
      site.plane.explain(site.netns('a'), {
        ...{ protocol: 'tcp', destination: balancer.vip_address, destinationPort: 80 },
      });
    }

    expect((performance.now() - began) / packets).toBeLessThan(0.2);
  });
});
