/**
 * The first broken link among objects that do not fit together.
 */
import { expect, test } from '@playwright/test';
import { explained } from './diagnose.ts';
import type { Picture } from './picture.ts';
import {
  vif,
  port,
  routerPort,
  pod,
  policy,
  service,
  home,
  picture,
  ofService,
  askingFor,
  ofPort,
  unready,
  free,
} from './testing.ts';

const broken: readonly (readonly [layer: string, says: string, Picture])[] = [
  [
    'namespace network',
    'lacks the tag',
    picture({ networks: [{ id: 'n1', mtu: 1400, tags: [] }] }),
  ],
  ['namespace network', '2 subnets', picture({ subnets: [...home.subnets, ...home.subnets] })],
  ['namespace network', 'has pods, and no network', picture({ networks: [], subnets: [] })],
  ['router', 'no router has an interface', picture({ ports: [port] })],
  ['pod', 'no KuryrPort', picture({ pods: [{ pod, record: undefined }] })],
  ['port', 'names no Neutron port', picture({ pods: [{ pod, record: { vif: undefined } }] })],
  ['port', 'is DOWN instead of ACTIVE', ofPort({ status: 'DOWN' })],
  ['port', 'shares its address', picture({ ports: [port, { ...port, id: 'p2' }, routerPort] })],
  [
    'port',
    'KuryrPort says 1300',
    picture({ pods: [{ pod, record: { vif: { ...vif, mtu: 1300 } } }] }),
  ],
  ['subport', 'is a subport of no trunk', picture({}, { trunks: [] })],
  [
    'subport',
    'KuryrPort says 8',
    picture({ pods: [{ pod, record: { vif: { ...vif, vlanId: 8 } } }] }),
  ],
  ['security group', 'lacks group g1', ofPort({ security_groups: [] })],
  ['security group', 'has group g9 beside', ofPort({ security_groups: ['g1', 'g9'] })],
  ['security group', 'has group g2, which others have not', free([['g1'], ['g1', 'g2']])],
  [
    'subport',
    'p1 is a subport of no trunk',
    picture({ pods: [unready('Running')], services: [] }, { trunks: [] }),
  ],
  ['pod', 'is not ready', picture({ pods: [unready('Running')], services: [] })],
  [
    'security group',
    'lacks the rule "ingress IPv4 tcp ports 8080 to 8080 10.0.0.9"',
    picture({ policies: [{ ...policy, group: { id: 'g1', security_group_rules: [] } }] }),
  ],
  ['kubernetes', 'its Endpoints lack 10.0.0.4', ofService({ endpoints: undefined })],
  ['load balancer', 'no load balancer', ofService({ balancer: undefined })],
  [
    'load balancer',
    'is one of the provider amphora instead of ovn',
    ofService({ balancer: { ...service.balancer, provider: 'amphora' } }),
  ],
  ['listener', 'no listener serves its TCP port 80', ofService({ listeners: [] })],
  ['pool', 'has no pool', ofService({ pools: [] })],
  ['member', 'lack 10.0.0.4:8080', ofService({ pools: [{ ...service.pools[0], members: [] }] })],
  ['floating ip', 'no floating IP leads', ofService({ floatingIps: [] })],
  ['floating ip', 'is 192.0.2.7, it asks for 192.0.2.8', askingFor('192.0.2.8')],
];

test.describe('a diagnosis', () => {
  test('finds nothing where everything fits together', () => {
    expect(explained(picture(), [])).toBeUndefined();
  });

  test('does not look for the tag of Kuryr on an address that a Service asks for', () => {
    expect(explained(askingFor('192.0.2.7'), [])).toBeUndefined();
  });

  for (const [layer, says, seen] of broken) {
    test(`names the ${layer}: ${says}`, () => {
      expect(explained(seen, ['Error: a thing failed'])).toMatchObject({
        layer,
        sentence: expect.stringContaining(says),
      });
    });
  }

  test('says nothing of a pod that has ended, nor of free pods with the same groups', () => {
    expect(explained(picture({ pods: [unready('Succeeded')], services: [] }), [])).toBeUndefined();
    expect(explained(free([['g1'], ['g1']]), [])).toBeUndefined();
  });

  test('names the first link of several', () => {
    const seen = picture({ services: [{ ...service, listeners: [] }], ports: [port] });

    expect(explained(seen, [])?.layer).toBe('router');
  });

  test('says nothing of a picture that could not be taken', () => {
    expect(explained(undefined, ['Error: something else'])).toBeUndefined();
  });
});
