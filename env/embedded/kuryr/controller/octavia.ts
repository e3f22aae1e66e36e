/**
 * Load balancers in Octavia: each object is made when the load balancer is ACTIVE, found instead when it
 * is there already, and thrown away when it is in ERROR.
 */
import { isConflict, type Port, type Provisioned, statusOf } from '../api/cloud.ts';
import type {
  BalancerSpec,
  MadeBalancer,
  MadeListener,
  MadeMember,
  MadePool,
} from '../api/records.ts';
import { listenerName, memberName } from '../names.ts';
import { NotReady, poll } from '../queue.ts';
import { isAtLeast } from '../release.ts';
import type { Context } from './context.ts';

/** The load balancer is gone, or was thrown away because of an ERROR: everything begins anew. */
export class BalancerLost extends NotReady {}

/** A listener that is to be made. */
export interface WantedListener {
  readonly protocol: string;
  readonly port: number;
  readonly timeout_client_data: number;
  readonly timeout_member_data: number;
}

/** A member that is to be made. */
export interface WantedMember {
  readonly target: { readonly name: string; readonly namespace: string };
  readonly subnetId: string;
  readonly ip: string;
  readonly port: number;
}

/** Octavia answers 500 as well when it has such an object. */
const existing = [409, 500];

/** The driver of Octavia. */
export class Octavia {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async ensureBalancer(name: string, spec: BalancerSpec): Promise<MadeBalancer> {
    const { cloud } = this.#context;
    const { ip = '', subnet_id = '', project_id = '', provider } = spec;
    const [known] = await cloud.listLb<Provisioned & Made>('loadbalancers', {
      name,
      project_id,
      vip_address: ip,
      vip_subnet_id: subnet_id,
      provider,
    });
    if (known?.provisioning_status === 'ERROR') {
      await this.release(known.id);
      throw new BalancerLost(`Load balancer ${name} was in ERROR.`);
    }
    const found =
      known ??
      (await cloud.createLb<Provisioned & Made>('loadbalancers', {
        name,
        project_id,
        vip_address: ip,
        vip_subnet_id: subnet_id,
        ...(provider === undefined ? {} : { provider }),
        ...this.#tags('loadbalancer'),
      }));
    return {
      id: found.id,
      ip,
      name,
      port_id: found.vip_port_id,
      project_id,
      provider: found.provider ?? '',
      security_groups: spec.security_groups_ids ?? [],
      subnet_id,
    };
  }

  /** Makes a listener; undefined when Octavia or its provider does not take it. */
  async ensureListener(
    balancer: MadeBalancer,
    wanted: WantedListener,
  ): Promise<MadeListener | undefined> {
    const { protocol, port } = wanted;
    const name = listenerName(balancer.name, wanted);
    const timeouts = timeoutsOf(wanted);
    const { project_id, id: loadbalancer_id } = balancer;
    const made = await this.#ensure(balancer, {
      create: () =>
        this.#context.cloud.createLb<Provisioned>('listeners', {
          name,
          project_id,
          loadbalancer_id,
          protocol,
          protocol_port: port,
          ...timeouts,
          ...this.#tags('listener'),
        }),
      find: () => this.#foundListener(balancer, wanted, name),
      drop: (id) => this.releasePart(balancer.id, `listeners/${id}`),
    });
    if (made === undefined) return undefined;
    if (!this.#context.settings.enforce_sg_rules) await this.#openVip(balancer);
    return { id: made.id, name, project_id, loadbalancer_id, protocol, port, ...timeouts };
  }

  async #foundListener(
    balancer: MadeBalancer,
    wanted: WantedListener,
    name: string,
  ): Promise<Provisioned | undefined> {
    const { cloud, release } = this.#context;
    const { protocol, port } = wanted;
    const [found] = await cloud.listLb<Provisioned>('listeners', {
      name,
      load_balancer_id: balancer.id,
      loadbalancer_id: balancer.id,
      protocol,
      protocol_port: port,
    });
    if (found !== undefined && release.hasTimeouts && hasOtherTimeouts(found, wanted)) {
      await cloud.updateLb(`listeners/${found.id}`, {
        timeout_client_data: wanted.timeout_client_data || null,
        timeout_member_data: wanted.timeout_member_data || null,
      });
    }
    return found;
  }

  /** With an address that is kept, pods' groups decide; the group of the VIP would be in the way. */
  async #openVip(balancer: MadeBalancer): Promise<void> {
    const { cloud } = this.#context;
    try {
      await cloud.update('ports', balancer.port_id, { security_groups: [] });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }

  async ensurePool(balancer: MadeBalancer, listener: MadeListener): Promise<MadePool | undefined> {
    const { cloud, settings } = this.#context;
    const { name, protocol } = listener;
    const { project_id, id: loadbalancer_id } = balancer;
    const fields = { name, project_id, loadbalancer_id, protocol };
    const made = await this.#ensure(balancer, {
      create: () =>
        cloud.createLb<Provisioned>('pools', {
          ...fields,
          listener_id: listener.id,
          lb_algorithm: settings.lb_algorithm,
          ...this.#tags('pool'),
        }),
      find: async () => {
        const pools = await cloud.listLb<Provisioned & WithListeners>('pools', fields);
        return pools.find(({ listeners }) => listeners.some(({ id }) => id === listener.id));
      },
      drop: (id) => this.releasePart(balancer.id, `pools/${id}`),
    });
    return made === undefined
      ? undefined
      : { id: made.id, listener_id: listener.id, loadbalancer_id, name, project_id, protocol };
  }

  async ensureMember(
    balancer: MadeBalancer,
    pool: MadePool,
    wanted: WantedMember,
  ): Promise<MadeMember | undefined> {
    const { cloud } = this.#context;
    const { project_id } = balancer;
    const { ip, port, subnetId } = wanted;
    const name = memberName(wanted.target, port);
    const path = `pools/${pool.id}/members`;
    const made = await this.#ensure(balancer, {
      create: () =>
        cloud.createLb<Provisioned>(path, {
          name,
          project_id,
          subnet_id: subnetId,
          address: ip,
          protocol_port: port,
          ...this.#tags('member'),
        }),
      find: async () => {
        const [found] = await cloud.listLb<Provisioned>(path, { address: ip, protocol_port: port });
        // A new pod may have the address of one whose member is still there.
        if (found !== undefined && found.name !== name) {
          await cloud.updateLb(`${path}/${found.id}`, { name });
        }
        return found;
      },
      drop: (id) => this.releasePart(balancer.id, `${path}/${id}`),
    });
    if (made === undefined) return undefined;
    return { id: made.id, ip, name, pool_id: pool.id, port, project_id, subnet_id: subnetId };
  }

  /** Deletes a load balancer with all below it, and waits until it is gone. */
  async release(id: string): Promise<void> {
    const { cloud, world, signal, settings } = this.#context;
    const path = `loadbalancers/${id}`;
    const withinMs = settings.lbaas_activation_timeout * 1_000;
    const gone = await poll({ world, signal, withinMs }, async () => {
      const found = await cloud.getLb<Provisioned>(path);
      if (found === undefined || found.provisioning_status === 'DELETED') return true;
      if (found.provisioning_status.startsWith('PENDING_')) return undefined;
      await cloud.octavia('DELETE', `/${path}?cascade=true`).catch((error: unknown) => {
        if (!isConflict(error) && statusOf(error) !== 404) throw error;
      });
      return undefined;
    });
    if (gone !== true) throw new NotReady(`Load balancer ${id} is not gone yet.`);
  }

  /** Deletes a listener, pool or member. */
  async releasePart(balancerId: string, path: string): Promise<void> {
    const { cloud } = this.#context;
    for (;;) {
      if (!(await this.settled(balancerId))) return;
      try {
        await cloud.octavia('DELETE', `/${path}`);
        return;
      } catch (error) {
        if (statusOf(error) === 404) return;
        if (!isConflict(error) && statusOf(error) !== 400) throw error;
      }
    }
  }

  /** Waits until a load balancer is ACTIVE; false when it is gone. One in ERROR is thrown away. */
  async settled(id: string): Promise<boolean> {
    const { cloud, world, signal, settings } = this.#context;
    const withinMs = settings.lbaas_activation_timeout * 1_000;
    const state = await poll({ world, signal, withinMs }, async () => {
      const found = await cloud.getLb<Provisioned>(`loadbalancers/${id}`);
      const status = found?.provisioning_status ?? 'DELETED';
      return status.startsWith('PENDING_') ? undefined : status;
    });
    if (state === undefined) throw new NotReady(`Load balancer ${id} is not ACTIVE in time.`);
    if (state === 'ERROR') {
      await this.release(id);
      throw new BalancerLost(`Load balancer ${id} was in ERROR.`);
    }
    return state !== 'DELETED';
  }

  /** The port that holds the address of a load balancer. */
  async vipPort(balancer: MadeBalancer): Promise<Port | undefined> {
    return this.#context.cloud.get<Port>('ports', balancer.port_id);
  }

  async #ensure(
    balancer: MadeBalancer,
    part: {
      readonly create: () => Promise<Provisioned>;
      readonly find: () => Promise<Provisioned | undefined>;
      readonly drop: (id: string) => Promise<void>;
    },
  ): Promise<Provisioned | undefined> {
    for (;;) {
      if (!(await this.settled(balancer.id))) {
        throw new BalancerLost(`Load balancer ${balancer.id} is gone.`);
      }
      try {
        return await part.create();
      } catch (error) {
        const status = statusOf(error);
        this.#context.world.log('kuryr-controller', (error as Error).message);
        if (status === 501) return undefined;
        if (!existing.includes(status)) throw error;
      }
      const found = await part.find();
      if (found !== undefined && found.provisioning_status !== 'ERROR') return found;
      if (found === undefined) throw new NotReady(`Octavia refused a part of ${balancer.name}.`);
      await part.drop(found.id);
    }
  }

  #tags(resource: 'loadbalancer' | 'listener' | 'pool' | 'member'): object {
    const { settings, facts } = this.#context;
    if (settings.resource_tags.length === 0) return {};
    if (isAtLeast(facts.octaviaApi, [2, 5])) return { tags: settings.resource_tags };
    return resource === 'member' ? {} : { description: settings.resource_tags.join(',') };
  }
}

interface Made {
  readonly vip_port_id: string;
  readonly provider?: string;
}

interface WithListeners {
  readonly listeners: readonly { readonly id: string }[];
}

function timeoutsOf(wanted: WantedListener): Partial<WantedListener> {
  const { timeout_client_data, timeout_member_data } = wanted;
  return {
    ...(timeout_client_data === 0 ? {} : { timeout_client_data }),
    ...(timeout_member_data === 0 ? {} : { timeout_member_data }),
  };
}

function hasOtherTimeouts(found: Provisioned, wanted: WantedListener): boolean {
  return (
    found['timeout_client_data'] !== wanted.timeout_client_data ||
    found['timeout_member_data'] !== wanted.timeout_member_data
  );
}
