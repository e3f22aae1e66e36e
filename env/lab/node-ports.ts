/**
 * The Neutron ports of the nodes: where each is bound, whether it is the parent of a trunk, and what of
 * it would keep Kuryr from serving the node's pods.
 */
import { z } from 'zod';

import type { OpenStackSession, ServiceRef } from '../access/openstack.ts';
import { resourceTag } from './kuryr/config.ts';
import type { PodMode } from './pod-mode.ts';

const neutron: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ };

const portForm = z.looseObject({
  id: z.string(),
  status: z.string(),
  tags: z.array(z.string()).default([]),
  fixed_ips: z.array(z.looseObject({ ip_address: z.string() })).default([]),
  trunk_details: z.looseObject({ trunk_id: z.string() }).nullish(),
  'binding:host_id': z.string().nullish(),
});

/** The port of one node. */
export interface NodePort {
  readonly port: string;
  readonly status: string;
  readonly tags: readonly string[];
  readonly trunk: string | undefined;
  /** The host on which it is bound. */
  readonly host: string | undefined;
}

/** Finds the ports that hold the given addresses, by address. */
export async function nodePorts(
  session: OpenStackSession,
  addresses: readonly string[],
): Promise<Map<string, NodePort>> {
  const found = new Map<string, NodePort>();
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
        host: port['binding:host_id'] ?? undefined,
      });
    }
  }
  return found;
}

function nestedProblem(name: string, port: NodePort | undefined): string | undefined {
  if (port === undefined)
    return `node ${name} has no port in Neutron, so Kuryr cannot give its pods a subport`;
  if (port.trunk === undefined)
    return `node ${name} is not a trunk parent, so Kuryr cannot give its pods a subport`;
  if (port.status !== 'ACTIVE') return `port of node ${name} is ${port.status}, not ACTIVE`;
  return port.tags.includes(resourceTag)
    ? undefined
    : `port of node ${name} lacks the tag "${resourceTag}", by which Kuryr finds it`;
}

function bareProblem(name: string, port: NodePort | undefined): string | undefined {
  if (port === undefined)
    return `node ${name} has no port in Neutron, so its kubelet does not reach pods`;
  if (port.host !== name)
    return `port of node ${name} is bound on "${port.host ?? ''}", so Neutron knows the hypervisor by another name than Kuryr, and pods get no port`;
  return port.status === 'ACTIVE'
    ? undefined
    : `port of node ${name} is ${port.status}, not ACTIVE: its interface is not on the switch`;
}

/** What keeps Kuryr from serving the pods of a node, as far as the node's own port tells. */
export function nodePortProblem(
  podMode: PodMode,
  name: string,
  port: NodePort | undefined,
): string | undefined {
  return podMode === 'nested' ? nestedProblem(name, port) : bareProblem(name, port);
}

/** What keeps Kuryr from plugging bare pods, as far as the bridge's answer to its datapath type tells. */
export function bridgeProblem(
  name: string,
  found: string | undefined,
  wanted: 'system' | 'netdev',
): string | undefined {
  if (found === undefined)
    return `node ${name} finds no br-int at unix:/run/openvswitch/db.sock, so Kuryr cannot plug its pods`;
  const type = found.trim().replaceAll('"', '');
  return type === wanted
    ? undefined
    : `br-int has datapath type "${type}" instead of "${wanted}", so a plug by os-vif has changed it, and the switch makes its interfaces anew`;
}
