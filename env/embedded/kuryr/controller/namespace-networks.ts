/**
 * The network of a namespace in Neutron: found or made, with one subnet out of the pool and an interface
 * on the pods' router, and removed with the ports that were left on it.
 */
import {
  type CloudRow,
  isConflict,
  type Network,
  type Port,
  statusOf,
  type Subnet,
} from '../api/cloud.ts';
import type { Namespace } from '../api/resources.ts';
import { networkName, subnetName } from '../names.ts';
import { NotReady } from '../queue.ts';
import type { Context } from './context.ts';

const leftoverOwners = ['', 'trunk:subport', 'compute:kuryr'];

/** The networks of all namespaces. */
export class NamespaceNetworks {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async network({ metadata }: Namespace, projectId: string): Promise<Network> {
    const { cloud, release, settings } = this.#context;
    const name = networkName(release, metadata);
    const [known] = await cloud.list<Network>('networks', { name });
    const { network_device_mtu: mtu } = settings;
    const network =
      known ??
      (await cloud.create<Network>('networks', {
        name,
        project_id: projectId,
        description: settings.resource_tags.join(','),
        ...(mtu === 0 ? {} : { mtu }),
      }));
    await this.#tag('networks', network);
    return network;
  }

  async subnet({ metadata }: Namespace, projectId: string, netId: string): Promise<Subnet> {
    const { cloud, release, settings, facts } = this.#context;
    const [known] = await cloud.list<Subnet>('subnets', { network_id: netId });
    const subnet =
      known ??
      (await cloud.create<Subnet>('subnets', {
        network_id: netId,
        name: subnetName(release, metadata),
        description: settings.resource_tags.join(','),
        ip_version: facts.podIpVersion,
        enable_dhcp: false,
        subnetpool_id: settings.pod_subnet_pool,
        project_id: projectId,
      }));
    await this.#tag('subnets', subnet);
    return subnet;
  }

  async #tag(collection: string, object: CloudRow): Promise<void> {
    const { cloud, settings } = this.#context;
    const has = (object['tags'] ?? []) as readonly string[];
    if (settings.resource_tags.some((tag) => !has.includes(tag))) {
      await cloud.tag(collection, object.id, settings.resource_tags);
    }
  }

  /** Puts a subnet on the pods' router; gives the router's id. */
  async route(subnetId: string): Promise<string> {
    const { cloud, settings } = this.#context;
    const { pod_router: router } = settings;
    try {
      await cloud.neutron('PUT', `/routers/${router}/add_router_interface`, {
        subnet_id: subnetId,
      });
    } catch (error) {
      // Neutron says so when the subnet is on the router already.
      if (statusOf(error) !== 400) throw error;
    }
    return router;
  }

  /** Takes a namespace's subnet off the router and deletes its network. */
  async remove(netId: string, subnetId: string | undefined): Promise<void> {
    const { cloud, settings } = this.#context;
    if (subnetId !== undefined) {
      const path = `/routers/${settings.pod_router}/remove_router_interface`;
      try {
        await cloud.neutron('PUT', path, { subnet_id: subnetId });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    }
    try {
      await cloud.remove('networks', netId);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#removeLeftovers(netId);
      throw new NotReady(`Network ${netId} is in use.`);
    }
  }

  async #removeLeftovers(netId: string): Promise<void> {
    const { cloud, world } = this.#context;
    const ports = await cloud.list<Port>('ports', { network_id: netId });
    const leftovers = ports.filter(({ device_owner }) => leftoverOwners.includes(device_owner));
    const results = await Promise.allSettled(leftovers.map(({ id }) => cloud.remove('ports', id)));
    for (const result of results) {
      if (result.status === 'rejected') {
        world.log('kuryr-controller', `Leftover port: ${(result.reason as Error).message}`);
      }
    }
  }
}
