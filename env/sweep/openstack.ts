/**
 * The OpenStack part of a sweep: objects that bear a run's tag, removed in the order in which their
 * services let them go.
 */
import { z } from 'zod';
import type { OpenStackSession, ServiceRef } from '../access/openstack.ts';
import { isNotFound } from '../access/openstack-error.ts';
import { runOfTags } from '../labels.ts';
import { type Leftover, type Outcome, outcomeOf } from './leftover.ts';

type CloudKind = Exclude<Leftover['kind'], 'node' | 'namespace' | 'pod' | 'config map'>;

interface Shelf {
  readonly kind: CloudKind;
  readonly service: ServiceRef;
  readonly path: string;
  readonly key: string;
}

const neutron: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0$/ };
const octavia: ServiceRef = {
  name: 'octavia',
  types: ['load-balancer', 'load_balancer'],
  stripped: /\/(v2|v2\.0)(\/lbaas)?$/,
};

const shelves: readonly Shelf[] = [
  {
    kind: 'load balancer',
    service: octavia,
    path: '/v2/lbaas/loadbalancers',
    key: 'loadbalancers',
  },
  { kind: 'floating IP', service: neutron, path: '/v2.0/floatingips', key: 'floatingips' },
  { kind: 'trunk', service: neutron, path: '/v2.0/trunks', key: 'trunks' },
  { kind: 'port', service: neutron, path: '/v2.0/ports', key: 'ports' },
  { kind: 'router', service: neutron, path: '/v2.0/routers', key: 'routers' },
  { kind: 'subnet', service: neutron, path: '/v2.0/subnets', key: 'subnets' },
  { kind: 'network', service: neutron, path: '/v2.0/networks', key: 'networks' },
  {
    kind: 'security group',
    service: neutron,
    path: '/v2.0/security-groups',
    key: 'security_groups',
  },
];

const taggedForm = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  floating_ip_address: z.string().nullish(),
  tags: z.array(z.string()).default([]),
  /** It says the same where an old service has no tags. */
  description: z.string().nullish(),
});

/** Finds the tagged objects of one run, or of any run. */
export async function cloudObjectsOf(
  cloud: OpenStackSession,
  runId: string | undefined,
): Promise<Leftover[]> {
  const lists = await Promise.all(
    shelves.map(async ({ kind, service, path, key }) => {
      const items = await listed(cloud, { service, path, key });
      return items.flatMap((item): Leftover[] => {
        const run = runOfTags([...item.tags, item.description ?? '']);
        const isOurs = run !== undefined && (runId === undefined || run === runId);
        return isOurs
          ? [
              {
                kind,
                id: item.id,
                name: item.name ?? item.floating_ip_address ?? item.id,
                runId: run,
              },
            ]
          : [];
      });
    }),
  );
  return lists.flat();
}

async function listed(
  cloud: OpenStackSession,
  { service, path, key }: Omit<Shelf, 'kind'>,
): Promise<z.output<typeof taggedForm>[]> {
  try {
    return await cloud.list(service, { path, key, item: taggedForm });
  } catch (error) {
    if (isNotFound(error)) {
      // A cloud without the trunk extension has no trunks to sweep.
      return [];
    }
    throw error;
  }
}

/** Removes the OpenStack objects among the leftovers, one after the other. */
export async function removeCloudObjects(
  cloud: OpenStackSession,
  leftovers: readonly Leftover[],
  progress: (text: string) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const shelf of shelves) {
    for (const leftover of leftovers.filter(({ kind }) => kind === shelf.kind)) {
      progress(`removing ${leftover.kind} "${leftover.name}"`);
      outcomes.push(await outcomeOf(leftover, () => removeFromCloud(cloud, shelf, leftover.id)));
    }
  }
  return outcomes;
}

async function removeFromCloud(cloud: OpenStackSession, shelf: Shelf, id: string): Promise<void> {
  const { kind, service, path } = shelf;
  try {
    if (kind === 'router') {
      await detachRouter(cloud, id);
    }
    await cloud.send(service, {
      method: 'DELETE',
      path: `${path}/${id}`,
      ...(kind === 'load balancer' ? { query: { cascade: true } } : {}),
    });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

async function detachRouter(cloud: OpenStackSession, routerId: string): Promise<void> {
  const ports = await cloud.list(neutron, {
    path: '/v2.0/ports',
    key: 'ports',
    query: { device_id: routerId },
    item: z.looseObject({ id: z.string(), device_owner: z.string() }),
  });
  for (const { id } of ports.filter(({ device_owner }) =>
    device_owner.includes('router_interface'),
  )) {
    await cloud.send(neutron, {
      method: 'PUT',
      path: `/v2.0/routers/${routerId}/remove_router_interface`,
      body: { port_id: id },
    });
  }
}
