/**
 * The load balancer behind the Service "default/kubernetes", which DevStack's plugin makes and Kuryr
 * does not. Every part is found before it is made.
 */
import type { OpenStackSession, ServiceRef } from '../../access/openstack.ts';
import { addresses } from '../base/layout.ts';
import { waitFor } from '../base/wait.ts';
import { type Body, type CloudObject, item, objectIn } from './tenant-networks.ts';

const octavia: ServiceRef = {
  name: 'octavia',
  types: ['load-balancer'],
  stripped: /\/v2(\.0)?\/?$/,
};

const name = 'default/kubernetes';

/** What the load balancer stands in front of. */
export interface ApiBalancerTarget {
  readonly project: string;
  readonly vipSubnet: string;
  readonly memberSubnet: string;
  /** Address of the control plane. */
  readonly member: string;
}

interface Part {
  readonly path: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
}

class Balancers {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  async ensure(part: Part, balancerId?: string): Promise<CloudObject> {
    const path = `/v2/lbaas/${part.path}`;
    const found = await this.#session.list(octavia, {
      path,
      key: `${part.key}s`,
      item,
      query: part.query,
    });
    const object =
      found[0] ??
      objectIn(
        await this.#session.send(octavia, {
          method: 'POST',
          path,
          body: { [part.key]: part.body },
        }),
        part.key,
      );
    await this.#settled(balancerId ?? object.id);
    return object;
  }

  async #settled(id: string): Promise<void> {
    const wait = { until: `load balancer "${name}" is ACTIVE`, withinMs: 90_000, everyMs: 100 };
    await waitFor(wait, async () => {
      const answer = await this.#session.send(octavia, { path: `/v2/lbaas/loadbalancers/${id}` });
      return objectIn(answer, 'loadbalancer').provisioning_status === 'ACTIVE';
    });
  }
}

/** Makes the load balancer of the API server with listener, pool and member, or what is missing of it. */
export async function ensureApiBalancer(
  session: OpenStackSession,
  target: ApiBalancerTarget,
): Promise<void> {
  const balancers = new Balancers(session);
  const balancer = await balancers.ensure({
    path: 'loadbalancers',
    key: 'loadbalancer',
    query: { name },
    body: {
      name,
      project_id: target.project,
      provider: 'ovn',
      vip_subnet_id: target.vipSubnet,
      vip_address: addresses.kubernetesService,
    },
  });
  const part = `${name}:443`;
  const listener = await balancers.ensure(
    {
      path: 'listeners',
      key: 'listener',
      query: { name: part },
      body: { name: part, loadbalancer_id: balancer.id, protocol: 'TCP', protocol_port: 443 },
    },
    balancer.id,
  );
  const pool = await balancers.ensure(
    {
      path: 'pools',
      key: 'pool',
      query: { name: part },
      body: {
        name: part,
        listener_id: listener.id,
        protocol: 'TCP',
        lb_algorithm: 'SOURCE_IP_PORT',
      },
    },
    balancer.id,
  );
  const member: Body = {
    name: 'control-plane',
    address: target.member,
    protocol_port: addresses.kubernetesPort,
    subnet_id: target.memberSubnet,
  };
  await balancers.ensure(
    { path: `pools/${pool.id}/members`, key: 'member', query: {}, body: member },
    balancer.id,
  );
}
