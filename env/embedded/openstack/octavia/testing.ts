/**
 * Load balancers for the tests of this folder, made step by step as Kuryr makes them.
 */
import { expect } from '@playwright/test';
import { type Body, makeNet, type TestedCloud } from '../testing.ts';

/** The beginning of the message of a refusal. */
export function fault(status: number, said: string): string {
  return `found status ${status}, saying "${said}`;
}

interface Balanced {
  readonly subnet: Body;
  readonly network: Body;
  readonly balancer: Body;
}

/** Makes a load balancer on a subnet of its own and waits until it is ACTIVE. */
export async function makeBalancer(
  tested: TestedCloud,
  attributes: object = {},
): Promise<Balanced> {
  const { network, subnet } = await makeNet(tested.kuryr, '10.79.0.0/16');
  const balancer = await tested.kuryr.octavia.make('/v2.0/lbaas/loadbalancers', 'loadbalancer', {
    name: 'ns/svc',
    vip_subnet_id: subnet.id,
    vip_address: '10.79.0.50',
    ...attributes,
  });
  await settled(tested, balancer);
  return { network, subnet, balancer };
}

/** Waits until a load balancer can be changed again. */
export async function settled({ cloud }: TestedCloud, { id }: Body): Promise<void> {
  const status = (): string =>
    cloud.view.loadBalancers().find((row) => row.id === id)?.provisioning_status ?? 'gone';
  await expect.poll(status, { intervals: [10] }).toMatch(/ACTIVE|gone/);
}

/** Makes a listener and waits until it is done. */
export async function makeListener(
  tested: TestedCloud,
  balancer: Body,
  fields: object = {},
): Promise<Body> {
  const listener = await tested.kuryr.octavia.make('/v2.0/lbaas/listeners', 'listener', {
    loadbalancer_id: balancer.id,
    protocol: 'TCP',
    protocol_port: 80,
    ...fields,
  });
  await settled(tested, balancer);
  return listener;
}

/** Makes a pool and waits until it is done. */
export async function makePool(tested: TestedCloud, balancer: Body, fields: object): Promise<Body> {
  const pool = await tested.kuryr.octavia.make('/v2.0/lbaas/pools', 'pool', {
    protocol: 'TCP',
    lb_algorithm: 'SOURCE_IP_PORT',
    ...fields,
  });
  await settled(tested, balancer);
  return pool;
}

/** Makes a member and waits until it is done. */
export async function makeMember(
  tested: TestedCloud,
  { balancer, pool }: Record<'balancer' | 'pool', Body>,
  fields: object,
): Promise<Body> {
  const member = await tested.kuryr.octavia.make(`/v2.0/lbaas/pools/${pool.id}/members`, 'member', {
    protocol_port: 8080,
    ...fields,
  });
  await settled(tested, balancer);
  return member;
}
