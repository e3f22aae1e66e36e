/**
 * Routers: their gateway into an external network, their own routes; interfaces are in
 * router-interfaces.ts.
 */
import { z } from 'zod';
import { Cidr, parseAddress } from '../addressing.ts';
import type { Caller } from '../keystone/identities.ts';
import type { Wish } from './addresses.ts';
import { badRequest, conflict, notAllowed, notFound } from './faults.ts';
import { flag, standardPost, standardPut, uuid } from './forms.ts';
import type { Shown } from '../http/listing.ts';
import { begun, given, ownerOf, type Plugin, revise } from './plugin.ts';
import { makePort, removePort } from './ports.ts';
import type { Definition } from './resource.ts';
import type { Network, Port, Router } from './rows.ts';

const gatewayForm = z
  .strictObject({
    network_id: uuid,
    enable_snat: flag.optional(),
    external_fixed_ips: z
      .array(
        z.strictObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() }),
      )
      .optional(),
    qos_policy_id: z.null().optional(),
  })
  .or(z.strictObject({}))
  .nullish();
const routesForm = z.array(z.strictObject({ destination: z.string(), nexthop: z.string() }));

const changeable = {
  admin_state_up: flag.optional(),
  external_gateway_info: gatewayForm,
  ha: flag.optional(),
  distributed: flag.optional(),
};

const post = z.strictObject({
  ...standardPost,
  ...changeable,
  availability_zone_hints: z.array(z.string()).default([]),
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...standardPut, ...changeable, routes: routesForm.nullish() });

type Gateway = z.output<typeof gatewayForm>;

/** The routers' collection. */
export function routers(plugin: Plugin): Definition<Router, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'router',
    collection: 'routers',
    table: state.routers,
    post,
    put,
    forAdmins: ['ha', 'distributed'],
    claim: (sent, caller) => {
      for (const one of sent) quotas.claim('router', ownerOf(caller, one), sent.length);
    },
    make: (sent, caller) => makeRouter(plugin, sent, caller),
    change: (row, sent, caller) => changeRouter(plugin, row, { sent, caller }),
    remove: (row) => {
      removeRouter(plugin, row);
    },
    show: (row, caller) => showRouter(plugin, row, caller),
  };
}

/** What only routers of agents have is there with the extension that brings it. */
function showRouter(
  { traits: { extensions } }: Plugin,
  { ha, distributed, flavor_id, ...row }: Router,
  { isAdmin }: Caller,
): Shown {
  return {
    ...row,
    availability_zones: [],
    ...(isAdmin && extensions.has('l3-ha') ? { ha } : {}),
    ...(isAdmin && extensions.has('dvr') ? { distributed } : {}),
    ...(extensions.has('l3-flavors') ? { flavor_id } : {}),
  };
}

function makeRouter(plugin: Plugin, sent: z.output<typeof post>, caller: Caller): Router {
  const { state } = plugin;
  const router = state.routers.insert({
    ...begun(state, ownerOf(caller, sent), sent.description),
    name: sent.name,
    tags: sent.tags ?? [],
    status: 'ACTIVE',
    admin_state_up: sent.admin_state_up ?? true,
    routes: [],
    external_gateway_info: null,
    ha: sent.ha ?? false,
    distributed: sent.distributed ?? false,
    availability_zone_hints: sent.availability_zone_hints,
    flavor_id: null,
  });
  try {
    setGateway(plugin, router, { gateway: sent.external_gateway_info, caller });
  } catch (error) {
    state.routers.remove(router.id);
    throw error;
  }
  return state.routers.get(router.id) ?? router;
}

function changeRouter(
  plugin: Plugin,
  row: Router,
  { sent, caller }: { readonly sent: z.output<typeof put>; readonly caller: Caller },
): Router {
  const { state } = plugin;
  const { external_gateway_info: gateway, routes, ...plain } = sent;
  if (gateway !== undefined) setGateway(plugin, row, { gateway, caller });
  const wanted = routes === undefined ? undefined : (routes ?? []);
  if (wanted !== undefined) refuseRoutes(plugin, row, wanted);
  return revise(state, state.routers, {
    row,
    fields: { ...given(plain), ...(wanted === undefined ? {} : { routes: wanted }) },
  });
}

function setGateway(
  plugin: Plugin,
  router: Router,
  { gateway, caller }: { readonly gateway: Gateway; readonly caller: Caller },
): void {
  if (gateway === undefined) return;
  const { state } = plugin;
  const old = gatewayPort(plugin, router.id);
  if (gateway === null || !('network_id' in gateway)) {
    clearGateway(plugin, router, old);
    return;
  }
  const network = externalNetwork(plugin, gateway.network_id);
  const { enable_snat: isSnat, external_fixed_ips: wishes } = gateway;
  refuseWishes(gateway, caller);
  const isKept = old?.network_id === network.id && wishes === undefined;
  if (old !== undefined && !isKept) clearGateway(plugin, router, old);
  const port = isKept ? old : makeGatewayPort(plugin, router, { network, wishes });
  state.routers.update(router.id, {
    external_gateway_info: {
      network_id: network.id,
      enable_snat: isSnat ?? true,
      external_fixed_ips: port.fixed_ips,
    },
  });
}

/** How a gateway works and which address it has is the administrators' matter. */
function refuseWishes(gateway: NonNullable<Gateway>, { isAdmin }: Caller): void {
  const wish = ['enable_snat', 'external_fixed_ips'].find((name) => name in gateway);
  if (wish !== undefined && !isAdmin) {
    throw notAllowed(`create_router:external_gateway_info:${wish}`);
  }
}

/** Gateway ports belong to no project, so that they use nobody's quota. */
function makeGatewayPort(
  plugin: Plugin,
  router: Router,
  { network, wishes }: { readonly network: Network; readonly wishes: readonly Wish[] | undefined },
): Port {
  return makePort(plugin, {
    network,
    projectId: '',
    device_id: router.id,
    device_owner: 'network:router_gateway',
    fixed_ips: wishes,
  });
}

function externalNetwork({ state }: Plugin, id: string): Network {
  const network = state.networks.get(id);
  if (network === undefined) throw notFound('network', id);
  if (network['router:external']) return network;
  throw badRequest(`Bad router request: Network ${id} is not an external network.`, 'BadRequest');
}

function gatewayPort({ state }: Plugin, routerId: string): Port | undefined {
  return state.ports
    .all()
    .find((port) => port.device_id === routerId && port.device_owner === 'network:router_gateway');
}

function clearGateway(plugin: Plugin, router: Router, port: Port | undefined): void {
  const { state } = plugin;
  if (state.floatingIps.all().some(({ router_id }) => router_id === router.id)) {
    throw conflict(
      'RouterExternalGatewayInUseByFloatingIp',
      `Gateway cannot be updated for router ${router.id}, since a gateway to external network ${port?.network_id ?? ''} is required by one or more floating IPs.`,
    );
  }
  if (port !== undefined) removePort(plugin, port);
  state.routers.update(router.id, { external_gateway_info: null });
}

function removeRouter(plugin: Plugin, row: Router): void {
  const own = plugin.state.ports.all().filter(({ device_id }) => device_id === row.id);
  const attached = own.filter(({ device_owner }) => device_owner !== 'network:router_gateway');
  if (attached.length > 0) {
    const ids = attached.map(({ id }) => id).join(', ');
    throw conflict('RouterInUse', `Router ${row.id} has ports still attached: ${ids}`);
  }
  clearGateway(plugin, row, own[0]);
  plugin.state.routers.remove(row.id);
}

/** Each next hop must be on a network that the router is connected to. */
export function refuseRoutes({ state }: Plugin, router: Router, routes: Router['routes']): void {
  const connected = state.ports
    .all()
    .filter(({ device_id }) => device_id === router.id)
    .flatMap(({ fixed_ips }) => fixed_ips)
    .flatMap(({ subnet_id }) => Cidr.parse(state.subnets.get(subnet_id)?.cidr ?? '') ?? []);
  for (const { nexthop } of routes) {
    const address = parseAddress(nexthop);
    if (address === undefined || !connected.some((cidr) => cidr.holds(address))) {
      throw badRequest(
        `Invalid format for routes: ${JSON.stringify(routes)}, the nexthop is not connected with router`,
        'InvalidRoutes',
      );
    }
  }
}
