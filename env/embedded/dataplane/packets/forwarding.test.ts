/**
 * The way of packets through switches, routers and NAT.
 */
import { expect, test } from '@playwright/test';
import { addresses, inGroup, type PacketCase, told } from '../testing/packet-cases.ts';

const { a, b, far, floating, outside } = addresses;

const cases: Readonly<Record<string, readonly PacketCase[]>> = {
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
      change: ({ cloud }) => (cloud.row('routers', 'router').admin_state_up = false),
      says: 'router router is administratively down',
    },
    {
      what: 'is lost when the network is down',
      to: b,
      change: ({ cloud }) => (cloud.row('networks', 'one').admin_state_up = false),
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
        site.cloud.row('routers', 'router').routes = [
          { destination: '10.30.0.0/16', nexthop: '10.20.0.2' },
        ];
        site.plug('beyond', site.cloud.addPort('beyond', '10.30.0.5'));
      },
      says: 'delivered',
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
      change: (site) =>
        site.cloud.floatingIp(floating, site.cloud.row('ports', 'port-a'), 'router'),
      says: `out as ${floating}`,
    },
    {
      what: 'does not leave without a gateway',
      to: outside,
      change: ({ cloud }) => (cloud.row('routers', 'router').external_gateway_info = null),
      says: /dropped: router router has no route/,
    },
    {
      what: 'is told so by a Linux router',
      to: outside,
      axes: { ml2: 'ovs', firewall: 'openvswitch' },
      change: ({ cloud }) => (cloud.row('routers', 'router').external_gateway_info = null),
      says: /rejected: router router has no route/,
    },
    { what: 'finds no way beyond', to: '203.0.113.9', says: 'dropped: nobody has 203.0.113.9' },
    {
      what: 'comes in through a floating IP',
      from: 'outside',
      to: floating,
      change: (site) =>
        site.cloud.floatingIp(floating, site.cloud.row('ports', 'port-a'), 'router'),
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
        site.cloud.floatingIp(floating, site.cloud.row('ports', 'port-a'), 'router');
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
