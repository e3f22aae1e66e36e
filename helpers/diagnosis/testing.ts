/**
 * Pictures for tests: a namespace in which everything fits together, and ways to break it.
 */
import type { V1NetworkPolicy, V1Pod, V1Service } from '@kubernetes/client-node';
import type { Profile } from '#env';
import type { NamespacePicture, Picture } from './picture.ts';

const tags = ['kuryr'];
const profile = {
  ...{ series: '2024.1', podMode: 'nested-vlan', octavia: { provider: 'ovn' } },
  ...{
    claims: ['services.udp', 'services.mixed-protocol', 'namespaces.own-subnet'],
    layout: { resourceTag: 'kuryr' },
  },
} as unknown as Profile;

export const vif = {
  ...{ portId: 'p1', addresses: ['10.0.0.4'], macAddress: 'fa:16:3e:00:00:01', mtu: 1400 },
  ...{ networkId: 'n1', vlanId: 7, isActive: true },
};
export const port = {
  ...{ id: 'p1', network_id: 'n1', status: 'ACTIVE', admin_state_up: true, tags },
  ...{ fixed_ips: [{ subnet_id: 's1', ip_address: '10.0.0.4' }], mac_address: vif.macAddress },
  ...{ device_owner: 'trunk:subport', security_groups: ['g1'] },
};
export const routerPort = {
  ...port,
  id: 'r1',
  device_owner: 'network:router_interface',
  fixed_ips: [],
};
export const pod = {
  metadata: { name: 'web-0', labels: { app: 'web' } },
  spec: { containers: [] },
  status: {
    podIP: '10.0.0.4',
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  },
} as unknown as V1Pod;
const rule = { direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp' };
export const policy = {
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
export const service = {
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
export const home = {
  name: 'home',
  record: { networkId: 'n1', subnetCidr: '10.0.0.0/26' },
  networks: [{ id: 'n1', mtu: 1400, tags }],
  subnets: [{ id: 's1', cidr: '10.0.0.0/26', tags }],
  ports: [port, routerPort],
  pods: [{ pod, record: { vif } }],
  policies: [policy],
  services: [service],
};
const trunk = {
  id: 't1',
  status: 'ACTIVE',
  sub_ports: [{ port_id: 'p1', segmentation_id: 7 }],
};

export function picture(change: object = {}, beside: object = {}): Picture {
  const namespace = { ...home, ...change } as unknown as NamespacePicture;
  const whole = { profile, namespaces: [namespace], trunks: [trunk], amphorae: [], ...beside };
  return whole as unknown as Picture;
}

export const ofService = (change: object): Picture =>
  picture({ services: [{ ...service, ...change }] });
export function askingFor(loadBalancerIP: string): Picture {
  const { metadata, spec, status } = service.service;
  return ofService({
    service: { metadata, status, spec: Object.assign({}, spec, { loadBalancerIP }) },
    floatingIps: [{ ...service.floatingIps[0], tags: [] }],
  });
}
export const ofPort = (change: object): Picture =>
  picture({ ports: [{ ...port, ...change }, routerPort] });

/** A pod that is not ready, in a phase. */
export function unready(phase: string): object {
  const { metadata, spec } = pod;
  return { pod: { metadata, spec, status: { podIP: '10.0.0.4', phase } }, record: { vif } };
}

/** Pods that no policy selects, by the groups of their ports. */
export function free(groups: readonly (readonly string[])[]): Picture {
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

/** Another pod is not wired yet. */
export function withLatecomer(): Picture {
  const late = {
    ...{ metadata: { name: 'late' }, spec: { containers: [] }, status: { podIP: '10.0.0.9' } },
  };
  return picture({
    ...{ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] },
    pods: [...home.pods, { pod: late, record: { vif: undefined } }],
  });
}
