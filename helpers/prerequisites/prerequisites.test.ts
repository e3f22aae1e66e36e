/**
 * Prerequisites are judged from data, so each verdict is shown without a stack.
 */
import { expect, test } from '@playwright/test';
import { defaultQuotaFigures } from '#env';
import { adviceOf } from './advice.ts';
import { isCrowded } from './cloud-prerequisites.ts';
import type { KnownFacts, PlatformFacts, Setting } from './facts.ts';
import { countServices } from './platform.ts';
import { judgePrerequisite, mendText, mendTexts, type PrerequisiteRow } from './prerequisite.ts';
import { type PrerequisiteId, prerequisiteOf, prerequisites } from './table.ts';

const setting: Setting = {
  quotas: defaultQuotaFigures,
  claims: ['lb.octavia', 'services.mixed-protocol'],
  octavia: { provider: 'ovn' },
  podMode: 'nested-vlan',
};

const good: PlatformFacts = {
  project: 'p-1',
  endpoints: { network: true, loadBalancer: true },
  extensions: [
    ...['trunk', 'trunk-details', 'router', 'security-group', 'external-net', 'quota_details'],
    ...['standard-attr-tag', 'subnet_allocation'],
  ],
  octaviaApi: [2, 26],
  providers: ['amphora', 'ovn'],
  nodePlugs: [{ port: 'port-1', host: 'w1', isHybrid: false }],
  neutronQuotas: {
    floatingip: { limit: 5, used: 2 },
    security_group: { limit: 250, used: 1 },
    security_group_rule: { limit: 1_000, used: 4 },
    router: { limit: 1, used: 1 },
    subnet: { limit: 250, used: 3 },
    network: { limit: 250, used: 3 },
    port: { limit: 1_500, used: 30 },
  },
  octaviaQuotas: { load_balancer: 100, listener: -1, pool: 500 },
  novaQuotas: {
    ram: { limit: 114_688, used: 0 },
    cores: { limit: 28, used: 0 },
    instances: { limit: 7, used: 0 },
  },
  cinderQuotas: { gigabytes: { limit: 175, used: 0 } },
  services: { tcp: 10, udp: 1, external: 2 },
  capacity: { hypervisors: 3, freeRamMb: 65_536, amphorae: 0 },
};

function judged(id: PrerequisiteId, changed: Partial<PlatformFacts> = {}): PrerequisiteRow {
  const facts = Object.fromEntries(
    Object.entries({ ...good, ...changed }).map(([question, value]) => [question, { value }]),
  ) as KnownFacts;
  return judgePrerequisite(prerequisiteOf(id), facts, setting);
}

/** The id, what is wrong, what is found then, and what mends it. */
const failures: readonly [
  id: PrerequisiteId,
  changed: Partial<PlatformFacts>,
  found: string,
  mend: RegExp,
][] = [
  [
    'services',
    { endpoints: { network: true, loadBalancer: false } },
    'network: yes, load-balancer: no',
    /^install Octavia, then: openstack endpoint create /,
  ],
  ['octavia-api', { octaviaApi: [2, 10] }, '2.10', /^upgrade Octavia/],
  ['provider', { providers: ['amphora', 'octavia'] }, 'amphora, octavia', /add "ovn"/],
  ['provider', { providers: undefined }, 'no list; such an old Octavia has amphora', /add "ovn"/],
  [
    'extensions',
    { extensions: ['trunk', 'router'] },
    'without security-group, external-net, quota_details, standard-attr-tag, subnet_allocation',
    /service_plugins/,
  ],
  ['trunk', { extensions: ['router'] }, 'without trunk, trunk-details', /service_plugins/],
  [
    'firewall',
    { nodePlugs: [{ port: 'port-1', host: 'w1', isHybrid: true }] },
    'hybrid plug on w1: groups are not enforced on subports',
    /firewall_driver = openvswitch/,
  ],
  [
    'advice',
    { octaviaApi: [2, 10] },
    'OpenStack is older than Train, and there are UDP Services, or many TCP Services for few hypervisors',
    /^upgrade OpenStack/,
  ],
  [
    'quota-floating-ips',
    { services: { tcp: 9, udp: 1, external: 3 } },
    '5, 2 used',
    /^openstack quota set --floating-ips 6 p-1$/,
  ],
  [
    'quota-security-groups',
    neutronWith('security_group', 10),
    '10, 1 used',
    /^openstack quota set --secgroups 250 p-1$/,
  ],
  [
    'quota-security-group-rules',
    neutronWith('security_group_rule', 999),
    '999, 1 used',
    /--secgroup-rules 1000 p-1$/,
  ],
  ['quota-routers', neutronWith('router', 0), '0, 1 used', /--routers 1 p-1$/],
  ['quota-subnets', neutronWith('subnet', 249), '249, 1 used', /--subnets 250 p-1$/],
  ['quota-networks', neutronWith('network', 249), '249, 1 used', /--networks 250 p-1$/],
  ['quota-ports', neutronWith('port', 500), '500, 1 used', /--ports 1500 p-1$/],
  [
    'quota-ram',
    { novaQuotas: { ram: { limit: 51_200, used: 0 } } },
    '51200 MB, 0 used',
    /--ram 114688 p-1$/,
  ],
  ['quota-vcpus', { novaQuotas: { cores: { limit: 20, used: 3 } } }, '20, 3 used', /--cores 28 p/],
  [
    'quota-volumes',
    { cinderQuotas: { gigabytes: { limit: 100, used: 0 } } },
    '100 GB, 0 used',
    /--gigabytes 175 p-1$/,
  ],
  ['quota-instances', { novaQuotas: {} }, 'no such quota', /--instances 7 p-1$/],
  [
    'quota-load-balancers',
    { octaviaQuotas: { loadbalancer: 99 } },
    '99',
    /^openstack loadbalancer quota set --loadbalancer 100 p-1$/,
  ],
  ['quota-listeners', { octaviaQuotas: { listener: 10 } }, '10', /--listener 500 p-1$/],
  ['quota-pools', { octaviaQuotas: { pool: 10 } }, '10', /--pool 500 p-1$/],
];

function neutronWith(resource: string, limit: number): Partial<PlatformFacts> {
  return { neutronQuotas: { ...good.neutronQuotas, [resource]: { limit, used: 1 } } };
}

test.describe('a prerequisite', () => {
  test('is met by a cloud that has everything', () => {
    for (const { id } of prerequisites) {
      expect(judged(id), id).toMatchObject({ verdict: 'met' });
      expect(judged(id).mend, id).toBeUndefined();
    }
  });

  for (const [id, changed, found, mend] of failures) {
    test(`"${id}" is not met when there is ${found}`, () => {
      const row = judged(id, changed);

      expect(row).toMatchObject({ verdict: 'not-met', found });
      expect(row.mend === undefined ? '' : mendText(row.mend)).toMatch(mend);
    });
  }

  test('has a case here in which it is not met', () => {
    const shown = new Set(failures.map(([id]) => id));

    expect(prerequisites.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  test('is unknown, with the reason, when a question has no answer', () => {
    const facts: KnownFacts = {
      project: { value: 'p-1' },
      neutronQuotas: { unknown: 'forbidden' },
    };

    expect(judgePrerequisite(prerequisiteOf('quota-ports'), facts, setting)).toEqual({
      name: 'quota: ports',
      required: '?',
      found: 'forbidden',
      verdict: 'unknown',
    });
  });

  test('takes its figure from the profile, and an unlimited quota for enough', () => {
    const low: Setting = { ...setting, quotas: { ...defaultQuotaFigures, ports: 400 } };
    const facts = {
      project: { value: 'p-1' },
      neutronQuotas: { value: { port: { limit: 500, used: 0 } } },
    };

    expect(judgePrerequisite(prerequisiteOf('quota-ports'), facts, low)).toMatchObject({
      required: 'at least 400',
      verdict: 'met',
    });
    expect(judged('quota-ports', neutronWith('port', -1))).toMatchObject({
      found: 'unlimited, 1 used',
      verdict: 'met',
    });
  });

  test('on floating IPs counts the expected Services when they are more than those found', () => {
    const many: Setting = {
      ...setting,
      quotas: { ...defaultQuotaFigures, loadBalancerServices: 9 },
    };
    const facts = {
      project: { value: 'p-1' },
      neutronQuotas: { value: { floatingip: { limit: 11, used: 0 } } },
      services: { value: undefined },
    };

    expect(judgePrerequisite(prerequisiteOf('quota-floating-ips'), facts, many)).toMatchObject({
      required: 'at least 12 (3 and 9 for Services of type LoadBalancer)',
      verdict: 'not-met',
    });
  });

  test('on the API of Octavia asks for what the claims rest on', () => {
    const asking = (claims: Setting['claims']): string =>
      judgePrerequisite(
        prerequisiteOf('octavia-api'),
        { octaviaApi: { value: [2, 13] } },
        { ...setting, claims },
      ).required;

    expect(asking(['lb.octavia'])).toBe('at least 2.0 (load balancers)');
    expect(asking(['services.mixed-protocol'])).toMatch(/^at least 2\.13 /);
    expect(asking(['services.mixed-protocol', 'services.sctp'])).toMatch(/^at least 2\.23 /);
  });
});

test('commands that mend the same project become one', () => {
  const set = { command: 'openstack quota set', target: 'p-1' };

  expect(
    mendTexts([
      { ...set, option: '--ports 1500' },
      { text: 'restart it' },
      { ...set, option: '--subnets 250' },
    ]),
  ).toEqual(['openstack quota set --ports 1500 --subnets 250 p-1', 'restart it']);
});

test.describe('the advice against Kuryr', () => {
  const names = ['isOldCloud', 'usesUdp', 'isCrowded', 'isOvnOff'] as const;
  // The eight combinations in which a list of the page is true as a whole, written out.
  const givenWith = [
    'isOldCloud usesUdp',
    'isOldCloud isCrowded',
    'isCrowded isOvnOff',
    'isOldCloud usesUdp isCrowded',
    'isOldCloud usesUdp isOvnOff',
    'isOldCloud isCrowded isOvnOff',
    'usesUdp isCrowded isOvnOff',
    'isOldCloud usesUdp isCrowded isOvnOff',
  ];
  for (const bits of Array.from({ length: 2 ** names.length }, (_, number) => number)) {
    const set = names.filter((_, index) => (bits & (1 << index)) !== 0);
    const has = (name: (typeof names)[number]): boolean => set.includes(name);
    const inputs = {
      isOldCloud: has('isOldCloud'),
      usesUdp: has('usesUdp'),
      isCrowded: has('isCrowded'),
      isOvnOff: has('isOvnOff'),
    };
    const against = givenWith.includes(set.join(' '));

    test(`is ${against ? '' : 'not '}given with ${set.join(', ') || 'nothing'}`, () => {
      expect(adviceOf(inputs).reasons.length > 0).toBe(against);
      expect(adviceOf(inputs).undecided).toEqual([]);
    });
  }

  test('is left open only when what nobody knows decides it', () => {
    const open = { usesUdp: undefined, isCrowded: undefined };

    expect(adviceOf({ ...open, isOldCloud: false, isOvnOff: false })).toEqual({
      reasons: [],
      undecided: [],
    });
    expect(adviceOf({ ...open, isOldCloud: true, isOvnOff: false }).undecided).toHaveLength(1);
    expect(adviceOf({ ...open, usesUdp: true, isOldCloud: true, isOvnOff: false })).toMatchObject({
      reasons: [expect.stringContaining('older than Train')],
      undecided: [],
    });
  });

  test('takes hypervisors for crowded when Services without an amphora find no room', () => {
    const services = { tcp: 20, udp: 0, external: 0 };

    expect(isCrowded(services, { hypervisors: 2, freeRamMb: 8_192, amphorae: 0 })).toBe(true);
    expect(isCrowded(services, { hypervisors: 2, freeRamMb: 8_192, amphorae: 12 })).toBe(false);
    expect(isCrowded(services, undefined)).toBeUndefined();
  });
});

test('of Services those count that get a load balancer and belong to no run', () => {
  const port = (protocol: string): object => ({ port: 80, protocol });
  const service = (spec: object, labels: Record<string, string> = {}): object => ({
    metadata: { labels },
    spec,
  });

  expect(
    countServices([
      service({ type: 'ClusterIP', clusterIP: '10.79.0.1', ports: [port('TCP')] }),
      service({ type: 'LoadBalancer', clusterIP: '10.79.0.2', ports: [port('TCP'), port('UDP')] }),
      service({ type: 'ClusterIP', clusterIP: 'None', ports: [port('TCP')] }),
      service({ type: 'NodePort', clusterIP: '10.79.0.3', ports: [port('TCP')] }),
      service({ type: 'ExternalName' }),
      service(
        { type: 'LoadBalancer', clusterIP: '10.79.0.4', ports: [port('TCP')] },
        { 'kuryr-conformance.io/run': 'r' },
      ),
    ]),
  ).toEqual({ tcp: 2, udp: 1, external: 1 });
});
