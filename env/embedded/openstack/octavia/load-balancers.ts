/**
 * Load balancers: taking the VIP, choosing the provider, changing, deleting alone or with everything below.
 */
import { z } from 'zod';
import type { Exchange, Routes } from '../http/routes.ts';
import { ApiFault } from '../http/fault.ts';
import { addCollection, type Definition, onBoth } from './collection.ts';
import { type Engine, refuseWithoutRole } from './engine.ts';
import { invalid, notAllowed, pending, unsupportedOption } from './faults.ts';
import { attributesIn, name, tagList, up, uuid } from './forms.ts';
import type { LoadBalancer } from './rows.ts';
import { showBalancer, statusTree } from './show.ts';
import { driverOf } from './traits.ts';
import { refuseVip, releaseVip, takeVip } from './vip.ts';

const resource = 'Load Balancer';

function postOf(engine: Engine): z.ZodObject<typeof basePost> {
  const later = {
    ...(engine.speaks(5) ? {} : { tags: z.undefined().optional() }),
    ...(engine.speaks(6) ? {} : { flavor_id: z.undefined().optional() }),
    ...(engine.speaks(14) ? {} : { availability_zone: z.undefined().optional() }),
  };
  return z.strictObject({ ...basePost, ...(later as object) });
}

const basePost = {
  name,
  description: name,
  admin_state_up: up,
  vip_address: z.string().nullish(),
  vip_subnet_id: uuid.nullish(),
  vip_network_id: uuid.nullish(),
  vip_port_id: uuid.nullish(),
  vip_qos_policy_id: z.null().optional(),
  project_id: z.string().optional(),
  provider: z.string().nullish(),
  flavor_id: uuid.nullish(),
  availability_zone: z.string().nullish(),
  tags: tagList.optional(),
};
const put = z.strictObject({
  name,
  description: name,
  admin_state_up: z.boolean().optional(),
  vip_qos_policy_id: z.null().optional(),
  tags: tagList.optional(),
});

/** Adds load balancers to the routes. */
export function addLoadBalancers(routes: Routes, engine: Engine): void {
  const definition: Definition<LoadBalancer> = {
    path: '/lbaas/loadbalancers',
    key: 'loadbalancers',
    one: 'loadbalancer',
    resource,
    table: engine.state.loadBalancers,
    show: (row) => showBalancer(engine, row),
    make: (exchange) => make(engine, exchange),
    change: (row, exchange) => change(engine, row, exchange),
    remove: (row, { query }) => {
      remove(engine, row, query.get('cascade')?.toLowerCase() === 'true');
    },
  };
  addCollection(routes, engine, definition);
  addReadings(routes, engine);
  onBoth(routes, ['PUT', '/lbaas/loadbalancers/:id/failover'], (exchange) => {
    refuseWithoutRole(exchange.caller, 'write');
    return failOver(engine, found(engine, exchange), exchange);
  });
}

function found(engine: Engine, { params, caller }: Exchange): LoadBalancer {
  return engine.balancer(params['id'] ?? '', caller);
}

function addReadings(routes: Routes, engine: Engine): void {
  const path = '/lbaas/loadbalancers/:id';
  for (const word of ['status', 'statuses']) {
    onBoth(routes, ['GET', `${path}/${word}`], (exchange) => {
      refuseWithoutRole(exchange.caller, 'read');
      return { body: statusTree(engine, found(engine, exchange)) };
    });
  }
  onBoth(routes, ['GET', `${path}/stats`], (exchange) => {
    refuseWithoutRole(exchange.caller, 'read');
    found(engine, exchange);
    return { body: { stats: noStatistics } };
  });
}

/** Nothing counts traffic here; the ovn driver does not either. */
export const noStatistics = {
  active_connections: 0,
  bytes_in: 0,
  bytes_out: 0,
  request_errors: 0,
  total_connections: 0,
} as const;

function providerOf({ traits }: Engine, asked: string | null | undefined): string {
  const wanted = asked ?? traits.defaultProvider;
  if (traits.providers.some((provider) => provider.name === wanted)) {
    // An alias is kept under the driver's own name.
    return driverOf(wanted);
  }
  throw new ApiFault(400, `Provider '${wanted}' is not enabled.`);
}

/** Whole trees in one request are not simulated, and that is said aloud. */
function refuseTree(engine: Engine, { method, path, body }: Exchange): void {
  const sent = (body as { loadbalancer?: Record<string, unknown> } | undefined)?.loadbalancer;
  if (sent?.['listeners'] === undefined && sent?.['pools'] === undefined) return;
  const said = engine.state.world.unknown.report({
    server: 'octavia',
    method,
    path,
    body: JSON.stringify(body),
    file: 'env/embedded/openstack/octavia/load-balancers.ts',
  });
  throw new ApiFault(501, said);
}

function make(engine: Engine, exchange: Exchange): LoadBalancer {
  const { body, caller } = exchange;
  refuseTree(engine, exchange);
  const sent = attributesIn(postOf(engine), body, 'loadbalancer');
  const projectId = sent.project_id ?? caller.projectId;
  if (projectId !== caller.projectId && !caller.isAdmin) throw notAllowed();
  refuseVip(engine, sent, caller);
  const provider = providerOf(engine, sent.provider);
  engine.quotas.claim('load_balancer', projectId);
  const begun = engine.begun(projectId, sent);
  const vip = takeVip(engine, sent, { balancerId: begun.id, projectId, provider, caller });
  const row = engine.state.loadBalancers.insert({
    ...begun,
    provider,
    ...vip,
    flavor_id: sent.flavor_id ?? null,
    availability_zone: sent.availability_zone ?? null,
  });
  engine.begin(row);
  return row;
}

function refusePending(row: LoadBalancer, allowed: readonly string[]): void {
  if (!allowed.includes(row.provisioning_status)) throw pending(row.provisioning_status, row.id);
}

function change(engine: Engine, row: LoadBalancer, { body }: Exchange): LoadBalancer {
  const sent = attributesIn(put, body, 'loadbalancer');
  refusePending(row, ['ACTIVE']);
  const next = engine.state.loadBalancers.update(row.id, {
    provisioning_status: 'PENDING_UPDATE',
    name: sent.name ?? row.name,
    description: sent.description ?? row.description,
    admin_state_up: sent.admin_state_up ?? row.admin_state_up,
    tags: sent.tags ?? row.tags,
  });
  engine.finish(row, {}, () => undefined);
  return next ?? row;
}

function remove(engine: Engine, row: LoadBalancer, isCascade: boolean): void {
  const { state } = engine;
  const hasChildren =
    state.listeners.all().some(({ loadbalancer_id }) => loadbalancer_id === row.id) ||
    state.pools.all().some(({ loadbalancer_id }) => loadbalancer_id === row.id);
  if (hasChildren && !isCascade) {
    throw invalid(`Cannot delete Load Balancer ${row.id} - it has children`);
  }
  refusePending(row, ['ACTIVE', 'ERROR']);
  state.loadBalancers.update(row.id, { provisioning_status: 'PENDING_DELETE' });
  for (const [table, id] of childrenOf(engine, row)) {
    table.update(id, { provisioning_status: 'PENDING_DELETE' });
  }
  engine.finish(row, {}, () => {
    for (const [table, id] of childrenOf(engine, row)) table.remove(id);
    if (driverOf(row.provider) === 'amphora') engine.amphorae.remove(row.id);
    releaseVip(engine, row);
    state.loadBalancers.remove(row.id);
  });
}

interface AnyTable {
  update(id: string, fields: { provisioning_status: 'PENDING_DELETE' }): unknown;
  remove(id: string): boolean;
}

/** Everything below a load balancer, with its table. */
function childrenOf({ state }: Engine, { id }: LoadBalancer): (readonly [AnyTable, string])[] {
  const listeners = state.listeners.all().filter(({ loadbalancer_id }) => loadbalancer_id === id);
  const pools = state.pools.all().filter(({ loadbalancer_id }) => loadbalancer_id === id);
  const ofPools = ({ pool_id }: { pool_id: string }): boolean =>
    pools.some((pool) => pool.id === pool_id);
  const policies = state.l7Policies
    .all()
    .filter(({ listener_id }) => listeners.some((listener) => listener.id === listener_id));
  const rules = state.l7Rules
    .all()
    .filter(({ l7policy_id }) => policies.some((policy) => policy.id === l7policy_id));
  const entries = (
    table: AnyTable,
    rows: readonly { readonly id: string }[],
  ): (readonly [AnyTable, string])[] => rows.map((row) => [table, row.id] as const);
  return [
    ...entries(state.l7Rules, rules),
    ...entries(state.l7Policies, policies),
    ...entries(state.healthMonitors, state.healthMonitors.all().filter(ofPools)),
    ...entries(state.members, state.members.all().filter(ofPools)),
    ...entries(state.listeners, listeners),
    ...entries(state.pools, pools),
  ];
}

function failOver(
  engine: Engine,
  row: LoadBalancer,
  { caller }: Exchange,
): { readonly status: number } {
  if (!caller.isAdmin) throw notAllowed();
  if (driverOf(row.provider) === 'ovn') {
    throw unsupportedOption('ovn', 'OVN provider does not support loadbalancer failover');
  }
  refusePending(row, ['ACTIVE', 'ERROR']);
  engine.state.loadBalancers.update(row.id, { provisioning_status: 'PENDING_UPDATE' });
  engine.amphorae.remove(row.id);
  engine.begin(row);
  return { status: 202 };
}
