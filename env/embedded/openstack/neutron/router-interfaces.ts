/**
 * The interfaces of routers: a subnet by its gateway address, or a port that is there already.
 */
import { z } from 'zod';
import { Cidr } from '../addressing.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import { settlePort } from './binding.ts';
import { badRequest, conflict, notAllowed } from './faults.ts';
import { attributesIn } from './forms.ts';
import { owns, type Plugin, revise, visible } from './plugin.ts';
import { makePort, removePort } from './ports.ts';
import { refuseRoutes } from './routers.ts';
import type { Port, Router, Subnet } from './rows.ts';
import { ApiFault } from '../http/fault.ts';

const form = z.strictObject({ subnet_id: z.string().optional(), port_id: z.string().optional() });
const owner = 'network:router_interface';

/** Adds what can be done to the interfaces and routes of a router. */
export function addRouterRoutes(routes: Routes, plugin: Plugin): void {
  routes.on('PUT', '/v2.0/routers/:id/add_router_interface', (exchange): Answer => {
    const router = changeable(plugin, exchange);
    return { body: interfaceBody(router, addInterface(plugin, router, exchange)) };
  });
  routes.on('PUT', '/v2.0/routers/:id/remove_router_interface', (exchange): Answer => {
    const router = changeable(plugin, exchange);
    return { body: interfaceBody(router, removeInterface(plugin, router, exchange)) };
  });
  addExtraRoutes(routes, plugin);
}

function addExtraRoutes(routes: Routes, plugin: Plugin): void {
  const { state } = plugin;
  const sent = ({ body }: Exchange): Router['routes'] =>
    attributesIn(
      z.object({
        router: z.object({
          routes: z.array(z.strictObject({ destination: z.string(), nexthop: z.string() })),
        }),
      }),
      body,
    ).router.routes;
  const change = (
    exchange: Exchange,
    next: (now: Router['routes']) => Router['routes'],
  ): Answer => {
    const row = changeable(plugin, exchange);
    const wanted = next(row.routes);
    refuseRoutes(plugin, row, wanted);
    const router = revise(state, state.routers, { row, fields: { routes: wanted } });
    return { body: { router: { ...router, tenant_id: router.project_id } } };
  };
  const isSame = (a: Router['routes'][number], b: Router['routes'][number]): boolean =>
    a.destination === b.destination && a.nexthop === b.nexthop;
  routes.on('PUT', '/v2.0/routers/:id/add_extraroutes', (exchange) =>
    change(exchange, (now) => [
      ...now,
      ...sent(exchange).filter((added) => !now.some((route) => isSame(route, added))),
    ]),
  );
  routes.on('PUT', '/v2.0/routers/:id/remove_extraroutes', (exchange) =>
    change(exchange, (now) =>
      now.filter((route) => !sent(exchange).some((removed) => isSame(route, removed))),
    ),
  );
}

function changeable({ state }: Plugin, { params, caller }: Exchange): Router {
  const router = visible(state.routers, { kind: 'router', id: params['id'] ?? '', caller });
  if (!owns(caller, router)) throw notAllowed('add_router_interface');
  return router;
}

function interfaceBody(router: Router, port: Port): object {
  const subnets = port.fixed_ips.map(({ subnet_id }) => subnet_id);
  return {
    id: router.id,
    tenant_id: router.project_id,
    port_id: port.id,
    network_id: port.network_id,
    subnet_id: subnets[0],
    subnet_ids: subnets,
  };
}

function badRouter(message: string): ApiFault {
  return badRequest(`Bad router request: ${message}`, 'BadRequest');
}

function wish({ body }: Exchange): z.output<typeof form> {
  const sent = attributesIn(form, body ?? {});
  if (sent.port_id === undefined && sent.subnet_id === undefined) {
    throw badRouter('Either subnet_id or port_id must be specified.');
  }
  return sent;
}

function addInterface(plugin: Plugin, router: Router, exchange: Exchange): Port {
  const { port_id: portId, subnet_id: subnetId } = wish(exchange);
  if (portId !== undefined) return takePort(plugin, router, { exchange, portId });
  const { state, quotas } = plugin;
  const { caller } = exchange;
  const subnet = visible(state.subnets, { kind: 'subnet', id: subnetId ?? '', caller });
  if (subnet.gateway_ip === null)
    throw badRouter('Subnet for router interface must have a gateway IP');
  refuseOverlap(plugin, router, subnet);
  const network = visible(state.networks, { kind: 'network', id: subnet.network_id, caller });
  quotas.claim('port', router.project_id);
  return makePort(plugin, {
    network,
    projectId: router.project_id,
    device_id: router.id,
    device_owner: owner,
    fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
  });
}

function takePort(
  plugin: Plugin,
  router: Router,
  { exchange, portId }: { readonly exchange: Exchange; readonly portId: string },
): Port {
  const { state } = plugin;
  const row = visible(state.ports, { kind: 'port', id: portId, caller: exchange.caller });
  if (row.device_id !== '') {
    throw conflict(
      'PortInUse',
      `Unable to complete operation on port ${row.id} for network ${row.network_id}. Port already has an attached device ${row.device_id}.`,
    );
  }
  for (const { subnet_id } of row.fixed_ips) {
    const subnet = state.subnets.get(subnet_id);
    if (subnet !== undefined) refuseOverlap(plugin, router, subnet);
  }
  const port = revise(state, state.ports, {
    row,
    fields: {
      device_id: router.id,
      device_owner: owner,
      security_groups: [],
      port_security_enabled: false,
    },
  });
  settlePort(plugin, port.id);
  return port;
}

function refuseOverlap({ state }: Plugin, router: Router, subnet: Subnet): void {
  const cidr = Cidr.parse(subnet.cidr);
  const own = state.ports
    .all()
    .filter(({ device_id }) => device_id === router.id)
    .flatMap(({ fixed_ips }) => fixed_ips);
  if (own.some(({ subnet_id }) => subnet_id === subnet.id)) {
    throw badRouter(`Router already has a port on subnet ${subnet.id}.`);
  }
  for (const { subnet_id } of own) {
    const other = state.subnets.get(subnet_id);
    const isOverlapping =
      cidr !== undefined && Cidr.parse(other?.cidr ?? '')?.overlaps(cidr) === true;
    if (other !== undefined && isOverlapping) {
      throw badRouter(
        `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}.`,
      );
    }
  }
}

function removeInterface(plugin: Plugin, router: Router, exchange: Exchange): Port {
  const { state } = plugin;
  const { port_id: portId, subnet_id: subnetId } = wish(exchange);
  const port = state.ports
    .all()
    .find(
      (candidate) =>
        candidate.device_id === router.id &&
        candidate.device_owner === owner &&
        (portId === undefined || candidate.id === portId) &&
        (subnetId === undefined ||
          candidate.fixed_ips.some(({ subnet_id }) => subnet_id === subnetId)),
    );
  if (port === undefined) throw missing(router, portId, subnetId);
  refuseNeeded(plugin, router, port);
  removePort(plugin, port);
  return port;
}

function missing(
  router: Router,
  portId: string | undefined,
  subnetId: string | undefined,
): ApiFault {
  return portId === undefined
    ? new ApiFault(404, `Router ${router.id} has no interface on subnet ${subnetId ?? ''}`, {
        type: 'RouterInterfaceNotFoundForSubnet',
      })
    : new ApiFault(404, `Router ${router.id} does not have an interface with id ${portId}`, {
        type: 'RouterInterfaceNotFound',
      });
}

function refuseNeeded({ state }: Plugin, router: Router, port: Port): void {
  const subnets = port.fixed_ips.map(({ subnet_id }) => subnet_id);
  const isNeeded = state.floatingIps
    .all()
    .filter(({ router_id }) => router_id === router.id)
    .some(({ port_id }) =>
      state.ports
        .get(port_id ?? '')
        ?.fixed_ips.some(({ subnet_id }) => subnets.includes(subnet_id)),
    );
  if (isNeeded) {
    throw conflict(
      'RouterInterfaceInUseByFloatingIP',
      `Router interface for subnet ${subnets[0] ?? ''} on router ${router.id} cannot be deleted, as it is required by one or more floating IPs.`,
    );
  }
}
