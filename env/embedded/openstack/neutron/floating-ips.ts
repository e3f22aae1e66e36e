/**
 * Floating IPs: an address of an external network, perhaps led to a fixed address by the router between.
 */
import { z } from 'zod';
import type { Delay } from '../state.ts';
import type { Caller } from '../keystone/identities.ts';
import { badRequest, conflict, notAllowed, notFound } from './faults.ts';
import { standardPost, uuid } from './forms.ts';
import { type Shown, without } from '../http/listing.ts';
import { begun, ownerOf, type Plugin, revise, visible } from './plugin.ts';
import { makePort, removePort } from './ports.ts';
import type { Definition } from './resource.ts';
import type { FloatingIp, Network } from './rows.ts';
import { ApiFault } from '../http/fault.ts';

const target = { port_id: uuid.nullish(), fixed_ip_address: z.string().nullish() };
const post = z.strictObject({
  ...without(standardPost, 'name'),
  ...target,
  floating_network_id: uuid,
  subnet_id: uuid.nullish(),
  floating_ip_address: z.string().nullish(),
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...target, description: z.string().optional() });

const activation: Delay = [10, 40];

type Target = Pick<FloatingIp, 'port_id' | 'fixed_ip_address' | 'router_id'>;
const nowhere: Target = { port_id: null, fixed_ip_address: null, router_id: null };

/** The floating IPs' collection. */
export function floatingIps(plugin: Plugin): Definition<FloatingIp, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'floatingip',
    collection: 'floatingips',
    table: state.floatingIps,
    post,
    put,
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('floatingip', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makeFloatingIp(plugin, sent, caller),
    change: (row, sent, caller) => {
      const { description = row.description } = sent;
      const isMoved = sent.port_id !== undefined || sent.fixed_ip_address !== undefined;
      const fields = isMoved ? targetOf(plugin, row, { sent, caller }) : {};
      const next = revise(state, state.floatingIps, { row, fields: { ...fields, description } });
      // What has become of the address is found out after the answer has been made.
      return { ...settled(plugin, next), status: row.status };
    },
    remove: (row) => {
      state.floatingIps.remove(row.id);
      const port = state.ports.get(row.ownPortId);
      if (port !== undefined) removePort(plugin, port);
    },
    show: (row) => showFloatingIp(plugin, row),
  };
}

function makeFloatingIp(plugin: Plugin, sent: z.output<typeof post>, caller: Caller): FloatingIp {
  const { state } = plugin;
  const owner = ownerOf(caller, sent);
  const network = visible(state.networks, {
    kind: 'network',
    id: sent.floating_network_id,
    caller,
  });
  if (!network['router:external']) {
    throw badRequest(
      `Bad floatingip request: Network ${network.id} is not a valid external network.`,
      'BadRequest',
    );
  }
  if (typeof sent.floating_ip_address === 'string' && !caller.isAdmin) {
    throw notAllowed('create_floatingip:floating_ip_address');
  }
  const begin = begun(state, owner, sent.description);
  const port = addressPort(plugin, network, { sent, id: begin.id });
  const row: FloatingIp = {
    ...begin,
    tags: sent.tags ?? [],
    floating_network_id: network.id,
    floating_ip_address: port.fixed_ips[0]?.ip_address ?? '',
    ...nowhere,
    status: 'DOWN',
    ownPortId: port.id,
  };
  try {
    return settled(
      plugin,
      state.floatingIps.insert({ ...row, ...targetOf(plugin, row, { sent, caller }) }),
    );
  } catch (error) {
    removePort(plugin, port);
    throw error;
  }
}

function addressPort(
  plugin: Plugin,
  network: Network,
  { sent, id }: { readonly sent: z.output<typeof post>; readonly id: string },
): ReturnType<typeof makePort> {
  const wish = {
    ...(typeof sent.subnet_id === 'string' ? { subnet_id: sent.subnet_id } : {}),
    ...(typeof sent.floating_ip_address === 'string'
      ? { ip_address: sent.floating_ip_address }
      : {}),
  };
  const port = makePort(plugin, {
    network,
    projectId: '',
    device_id: id,
    device_owner: 'network:floatingip',
    status: 'N/A',
    ...(Object.keys(wish).length === 0 ? {} : { fixed_ips: [wish] }),
  });
  if (port.fixed_ips.length > 0) return port;
  removePort(plugin, port);
  throw conflict(
    'ExternalIpAddressExhausted',
    `Unable to find any IP address on external network ${network.id}.`,
  );
}

function targetOf(
  plugin: Plugin,
  row: FloatingIp,
  { sent, caller }: { readonly sent: z.output<typeof put>; readonly caller: Caller },
): Target {
  const { state } = plugin;
  const portId = sent.port_id ?? null;
  if (portId === null) {
    if (typeof sent.fixed_ip_address === 'string') {
      throw badRequest(
        'Bad floatingip request: fixed_ip_address cannot be specified without a port_id.',
        'BadRequest',
      );
    }
    return nowhere;
  }
  const port = state.ports.get(portId);
  if (port === undefined || !(caller.isAdmin || port.project_id === row.project_id)) {
    throw notFound('port', portId);
  }
  const fixedIp = port.fixed_ips.find(
    ({ ip_address }) =>
      typeof sent.fixed_ip_address !== 'string' || ip_address === sent.fixed_ip_address,
  );
  if (fixedIp === undefined) {
    throw badRequest(
      `Bad floatingip request: Port ${portId} does not have fixed ip ${sent.fixed_ip_address ?? ''}.`,
      'BadRequest',
    );
  }
  const other = state.floatingIps
    .all()
    .find(
      (candidate) =>
        candidate.id !== row.id &&
        candidate.port_id === portId &&
        candidate.fixed_ip_address === fixedIp.ip_address &&
        candidate.floating_network_id === row.floating_network_id,
    );
  if (other !== undefined) {
    throw conflict(
      'FloatingIPPortAlreadyAssociated',
      `Cannot associate floating IP ${row.floating_ip_address} (${row.id}) with port ${portId} using fixed IP ${fixedIp.ip_address}, as that fixed IP already has a floating IP on external network ${row.floating_network_id}.`,
    );
  }
  return {
    port_id: portId,
    fixed_ip_address: fixedIp.ip_address,
    router_id: routerBetween(plugin, row, { subnetId: fixedIp.subnet_id, portId }),
  };
}

/** The router that joins a fixed address's subnet and the external network. */
function routerBetween(
  { state }: Plugin,
  row: FloatingIp,
  { subnetId, portId }: { readonly subnetId: string; readonly portId: string },
): string {
  const joined = state.ports
    .all()
    .filter(
      ({ device_owner, fixed_ips }) =>
        device_owner === 'network:router_interface' &&
        fixed_ips.some(({ subnet_id }) => subnet_id === subnetId),
    )
    .map(({ device_id }) => state.routers.get(device_id))
    .find((router) => router?.external_gateway_info?.network_id === row.floating_network_id);
  if (joined !== undefined) return joined.id;
  throw new ApiFault(
    404,
    `External network ${row.floating_network_id} is not reachable from subnet ${subnetId}.  Therefore, cannot associate Port ${portId} with a Floating IP.`,
    { type: 'ExternalGatewayForFloatingIPNotFound' },
  );
}

/** A floating IP becomes ACTIVE a little after it leads somewhere. */
function settled({ state }: Plugin, row: FloatingIp): FloatingIp {
  const isLed = row.port_id !== null;
  if (!isLed) return state.floatingIps.update(row.id, { status: 'DOWN' }) ?? row;
  state.later(activation, () => {
    const now = state.floatingIps.get(row.id);
    if (now !== undefined && now.port_id !== null)
      state.floatingIps.update(row.id, { status: 'ACTIVE' });
  });
  return row;
}

function showFloatingIp({ state, traits }: Plugin, row: FloatingIp): Shown {
  const port = row.port_id === null ? undefined : state.ports.get(row.port_id);
  return {
    ...without(row, 'ownPortId'),
    // The router plugin shows names whether or not there is a DNS integration.
    dns_domain: '',
    dns_name: '',
    ...(traits.extensions.has('fip-port-details')
      ? {
          port_details:
            port === undefined
              ? null
              : {
                  name: port.name,
                  network_id: port.network_id,
                  mac_address: port.mac_address,
                  admin_state_up: port.admin_state_up,
                  status: port.status,
                  device_id: port.device_id,
                  device_owner: port.device_owner,
                },
        }
      : {}),
  };
}
