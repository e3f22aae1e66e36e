/**
 * What load balancers of both providers make of packets, and how often one is decided.
 */
import { expect, test } from '@playwright/test';
import {
  addresses,
  egress,
  inGroup,
  type PacketCase,
  siteWith,
  told,
} from '../testing/packet-cases.ts';

const { a, b, far, vip, floating, outside } = addresses;

const cases: Readonly<Record<string, readonly PacketCase[]>> = {
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
      what: 'is filtered on the way out by the member as well, once the connection stands',
      to: vip,
      port: 80,
      change: (site) => {
        site.cloud.balancer(vip, { provider: 'ovn', members: [[b, 8080]] });
        site.cloud.group('to the VIP', [{ ...egress, remote_ip_prefix: `${vip}/32` }]);
        inGroup('a', 'to the VIP')(site);
      },
      says: `no egress rule admits tcp port 8080 to ${b}`,
    },
    {
      what: 'needs no rule for the member when it is a datagram that stands alone',
      to: vip,
      port: 80,
      protocol: 'udp',
      change: (site) => {
        site.cloud.balancer(vip, { provider: 'ovn', protocol: 'UDP', members: [[b, 8080]] });
        site.cloud.group('to the VIP', [{ ...egress, remote_ip_prefix: `${vip}/32` }]);
        inGroup('a', 'to the VIP')(site);
      },
      says: 'delivered',
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
    ...(['PENDING_CREATE', 'ERROR'] as const).map((status): PacketCase => ({
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

test.describe('a decision', () => {
  test('is made again after a change', () => {
    const site = siteWith(() => undefined);
    const ask = (): string =>
      site.plane.explain(site.netns('a'), { protocol: 'tcp', destination: b, destinationPort: 1 });
    expect(ask()).toContain('delivered');

    site.cloud.row('ports', 'port-b').security_groups = [];
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
    const before = process.cpuUsage();

    for (let index = 0; index < packets; index += 1) {
      site.plane.explain(site.netns('a'), {
        ...{ protocol: 'tcp', destination: balancer.vip_address, destinationPort: 80 },
      });
    }

    // Processor time, as a busy machine says nothing by its clock.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000 / packets).toBeLessThan(0.3);
  });
});
