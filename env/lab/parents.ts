/**
 * The Neutron ports of the nodes, and whether each is the parent of a trunk.
 */
import { z } from 'zod';

import type { OpenStackSession, ServiceRef } from '../access/openstack.ts';

const neutron: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ };

const portForm = z.looseObject({
  id: z.string(),
  status: z.string(),
  tags: z.array(z.string()).default([]),
  fixed_ips: z.array(z.looseObject({ ip_address: z.string() })).default([]),
  trunk_details: z.looseObject({ trunk_id: z.string() }).nullish(),
});

/** The port of one node. */
export interface NodeParent {
  readonly port: string;
  readonly status: string;
  readonly tags: readonly string[];
  readonly trunk: string | undefined;
}

/** Finds the ports that hold the given addresses, by address. */
export async function nodeParents(
  session: OpenStackSession,
  addresses: readonly string[],
): Promise<Map<string, NodeParent>> {
  const found = new Map<string, NodeParent>();
  const ports = await session.list(neutron, {
    path: '/v2.0/ports',
    key: 'ports',
    item: portForm,
    query: { device_owner: 'compute:nova' },
  });
  for (const port of ports) {
    for (const { ip_address: address } of port.fixed_ips) {
      if (!addresses.includes(address)) continue;
      found.set(address, {
        port: port.id,
        status: port.status,
        tags: port.tags,
        trunk: port.trunk_details?.trunk_id,
      });
    }
  }
  return found;
}
