/**
 * What Kuryr is given on a cloud, made through the cloud's APIs as its DevStack plugin makes it: quotas,
 * external network, router, networks of nodes, services and pods, and a group that lets all in.
 */
import { addresses } from './site-addresses.ts';
import type { Body, Made, SiteApi } from './site-api.ts';

/** Ids that Kuryr's configuration and the nodes' wiring need. */
export interface SiteFacts {
  readonly project: string;
  readonly externalNetwork: string;
  readonly externalSubnet: string;
  readonly router: string;
  readonly subnetPool: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly nodesNetwork: string;
  readonly nodesMtu: number;
  readonly nodesSubnet: string;
  /** Lets everything in: Kuryr's default for pods, and the nodes' group. */
  readonly allowAllGroup: string;
}

/** The quotas that OpenShift's installer asks for. */
const quotas = {
  security_group: 250,
  security_group_rule: 1000,
  port: 1500,
  subnet: 250,
  network: 250,
};

/** What it asks for besides for the machines of a default cluster. */
const machineQuotas = {
  nova: { instances: 7, cores: 28, ram: 112 * 1024 },
  cinder: { gigabytes: 175 },
} as const;

/** Grants a project what the machines of an OpenShift take. */
export async function grantMachines(api: SiteApi, project: string): Promise<void> {
  for (const service of ['nova', 'cinder'] as const) {
    await api.put(
      { service, path: `/os-quota-sets/${project}` },
      { quota_set: machineQuotas[service] },
    );
  }
}

/** Makes the networks of a project for Kuryr. */
export async function makeNetworks(api: SiteApi, project: string): Promise<SiteFacts> {
  const neutron = (collection: string, key: string, body: Body): Promise<Made> =>
    api.make(
      { service: 'neutron', path: `/v2.0/${collection}`, key },
      { project_id: project, ...body },
    );
  await api.put({ service: 'neutron', path: `/v2.0/quotas/${project}` }, { quota: quotas });
  const subnet = async (name: string, body: Body): Promise<[network: Made, subnet: Made]> => {
    const network = await neutron('networks', 'network', { name });
    const own = { name: `${name}-subnet`, network_id: network.id, ip_version: 4, ...body };
    return [network, await neutron('subnets', 'subnet', { enable_dhcp: false, ...own })];
  };
  const pool = await neutron('subnetpools', 'subnetpool', {
    name: 'kuryr-pool',
    prefixes: [addresses.podPool],
    default_prefixlen: addresses.podPrefix,
    min_prefixlen: 20,
    max_prefixlen: 32,
  });
  const [external, pods, services, nodes, everything] = await Promise.all([
    externalNetwork(neutron),
    subnet('k8s-pod-net', { subnetpool_id: pool.id }),
    subnet('k8s-service-net', {
      cidr: addresses.servicesCidr,
      gateway_ip: addresses.servicesGateway,
      allocation_pools: [addresses.servicesPool],
    }),
    subnet('k8s-nodes', { cidr: addresses.nodesCidr, gateway_ip: addresses.nodesGateway }),
    allowAll(neutron),
  ]);
  const router = await neutron('routers', 'router', {
    name: 'k8s-router',
    external_gateway_info: { network_id: external.network.id },
  });
  const path = `/v2.0/routers/${router.id}/add_router_interface`;
  for (const [, { id }] of [pods, services, nodes]) {
    await api.put({ service: 'neutron', path }, { subnet_id: id });
  }
  return {
    project,
    externalNetwork: external.network.id,
    externalSubnet: external.subnet.id,
    router: router.id,
    subnetPool: pool.id,
    podSubnet: pods[1].id,
    serviceSubnet: services[1].id,
    nodesNetwork: nodes[0].id,
    nodesMtu: nodes[0].mtu,
    nodesSubnet: nodes[1].id,
    allowAllGroup: everything.id,
  };
}

type Neutron = (collection: string, key: string, body: Body) => Promise<Made>;

async function externalNetwork(neutron: Neutron): Promise<{ network: Made; subnet: Made }> {
  const network = await neutron('networks', 'network', {
    name: 'public',
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': 'physnet1',
  });
  const subnet = await neutron('subnets', 'subnet', {
    name: 'public-subnet',
    network_id: network.id,
    ip_version: 4,
    cidr: addresses.externalCidr,
    gateway_ip: addresses.externalGateway,
    enable_dhcp: false,
    allocation_pools: [addresses.externalPool],
  });
  return { network, subnet };
}

/** DevStack's plugin does the same for the policy driver: Kubernetes lets everything in by default. */
async function allowAll(neutron: Neutron): Promise<Made> {
  const group = await neutron('security-groups', 'security_group', { name: 'allow-all' });
  await neutron('security-group-rules', 'security_group_rule', {
    security_group_id: group.id,
    direction: 'ingress',
    ethertype: 'IPv4',
  });
  return group;
}
