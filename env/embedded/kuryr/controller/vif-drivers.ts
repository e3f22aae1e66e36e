/**
 * How a pod's interface is made in Neutron: as a subport of its node's trunk, or as a port that is bound
 * on the node itself.
 */
import { isConflict, isOverQuota, type Port, statusOf } from '../api/cloud.ts';
import type { Pod } from '../api/resources.ts';
import { nestedVif, plainVif, type Vif, vifData, type VifPlace } from '../api/vif.ts';
import { poolPortName, portName } from '../names.ts';
import { NotReady } from '../queue.ts';
import { type Context, projectOf } from './context.ts';
import { VlanIds } from './vlan-ids.ts';

/** What an interface is made for. */
export interface VifRequest {
  readonly pod: Pod;
  readonly place: VifPlace;
  readonly groups: readonly string[];
}

/** A way of making interfaces. */
export interface VifDriver {
  request(request: VifRequest): Promise<Vif>;
  /** Makes several that belong to no pod yet. */
  requestMany(request: VifRequest, count: number): Promise<Vif[]>;
  /** Gives an interface up; `node` is the name of the node it was on. */
  release(vif: Vif, node: string): Promise<void>;
  /** Tries to bring a port to life that stays DOWN. */
  revive(vif: Vif, node: string): Promise<void>;
}

/** The driver that the settings ask for. */
export function vifDriverOf(context: Context): VifDriver {
  return context.settings.pod_vif_driver === 'nested-vlan'
    ? new NestedVlan(context)
    : new NeutronVif(context);
}

/** The address of a node, from a pod on it or from the node's own object. */
export function hostIpOf({ caches }: Context, nodeName: string, pod?: Pod): string | undefined {
  const node = caches.nodes.get(nodeName);
  return (
    pod?.status?.hostIP ??
    node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
  );
}

function portFields(
  context: Context,
  { pod, place, groups }: VifRequest,
  isPooled: boolean,
): object {
  const { settings, facts } = context;
  const name = isPooled ? poolPortName : portName(pod.metadata);
  return {
    project_id: projectOf(context, pod.metadata.namespace ?? ''),
    network_id: place.network.id,
    fixed_ips: [{ subnet_id: place.subnet.id }],
    device_owner: 'compute:kuryr',
    admin_state_up: true,
    ...(settings.port_debug ? { name } : {}),
    ...(groups.length > 0 ? { security_groups: groups } : {}),
    ...(facts.tagsOnCreation && settings.resource_tags.length > 0
      ? { tags: settings.resource_tags }
      : {}),
  };
}

async function tagged(context: Context, ports: readonly Port[]): Promise<void> {
  if (context.facts.tagsOnCreation) return;
  await Promise.all(
    ports.map(({ id }) => context.cloud.tag('ports', id, context.settings.resource_tags)),
  );
}

/** A security group may go between the look at policies and the request. */
async function made<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (statusOf(error) === 404) throw new NotReady((error as Error).message);
    throw error;
  }
}

class NeutronVif implements VifDriver {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async request(request: VifRequest): Promise<Vif> {
    const { cloud } = this.#context;
    const { pod, place } = request;
    const fields = {
      ...portFields(this.#context, request, false),
      device_id: pod.metadata.uid,
      'binding:host_id': pod.spec.nodeName,
    };
    const port = await made(() => cloud.create<Port>('ports', fields));
    await this.#refuseFailedBinding([port]);
    await tagged(this.#context, [port]);
    return plainVif(port, place);
  }

  async requestMany(request: VifRequest, count: number): Promise<Vif[]> {
    const fields = {
      ...portFields(this.#context, request, true),
      'binding:host_id': request.pod.spec.nodeName,
    };
    const rows = Array.from({ length: count }, () => fields);
    const ports = await made(() => this.#context.cloud.createAll<Port>('ports', rows));
    await this.#refuseFailedBinding(ports);
    await tagged(this.#context, ports);
    return ports.map((port) => plainVif(port, request.place));
  }

  async #refuseFailedBinding(ports: readonly Port[]): Promise<void> {
    if (ports[0]?.['binding:vif_type'] !== 'binding_failed') return;
    await Promise.all(ports.map(({ id }) => this.#context.cloud.remove('ports', id)));
    throw new NotReady('Binding failed error for ports. Please check Neutron for errors.');
  }

  release(vif: Vif): Promise<void> {
    return this.#context.cloud.remove('ports', vifData(vif).id);
  }

  revive(): Promise<void> {
    return Promise.resolve();
  }
}

class NestedVlan implements VifDriver {
  readonly #context: Context;
  readonly #vlanIds: VlanIds;

  constructor(context: Context) {
    this.#context = context;
    this.#vlanIds = new VlanIds(context.world.random('kuryr-vlan'));
  }

  async request(request: VifRequest): Promise<Vif> {
    const { cloud } = this.#context;
    const trunkId = await this.#trunkOf(request.pod.spec.nodeName ?? '', request.pod);
    const fields = portFields(this.#context, request, false);
    const port = await made(() => cloud.create<Port>('ports', fields));
    await tagged(this.#context, [port]);
    try {
      const vlanId = await this.#attach(trunkId, port.id);
      return nestedVif(port, request.place, vlanId);
    } catch (error) {
      if (!this.#context.deviations.leaksPortWithoutSubport) await cloud.remove('ports', port.id);
      throw error;
    }
  }

  async requestMany(request: VifRequest, count: number): Promise<Vif[]> {
    const { cloud } = this.#context;
    const trunkId = await this.#trunkOf(request.pod.spec.nodeName ?? '', request.pod);
    const inUse = await this.#idsOn(trunkId);
    const fields = portFields(this.#context, request, true);
    const rows = Array.from({ length: count }, () => fields);
    const ports = await made(() => cloud.createAll<Port>('ports', rows));
    await tagged(this.#context, ports);
    const subports = ports.map(({ id }) => ({
      port_id: id,
      segmentation_type: 'vlan',
      segmentation_id: this.#vlanIds.allocate(inUse),
    }));
    try {
      await cloud.neutron('PUT', `/trunks/${trunkId}/add_subports`, { sub_ports: subports });
    } catch (error) {
      for (const { segmentation_id } of subports) this.#vlanIds.release(segmentation_id);
      await Promise.all(ports.map(({ id }) => cloud.remove('ports', id)));
      throw error;
    }
    return ports.map((port, index) =>
      nestedVif(port, request.place, subports[index]?.segmentation_id ?? 0),
    );
  }

  async release(vif: Vif, node: string): Promise<void> {
    const { id, vlan_id } = vifData(vif);
    const trunkId = await this.#trunkOf(node).catch(() => this.#trunkWith(id));
    if (trunkId !== undefined) await this.#detach(trunkId, id);
    if (vlan_id !== undefined) this.#vlanIds.release(vlan_id);
    await this.#context.cloud.remove('ports', id);
  }

  async revive(vif: Vif, node: string): Promise<void> {
    const { id, vlan_id } = vifData(vif);
    const trunkId = await this.#trunkOf(node);
    await this.#detach(trunkId, id);
    await this.#attach(trunkId, id, vlan_id);
  }

  async #attach(trunkId: string, portId: string, wanted?: number): Promise<number> {
    const { cloud, world } = this.#context;
    for (let attempt = 1; ; attempt++) {
      const vlanId = wanted ?? this.#vlanIds.allocate(await this.#idsOn(trunkId));
      const subport = { port_id: portId, segmentation_type: 'vlan', segmentation_id: vlanId };
      try {
        await cloud.neutron('PUT', `/trunks/${trunkId}/add_subports`, { sub_ports: [subport] });
        return vlanId;
      } catch (error) {
        if (wanted === undefined) this.#vlanIds.release(vlanId);
        const isTaken = isConflict(error) && !isOverQuota(error) && wanted === undefined;
        if (!isTaken || attempt >= 3) throw error;
        world.log('kuryr-controller', `VLAN ID already in use on trunk ${trunkId}. Retrying.`);
      }
    }
  }

  async #detach(trunkId: string, portId: string): Promise<void> {
    try {
      const body = { sub_ports: [{ port_id: portId }] };
      await this.#context.cloud.neutron('PUT', `/trunks/${trunkId}/remove_subports`, body);
    } catch (error) {
      // It was detached already, by somebody else or by an attempt before a restart.
      if (statusOf(error) !== 404) throw error;
    }
  }

  async #idsOn(trunkId: string): Promise<Set<number>> {
    const trunk = await this.#context.cloud.get<Trunk>('trunks', trunkId);
    return new Set((trunk?.sub_ports ?? []).map(({ segmentation_id }) => segmentation_id));
  }

  /** The trunk whose parent is the port with the node's address. */
  async #trunkOf(node: string, pod?: Pod): Promise<string> {
    const { cloud, settings, world } = this.#context;
    const address = hostIpOf(this.#context, node, pod);
    if (address === undefined) throw new NotReady(`The address of node ${node} is not known.`);
    const ports = await cloud.list<Port>('ports', {
      fixed_ips: `ip_address=${address}`,
      ...(settings.resource_tags.length > 0 ? { tags: settings.resource_tags.join(',') } : {}),
    });
    const parent = ports.find(({ fixed_ips }) =>
      fixed_ips.some(({ subnet_id }) => settings.worker_nodes_subnets.includes(subnet_id)),
    );
    const trunkId = parent?.trunk_details?.trunk_id;
    if (trunkId !== undefined) return trunkId;
    const problem =
      parent === undefined
        ? `Neutron port for VM port with fixed IPs ${address} not found!`
        : 'Neutron port is missing trunk details. Please ensure that k8s node port is associated with a Neutron vlan trunk';
    world.log('kuryr-controller', problem);
    throw new NotReady(problem);
  }

  /** Looks for the trunk that a port is on, when the node is not there any more. */
  async #trunkWith(portId: string): Promise<string | undefined> {
    const trunks = await this.#context.cloud.list<Trunk>('trunks');
    return trunks.find(({ sub_ports }) => sub_ports.some(({ port_id }) => port_id === portId))?.id;
  }
}

interface Trunk {
  readonly id: string;
  readonly name: string;
  readonly [field: string]: unknown;
  readonly sub_ports: readonly { readonly port_id: string; readonly segmentation_id: number }[];
}
