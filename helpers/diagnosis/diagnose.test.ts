/**
 * The first broken link: among objects that do not fit together, and in what a failure says by itself.
 */
import type { V1NetworkPolicy, V1Pod, V1Service } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import type { Profile } from '#env';
import { explained } from './diagnose.ts';
import type { NamespacePicture, Picture } from './picture.ts';

const tags = ['kuryr'];
const profile = {
  ...{ series: '2024.1', podMode: 'nested-vlan', octavia: { provider: 'ovn' } },
  ...{ claims: ['services.udp', 'services.mixed-protocol'], layout: { resourceTag: 'kuryr' } },
} as unknown as Profile;

const vif = {
  ...{ portId: 'p1', addresses: ['10.0.0.4'], macAddress: 'fa:16:3e:00:00:01', mtu: 1400 },
  ...{ networkId: 'n1', vlanId: 7, isActive: true },
};
const port = {
  ...{ id: 'p1', network_id: 'n1', status: 'ACTIVE', admin_state_up: true, tags },
  ...{ fixed_ips: [{ subnet_id: 's1', ip_address: '10.0.0.4' }], mac_address: vif.macAddress },
  ...{ device_owner: 'trunk:subport', security_groups: ['g1'] },
};
const routerPort = { ...port, id: 'r1', device_owner: 'network:router_interface', fixed_ips: [] };
const pod = {
  metadata: { name: 'web-0', labels: { app: 'web' } },
  spec: { containers: [] },
  status: {
    podIP: '10.0.0.4',
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  },
} as unknown as V1Pod;
const rule = { direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp' };
const policy = {
  policy: { metadata: { name: 'close' }, spec: { podSelector: {} } } as unknown as V1NetworkPolicy,
  record: {
    ...{ securityGroupId: 'g1', isApplied: true },
    planned: [{ ...rule, ports: [8080, 8080], remote: '10.0.0.9' }],
  },
  group: {
    id: 'g1',
    security_group_rules: [
      { ...rule, port_range_min: 8080, port_range_max: 8080, remote_ip_prefix: '10.0.0.9/32' },
    ],
  },
};
const well = { provisioning_status: 'ACTIVE', admin_state_up: true, tags };
const service = {
  service: {
    metadata: { name: 'web' },
    spec: {
      ...{ type: 'LoadBalancer', clusterIP: '10.1.0.5', selector: { app: 'web' } },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
  } as unknown as V1Service,
  endpoints: { subsets: [{ addresses: [{ ip: '10.0.0.4' }] }] },
  balancer: { ...well, id: 'b1', vip_address: '10.1.0.5', provider: 'ovn' },
  listeners: [{ ...well, id: 'l1', protocol: 'TCP', protocol_port: 80 }],
  pools: [
    {
      pool: { ...well, id: 'o1', listeners: [{ id: 'l1' }] },
      members: [{ ...well, address: '10.0.0.4', protocol_port: 8080 }],
    },
  ],
  floatingIps: [{ floating_ip_address: '192.0.2.7', fixed_ip_address: '10.1.0.5', tags }],
};
const home = {
  name: 'home',
  record: { networkId: 'n1', subnetCidr: '10.0.0.0/26' },
  networks: [{ id: 'n1', mtu: 1400, tags }],
  subnets: [{ id: 's1', cidr: '10.0.0.0/26', tags }],
  ports: [port, routerPort],
  pods: [{ pod, record: { vif } }],
  policies: [policy],
  services: [service],
};
const trunk = { id: 't1', status: 'ACTIVE', sub_ports: [{ port_id: 'p1', segmentation_id: 7 }] };

function picture(change: object = {}, beside: object = {}): Picture {
  const namespace = { ...home, ...change } as unknown as NamespacePicture;
  const whole = { profile, namespaces: [namespace], trunks: [trunk], amphorae: [], ...beside };
  return whole as unknown as Picture;
}

const ofService = (change: object): Picture => picture({ services: [{ ...service, ...change }] });
function askingFor(loadBalancerIP: string): Picture {
  const { metadata, spec, status } = service.service;
  return ofService({
    service: { metadata, status, spec: Object.assign({}, spec, { loadBalancerIP }) },
    floatingIps: [{ ...service.floatingIps[0], tags: [] }],
  });
}
const ofPort = (change: object): Picture =>
  picture({ ports: [{ ...port, ...change }, routerPort] });

/** A pod that is not ready, in a phase. */
function unready(phase: string): object {
  const { metadata, spec } = pod;
  return { pod: { metadata, spec, status: { podIP: '10.0.0.4', phase } }, record: { vif } };
}

/** Pods that no policy selects, by the groups of their ports. */
function free(groups: readonly (readonly string[])[]): Picture {
  const place = (index: number): object => ({
    ...{ id: `p${index}`, fixed_ips: [{ subnet_id: 's1', ip_address: `10.0.0.${index}` }] },
  });
  const ports = groups.map((ids, index) => ({ ...port, ...place(index), security_groups: ids }));
  const pods = groups.map((_, index) => ({
    pod,
    record: {
      vif: { ...vif, portId: `p${index}`, addresses: [`10.0.0.${index}`], vlanId: index + 1 },
    },
  }));
  const sub_ports = groups.map((_, index) => ({
    port_id: `p${index}`,
    segmentation_id: index + 1,
  }));
  return picture(
    { policies: [], services: [], pods, ports: [...ports, routerPort] },
    { trunks: [{ ...trunk, sub_ports }] },
  );
}

const broken: readonly (readonly [layer: string, says: string, Picture])[] = [
  [
    'namespace network',
    'lacks the tag',
    picture({ networks: [{ id: 'n1', mtu: 1400, tags: [] }] }),
  ],
  ['namespace network', '2 subnets', picture({ subnets: [...home.subnets, ...home.subnets] })],
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

const unsettled = 'did not settle within 9000 ms (budget "dataplane", 5 reads).';
const symptoms: readonly (readonly [layer: string, message: string, Picture])[] = [
  ['dns', `Error: look-up of web through libc from pod home/a ${unsettled}`, picture()],
  ['dns', `Error: probe of web through musl-1.2.3 from pod home/a ${unsettled}`, picture()],
  ['dns', `Error: resolv.conf of pod home/a ${unsettled}`, picture()],
  ['router', `Error: router of subnet s-1 ${unsettled}`, picture()],
  ['member', `Error: load balancer home/web ${unsettled}\n  members: expected []`, picture()],
  ['kubernetes', `Error: network.config.openshift.io/cluster ${unsettled}`, picture()],
  [
    'security group',
    `Error: TCP probe of 10.0.0.4:8080/TCP from pod home/a ${unsettled}\n  verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ['router', `Error: prerequisite "quota: routers" ${unsettled}`, picture()],
  ['load balancer', `Error: prerequisite "provider of load balancers" ${unsettled}`, picture()],
  ['kubernetes', `Error: prerequisite "quota: RAM" ${unsettled}`, picture()],
  ['kubernetes', `Error: answer to the offer of a KuryrPort in home ${unsettled}`, picture()],
  [
    'listener',
    `Error: answers to 40 connections to 10.1.0.5:80/UDP from pod home/a ${unsettled}\n  answeredBy: expected [ 'web-0' ], last read []`,
    picture(),
  ],
  [
    'member',
    `Error: answers to 40 connections to 10.1.0.5:80/TCP from pod home/a ${unsettled}\n  verdicts.open: expected 40, last read 13`,
    picture(),
  ],
  [
    'load balancer',
    `Error: TCP probe of 10.1.0.5:80/TCP from pod home/a ${unsettled}\n  clientAddress: expected '10.0.0.4', last read '10.1.0.5'`,
    picture(),
  ],
  [
    'security group',
    `Error: probe of 10.1.0.5:80/TCP from pod home/a beside 10.0.0.4:80/TCP ${unsettled}\n  verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ ports: [port, routerPort] }),
  ],
  [
    'listener',
    `Error: probe of 10.1.0.5:81/UDP and 10.1.0.5:82/TCP from pod home/a ${unsettled}\n  [0].verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ['floating ip', `Error: TCP probe of 192.0.2.7:80/TCP from outside ${unsettled}`, picture()],
  ['floating ip', `Error: TCP probe of 192.0.2.7:80/TCP from pod home/a ${unsettled}`, picture()],
  [
    'floating ip',
    `Error: probe of 192.0.2.9:80/TCP from outside ${unsettled}\n  expected is no answer of these pods, last read { clientAddress: '192.0.2.3' }`,
    picture(),
  ],
  [
    'router',
    `Error: TCP probe of 192.0.2.20:80/TCP from pod home/a ${unsettled}\n  clientAddress: expected '192.0.2.9', last read '192.0.2.10'`,
    picture(),
  ],
  ['pool', 'Error: answer of Octavia to pools with {}', picture()],
  [
    'load balancer',
    `Error: KuryrLoadBalancer home/web ${unsettled}\n  expected undefined, last read { publicIp: '192.0.2.7' }`,
    picture(),
  ],
  [
    'floating ip',
    `Error: KuryrLoadBalancer home/web ${unsettled}\n  publicIp: expected 1`,
    picture(),
  ],
  ['listener', 'Error: answer of Octavia to listeners with {}', picture()],
  ['load balancer', `Error: providers of Octavia ${unsettled}`, picture()],
  [
    'load balancer',
    `Error: port p-1 ${unsettled}\n  expected has the address 10.1.0.5 and is bound to no host`,
    picture(),
  ],
  ['pod', `Error: interfaces of pod near ${unsettled}\n  [0].mtu: expected 1442`, picture()],
  [
    'security group',
    `Error: who reaches whom among 3 pods over UDP port 8080 ${unsettled}`,
    picture(),
  ],
  [
    'port',
    `Error: who reaches whom among 2 pods over UDP port 8080 ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'router',
    `Error: who reaches whom among 2 pods over UDP port 8080 ${unsettled}\n  home/one (10.0.0.4) -> other/two (10.0.1.4:8080/UDP): expected 'open', last read 'dropped'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'namespace network',
    `Error: UDP probe of 10.0.0.4:8080/UDP with 1372 bytes from pod home/a ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'port',
    `Error: UDP probe of 10.0.0.4:8080/UDP with 256 bytes from pod home/a ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ['clean-up', `Error: objects of somebody else's ${unsettled}`, picture()],
  ['clean-up', 'LeakError: Removing namespace "home": this is still there, 12 s', picture()],
];

test.describe('a failure of which the objects know nothing', () => {
  for (const [layer, message, seen] of symptoms) {
    test(`speaks of the ${layer}: ${message.slice(0, 60)}`, () => {
      expect(explained(seen, [message])?.layer).toBe(layer);
    });
  }
});
