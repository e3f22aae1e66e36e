/**
 * The networks that Kuryr is given, as its own DevStack plugin makes them: external network, router,
 * nodes' network, subnet pool for namespaces, network of services, the security group that lets all in.
 */
import { addresses } from '../base/layout.ts';
import type { Body, CloudObject, TenantNetworks } from './tenant-networks.ts';

/** Ids that Kuryr's configuration and the nodes' wiring need. */
export interface TenantFacts {
  readonly project: string;
  readonly externalNetwork: string;
  readonly externalSubnet: string;
  readonly router: string;
  readonly subnetPool: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly nodesNetwork: string;
  readonly nodesSubnet: string;
  /** Security group that lets everything in; Kuryr's default for pods, and the nodes' group. */
  readonly allowAllGroup: string;
}

async function externalNetwork(
  networks: TenantNetworks,
): Promise<{ network: CloudObject; subnet: CloudObject }> {
  const network = await networks.ensure('networks', 'public', {
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': 'physnet1',
  });
  const subnet = await networks.ensure('subnets', 'public-subnet', {
    network_id: network.id,
    ip_version: 4,
    cidr: addresses.externalCidr,
    gateway_ip: addresses.externalGateway,
    enable_dhcp: false,
    allocation_pools: [addresses.externalPool],
  });
  return { network, subnet };
}

async function internalSubnets(
  networks: TenantNetworks,
  pool: CloudObject,
): Promise<Record<'pods' | 'services' | 'nodes', CloudObject>> {
  const subnet = async (name: string, body: Body): Promise<CloudObject> => {
    const network = await networks.ensure('networks', name);
    return networks.ensure('subnets', `${name}-subnet`, {
      network_id: network.id,
      ip_version: 4,
      enable_dhcp: false,
      ...body,
    });
  };
  return {
    pods: await subnet('k8s-pod-net', { subnetpool_id: pool.id }),
    services: await subnet('k8s-service-net', {
      cidr: addresses.servicesCidr,
      gateway_ip: addresses.servicesGateway,
      allocation_pools: [addresses.servicesPool],
    }),
    nodes: await subnet('k8s-nodes', {
      cidr: addresses.nodesCidr,
      gateway_ip: addresses.nodesGateway,
    }),
  };
}

/** What the installer's page has an administrator set; all else is without limit in the lab. */
const quotas = {
  security_group: 250,
  security_group_rule: 1000,
  port: 1500,
  subnet: 250,
  network: 250,
};

/** Makes (or finds) everything that Kuryr is given on the cloud. */
export async function ensureTenant(
  networks: TenantNetworks,
  project: string,
): Promise<TenantFacts> {
  await networks.grant(quotas);
  const external = await externalNetwork(networks);
  const pool = await networks.ensure('subnetpools', 'kuryr-pool', {
    prefixes: [addresses.podPool],
    default_prefixlen: addresses.podPrefix,
    min_prefixlen: 20,
    max_prefixlen: 32,
  });
  const subnets = await internalSubnets(networks, pool);
  const router = await networks.ensure('routers', 'k8s-router', {
    external_gateway_info: { network_id: external.network.id },
  });
  await Promise.all(Object.values(subnets).map((subnet) => networks.attach(router, subnet)));
  // DevStack's plugin does the same for the policy driver: Kubernetes lets everything in by default.
  const everything = await networks.securityGroup('allow-all', [{}]);
  const nodesNetwork = await networks.ensure('networks', 'k8s-nodes');
  return {
    project,
    externalNetwork: external.network.id,
    externalSubnet: external.subnet.id,
    router: router.id,
    subnetPool: pool.id,
    podSubnet: subnets.pods.id,
    serviceSubnet: subnets.services.id,
    nodesNetwork: nodesNetwork.id,
    nodesSubnet: subnets.nodes.id,
    allowAllGroup: everything.id,
  };
}
