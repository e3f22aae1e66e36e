/**
 * Faults of load balancers and floating IPs, through the public APIs of Octavia and Neutron.
 */
import type { ServiceRef as Endpoint } from '#env';
import type {
  OctaviaListener,
  OctaviaLoadBalancer,
  OctaviaMember,
} from '../cloud/octavia-forms.ts';
import type { Fault, Scene } from './scene.ts';

const octavia: Endpoint = {
  name: 'octavia',
  types: ['load-balancer', 'load_balancer'],
  stripped: /\/(v2|v2\.0)(\/lbaas)?$/,
};

interface FilledPool {
  readonly id: string;
  readonly protocol: string;
  readonly members: readonly OctaviaMember[];
}

async function poolsOf(
  scene: Scene,
  balancer: OctaviaLoadBalancer,
): Promise<readonly FilledPool[]> {
  const pools = await scene.cloud.octavia.pools({ loadbalancer_id: balancer.id });
  return Promise.all(
    pools.map(async ({ id, protocol }) => ({
      id,
      protocol,
      members: await scene.cloud.octavia.members(id),
    })),
  );
}

interface PooledBalancer {
  readonly balancer: OctaviaLoadBalancer;
  readonly pools: readonly FilledPool[];
}

/**
 * The load balancers whose listeners have their pools. A listener that goes before its pool is there would
 * hold the Service for ever (docs/track-record.md).
 */
async function pooledBalancers(scene: Scene): Promise<PooledBalancer[]> {
  const balancers = await scene.loadBalancers();
  const all = await Promise.all(
    balancers.map(async (balancer) => ({ balancer, pools: await poolsOf(scene, balancer) })),
  );
  return all.filter(
    ({ balancer, pools }) => pools.length > 0 && pools.length === balancer.listeners.length,
  );
}

/** The load balancers that have what their Services want: Kuryr is done with them. */
export async function filledBalancers(scene: Scene): Promise<PooledBalancer[]> {
  const pooled = await pooledBalancers(scene);
  return pooled.filter(({ pools }) => pools.every(({ members }) => members.length > 0));
}

async function listenerOver(
  scene: Scene,
  balancer: OctaviaLoadBalancer,
  protocol: string,
): Promise<OctaviaListener | undefined> {
  const listeners = await scene.cloud.octavia.listeners({ loadbalancer_id: balancer.id });
  return listeners.find((listener) => listener.protocol === protocol);
}

/**
 * Deletes the first listener of a protocol of each load balancer, and again when Kuryr has made it anew. It
 * does not wait for members: a scenario may be done with the listener moments after they are there.
 */
export function removeListener(protocol: 'TCP' | 'UDP'): Fault {
  return async (scene) => {
    for (const { balancer } of await pooledBalancers(scene)) {
      const listener = await listenerOver(scene, balancer, protocol);
      if (listener === undefined) continue;
      await scene.once(listener.id, {
        says: `deleted the ${protocol} listener of load balancer ${balancer.name}`,
        act: async () => {
          await scene.cloud.octavia.removeListener(listener.id);
          return undefined;
        },
      });
    }
  };
}

/** Switches the first TCP listener of each load balancer off. */
export const disableListener: Fault = async (scene) => {
  for (const { balancer } of await filledBalancers(scene)) {
    const listener = await listenerOver(scene, balancer, 'TCP');
    if (listener === undefined) continue;
    const set = (isUp: boolean): Promise<unknown> =>
      scene.cloud.session.send(octavia, {
        method: 'PUT',
        path: `/v2/lbaas/listeners/${listener.id}`,
        body: { listener: { admin_state_up: isUp } },
      });
    await scene.once(listener.id, {
      says: `switched the TCP listener of load balancer ${balancer.name} off`,
      act: async () => {
        await set(false);
        return async () => {
          await set(true);
        };
      },
    });
  }
};

/** Deletes the pool of a protocol of each load balancer. */
export function removePool(protocol: 'TCP' | 'UDP'): Fault {
  return async (scene) => {
    for (const { balancer, pools } of await filledBalancers(scene)) {
      const pool = pools.find((one) => one.protocol === protocol);
      if (pool === undefined) continue;
      await scene.once(`${balancer.id} ${protocol}`, {
        says: `deleted the ${protocol} pool of load balancer ${balancer.name}`,
        act: async () => {
          await scene.cloud.octavia.removePool(pool.id);
          return undefined;
        },
      });
    }
  };
}

/** The address that each pool has lost, by scene and id of the pool. */
const lost = new WeakMap<Scene, Map<string, string>>();

/**
 * Deletes the first member of each pool, and again when Kuryr has put it back. It does not wait for the
 * others: Kuryr adds them one by one, and a scenario has seen all that it wants moments after the last.
 */
export const removeMember: Fault = async (scene) => {
  const addresses = lost.get(scene) ?? new Map<string, string>();
  lost.set(scene, addresses);
  for (const { balancer, pools } of await filledBalancers(scene)) {
    for (const { id, members } of pools) {
      const address = addresses.get(id) ?? members[0]?.address;
      const member = members.find((one) => one.address === address);
      if (member === undefined) continue;
      await scene.once(member.id, {
        says: `deleted member ${member.address}:${member.protocol_port} of load balancer ${balancer.name}`,
        act: async () => {
          await scene.cloud.octavia.removeMember(id, member.id);
          addresses.set(id, member.address);
          return undefined;
        },
      });
    }
  }
};

/** Gives each pool a member more: a pod of the same namespace that the Service does not select. */
export const addStranger: Fault = async (scene) => {
  for (const { balancer, pools } of await filledBalancers(scene)) {
    const [namespace = ''] = balancer.name.split('/');
    const ready = await scene.readyPods(namespace);
    for (const { id, members } of pools) {
      const addresses = members.map(({ address }) => address);
      const stranger = ready.find(({ ip }) => !addresses.includes(ip));
      const [model] = members;
      if (stranger === undefined || model === undefined) continue;
      await scene.once(id, {
        says: `made pod ${stranger.name} a member of load balancer ${balancer.name}`,
        act: async () => {
          const member = {
            address: stranger.ip,
            protocol_port: model.protocol_port,
            ...(model.subnet_id === undefined ? {} : { subnet_id: model.subnet_id }),
          };
          await scene.cloud.session.send(octavia, {
            method: 'POST',
            path: `/v2/lbaas/pools/${id}/members`,
            body: { member },
          });
          return undefined;
        },
      });
    }
  }
};

/** Takes the floating IPs off the load balancers, or deletes them. */
export function loseFloatingIp(how: 'detach' | 'delete'): Fault {
  return async (scene) => {
    const { neutron } = scene.cloud;
    const balancers = await scene.loadBalancers();
    const vips = balancers.flatMap(({ vip_port_id }) => vip_port_id ?? []);
    const floatingIps = vips.length === 0 ? [] : await neutron.floatingIps({ port_id: vips });
    for (const { id, floating_ip_address: address } of floatingIps) {
      await scene.once(id, {
        says: `${how === 'detach' ? 'took floating IP' : 'deleted floating IP'} ${address}${how === 'detach' ? ' off its port' : ''}`,
        act: async () => {
          await (how === 'detach'
            ? neutron.update('floatingips', id, { port_id: null })
            : neutron.remove('floatingips', id));
          return undefined;
        },
      });
    }
  };
}
