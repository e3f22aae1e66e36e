/**
 * The load balancer behind the Service "default/kubernetes", which the one who installs Kuryr makes:
 * upstream's Kuryr leaves that Service alone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../errors.ts';
import { compareSeries } from '../series.ts';
import { addresses } from './site-addresses.ts';
import type { Body, Made, SiteApi } from './site-api.ts';
import type { SiteFacts } from './site.ts';
import type { Axes } from './world.ts';

const name = 'default/kubernetes';
const withinMs = 20_000;

/** Makes the load balancer of the API server with listener, pool and member. */
export async function makeApiBalancer(
  api: SiteApi,
  facts: SiteFacts,
  { octavia, series }: Pick<Axes, 'octavia' | 'series'>,
): Promise<void> {
  const isOvn = octavia === 'ovn';
  let balancer: string | undefined;
  const make = async (path: string, key: string, body: Body): Promise<Made> => {
    const made = await api.make({ service: 'octavia', path: `/v2/lbaas/${path}`, key }, body);
    balancer ??= made.id;
    await settled(api, balancer);
    return made;
  };
  const loadBalancer = await make('loadbalancers', 'loadbalancer', {
    name,
    project_id: facts.project,
    vip_subnet_id: facts.serviceSubnet,
    vip_address: addresses.kubernetesService,
    // Queens and Rocky choose the provider themselves.
    ...(isOvn ? { provider: octavia } : {}),
  });
  const listener = await make('listeners', 'listener', {
    name: `${name}:443`,
    loadbalancer_id: loadBalancer.id,
    protocol: 'TCP',
    protocol_port: 443,
  });
  const pool = await make('pools', 'pool', {
    name: `${name}:443`,
    listener_id: listener.id,
    protocol: 'TCP',
    // Octavia's API has SOURCE_IP_PORT since Train.
    lb_algorithm: isOvn && compareSeries(series, 'train') >= 0 ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
  });
  await make(`pools/${pool.id}/members`, 'member', {
    name: 'control-plane',
    address: addresses.controlPlane,
    protocol_port: addresses.kubernetesPort,
    subnet_id: facts.nodesSubnet,
  });
}

async function settled(api: SiteApi, id: string): Promise<void> {
  const deadline = Date.now() + withinMs;
  const path = `/v2/lbaas/loadbalancers/${id}`;
  for (;;) {
    const { provisioning_status } = await api.get({
      service: 'octavia',
      path,
      key: 'loadbalancer',
    });
    if (provisioning_status === 'ACTIVE') return;
    if (provisioning_status === 'ERROR' || Date.now() > deadline) {
      throw new StackError(
        'STACK_NOT_STARTED',
        `Making the load balancer of the API server: it is ${provisioning_status}, expected ACTIVE.`,
      );
    }
    await pause(20);
  }
}
