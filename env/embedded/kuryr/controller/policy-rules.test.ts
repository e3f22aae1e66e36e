import { expect, test } from '@playwright/test';
import type { PlannedRule } from '../api/records.ts';
import type { Labels, NetworkPolicy, Pod, Service } from '../api/resources.ts';
import { type Deviations, releaseOf } from '../release.ts';
import type { Inventory } from './policy-inventory.ts';
import { translate, type Translated } from './policy-rules.ts';
import { matches } from './selectors.ts';

const release = releaseOf({ kuryr: '10.0', cluster: { kind: 'kind' } });

function pod(
  namespace: string,
  name: string,
  ...[ip, labels, ports]: [string, Labels, object[]?]
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid: name, resourceVersion: '1', labels },
    spec: { containers: [{ ports: (ports ?? []) as never }] },
    status: { podIP: ip },
  };
}

function service(name: string, spec: Service['spec']): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'demo', uid: name, resourceVersion: '1' },
    spec,
  };
}

const pods = [
  pod('demo', 'web', '10.20.0.5', { app: 'web' }, [{ name: 'http', containerPort: 8080 }]),
  pod('demo', 'plain', '10.20.0.6', { app: 'plain' }, [{ containerPort: 9090 }]),
  pod('a', 'client', '10.20.1.5', { role: 'client' }),
  pod('b', 'client', '10.20.2.5', { role: 'client' }),
];
const spaces = [
  { name: 'a', labels: { team: 'x' }, cidr: '10.20.1.0/26' },
  { name: 'b', labels: { team: 'x' }, cidr: '10.20.2.0/26' },
  { name: 'demo', labels: { team: 'y' }, cidr: '10.20.0.0/26' },
];
const services = [
  service('web', {
    clusterIP: '10.79.0.9',
    selector: { app: 'web' },
    ports: [{ port: 80, targetPort: 8080 }],
  }),
  service('headless', { clusterIP: 'None', selector: { app: 'web' } }),
];

const inventory: Inventory = {
  pods: (selector, namespace) =>
    pods.filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        matches(selector, metadata.labels),
    ),
  namespaces: (selector) => spaces.filter(({ labels }) => matches(selector, labels)),
  namespace: (name) => spaces.find((space) => space.name === name),
  services: (namespace) =>
    services.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
  portAddressOf: ({ status }) => status?.podIP,
  targetsOf: () => [],
  podCidrs: ['10.20.0.0/16'],
  serviceCidr: '10.79.0.0/16',
  workerCidrs: ['10.10.0.0/24'],
};

function policy(spec: NetworkPolicy['spec']): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'np', namespace: 'demo', uid: 'np', resourceVersion: '1' },
    spec,
  };
}

function translated(
  spec: NetworkPolicy['spec'],
  {
    deviations = {},
    enforces = false,
  }: { deviations?: Partial<Deviations>; enforces?: boolean } = {},
): Translated {
  return translate(policy(spec), {
    inventory,
    release,
    deviations: { ...release.deviations, ...deviations },
    enforcesOnBalancers: enforces,
  });
}

/** A rule in one line: protocol, ports and where from or to. */
function lines(rules: readonly PlannedRule[]): string[] {
  return rules.map(({ sgRule: rule }) => {
    const ports =
      rule.port_range_min === undefined
        ? '*'
        : `${rule.port_range_min}-${rule.port_range_max ?? ''}`;
    return `${rule.ethertype} ${rule.protocol ?? '*'} ${ports} ${rule.remote_ip_prefix ?? 'any'}`;
  });
}

const nodes = 'IPv4 * * 10.10.0.0/24';
const hairpin = 'IPv4 * * 10.79.0.9';
const standing = [nodes, hairpin];
const ingress = { podSelector: {}, policyTypes: ['Ingress'] };

test.describe('a policy becomes rules', () => {
  test('of nodes and own services only, when it denies all ingress', () => {
    const { ingress: into, egress } = translated(ingress);

    expect(lines(into)).toEqual(standing);
    expect(lines(egress)).toEqual(['IPv4 * * any', 'IPv6 * * any']);
  });

  test('of nodes and the whole service subnet, when balancers enforce it', () => {
    expect(lines(translated(ingress, { enforces: true }).ingress)).toEqual([
      'IPv4 * * 10.79.0.0/16',
      nodes,
    ]);
  });

  test('that leave ingress open when it is about egress only', () => {
    const { ingress: into, egress } = translated({ podSelector: {}, policyTypes: ['Egress'] });

    expect(lines(into)).toEqual(['IPv4 * * any', 'IPv6 * * any', ...standing]);
    expect(lines(egress)).toEqual([]);
  });

  for (const [what, from, expected] of [
    ['pods of its namespace', [{ podSelector: { matchLabels: { app: 'web' } } }], ['10.20.0.5']],
    ['all pods of its namespace', [{ podSelector: {} }], ['10.20.0.0/26']],
    [
      'namespaces',
      [{ namespaceSelector: { matchLabels: { team: 'x' } } }],
      ['10.20.1.0/26', '10.20.2.0/26'],
    ],
    ['every namespace', [{ namespaceSelector: {} }], ['10.20.0.0/16', '10.79.0.0/16']],
    ['an address block', [{ ipBlock: { cidr: '192.0.2.0/24' } }], ['192.0.2.0/24']],
    [
      'an address block with an exception',
      [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.0/25'] } }],
      ['192.0.2.128/25'],
    ],
  ] as const) {
    test(`of the addresses of ${what}`, () => {
      const rules = translated({ ...ingress, ingress: [{ from }] }).ingress;

      expect(lines(rules)).toEqual([...expected.map((cidr) => `IPv4 * * ${cidr}`), ...standing]);
    });
  }

  test('with the number of a port, its name, and nothing for a range', () => {
    const podSelector = { matchLabels: { app: 'web' } };
    const from = [{ ipBlock: { cidr: '192.0.2.0/24' } }];
    const of = (ports: object[]): string[] =>
      lines(translated({ ...ingress, podSelector, ingress: [{ from, ports: ports }] }).ingress);

    expect(of([{ protocol: 'UDP', port: 53 }])).toContain('IPv4 udp 53-53 192.0.2.0/24');
    expect(of([{ port: 'http' }])).toContain('IPv4 tcp 8080-8080 192.0.2.0/24');
    expect(of([{ port: 8000, endPort: 8100 }])).toContain('IPv4 tcp 8000-8000 192.0.2.0/24');
    expect(of([{ port: 'absent' }])).toEqual(standing);
  });

  test('to a named port of peers that it selects itself, when it is mended', () => {
    const to = [{ podSelector: { matchLabels: { app: 'web' } } }];
    const of = (selectedPeersPassedOver: boolean): string[] =>
      lines(
        translated(
          { podSelector: {}, policyTypes: ['Egress'], egress: [{ to, ports: [{ port: 'http' }] }] },
          { deviations: { selectedPeersPassedOver } },
        ).egress,
      );

    expect(of(true)).toEqual([]);
    expect(of(false)).toContain('IPv4 tcp 8080-8080 10.20.0.5');
  });

  test('for both versions of IP, when only a port is named', () => {
    expect(lines(translated({ ...ingress, ingress: [{ ports: [{ port: 80 }] }] }).ingress)).toEqual(
      ['IPv4 tcp 80-80 any', 'IPv6 tcp 80-80 any', ...standing],
    );
  });

  test('with an extra one to each service in front of the pods, for egress', () => {
    const to = [{ podSelector: { matchLabels: { app: 'web' } } }];
    const of = (deviations: Partial<Deviations>): string[] =>
      lines(
        translated(
          { podSelector: {}, policyTypes: ['Egress'], egress: [{ to, ports: [{ port: 8080 }] }] },
          { deviations },
        ).egress,
      );

    expect(of({})).toEqual(['IPv4 tcp 8080-8080 10.20.0.5', 'IPv4 tcp 8080-8080 10.79.0.9']);
    expect(of({ serviceEgressAtPodPort: false })).toEqual([
      'IPv4 tcp 8080-8080 10.20.0.5',
      'IPv4 tcp 80-80 10.79.0.9',
    ]);
  });
});

test.describe('a known deviation', () => {
  const cases: readonly [keyof Deviations, NetworkPolicy['spec'], string[], string[]][] = [
    [
      'lastNamespaceWins',
      {
        ...ingress,
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { team: 'x' } },
                podSelector: { matchLabels: { role: 'client' } },
              },
            ],
          },
        ],
      },
      ['IPv4 * * 10.20.2.5'],
      ['IPv4 * * 10.20.1.5', 'IPv4 * * 10.20.2.5'],
    ],
    [
      'exceptionsUndoEachOther',
      {
        ...ingress,
        ingress: [
          {
            from: [
              { ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.0/25', '192.0.2.128/25'] } },
            ],
          },
        ],
      },
      ['IPv4 * * 192.0.2.128/25', 'IPv4 * * 192.0.2.0/25'],
      [],
    ],
    [
      'emptySelectorNamesNobody',
      {
        ...ingress,
        ingress: [{ ports: [{ port: 'http' }], from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
      },
      [],
      ['IPv4 tcp 8080-8080 192.0.2.0/24'],
    ],
    [
      'portlessIsNamed',
      {
        ...ingress,
        podSelector: { matchLabels: { app: 'plain' } },
        ingress: [{ ports: [{ protocol: 'TCP' }], from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
      },
      ['IPv4 tcp 9090-9090 192.0.2.0/24'],
      ['IPv4 tcp * 192.0.2.0/24'],
    ],
    [
      'emptyRuleOnlyFirst',
      { ...ingress, ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.1/32' } }] }, {}] },
      ['IPv4 * * 192.0.2.1/32'],
      ['IPv4 * * any', 'IPv6 * * any', 'IPv4 * * 192.0.2.1/32'],
    ],
    [
      'ignoresEndPort',
      { ...ingress, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] },
      ['IPv4 tcp 80-80 any', 'IPv6 tcp 80-80 any'],
      ['IPv4 tcp 80-90 any', 'IPv6 tcp 80-90 any'],
    ],
    [
      'onlyTcpWithoutProtocol',
      { ...ingress, ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] },
      ['IPv4 tcp 1-65535 192.0.2.0/24'],
      ['IPv4 * * 192.0.2.0/24'],
    ],
  ];

  for (const [name, spec, deviating, mended] of cases) {
    test(`${name} makes other rules than a mended Kuryr`, () => {
      const of = (value: boolean): string[] =>
        lines(translated(spec, { deviations: { [name]: value } }).ingress).filter(
          (line) => !line.includes('10.10.0.0/24') && !line.includes('10.79.0.9'),
        );

      expect(of(true)).toEqual(deviating);
      expect(of(false)).toEqual(mended);
    });
  }
});
