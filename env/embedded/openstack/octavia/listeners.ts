/**
 * Listeners: one port and protocol of a load balancer's address.
 */
import { z } from 'zod';
import type { Exchange, Routes } from '../http/routes.ts';
import { ApiFault } from '../http/fault.ts';
import { Cidr } from '../addressing.ts';
import { addCollection, onBoth } from './collection.ts';
import { type Engine, refuseWithoutRole } from './engine.ts';
import { immutable, invalid, notFound, unsupportedOption } from './faults.ts';
import { attributesIn, name, oneOf, portNumber, tagList, timeout, up, uuid } from './forms.ts';
import { noStatistics } from './load-balancers.ts';
import type { Listener, LoadBalancer } from './rows.ts';
import { showListener } from './show.ts';
import {
  driverOf,
  listenerProtocols,
  mixesProtocols,
  protocolRefusal,
  sharesPorts,
} from './traits.ts';

const cidr = z
  .string()
  .refine((value) => Cidr.parse(value) !== undefined, 'Value should be IPv4 or IPv6 CIDR format');

const optional = {
  name,
  description: name,
  connection_limit: z.int().min(-1).nullish(),
  default_pool_id: uuid.nullish(),
  insert_headers: z.record(z.string(), z.string()).nullish(),
  timeout_client_data: timeout.nullish(),
  timeout_member_connect: timeout.nullish(),
  timeout_member_data: timeout.nullish(),
  timeout_tcp_inspect: timeout.nullish(),
  tags: tagList.optional(),
  allowed_cidrs: z.array(cidr).nullish(),
};

function postOf(engine: Engine): z.ZodObject {
  return z.strictObject({
    ...known(engine),
    admin_state_up: up,
    protocol: oneOf(listenerProtocols(engine.traits)),
    protocol_port: portNumber,
    loadbalancer_id: uuid,
    project_id: z.string().optional(),
  });
}

/** The attributes that this release has. */
function known(engine: Engine): Partial<typeof optional> {
  const { tags, allowed_cidrs: cidrs, ...always } = optional;
  return {
    ...always,
    ...(engine.speaks(5) ? { tags } : {}),
    ...(engine.speaks(12) ? { allowed_cidrs: cidrs } : {}),
  };
}

interface Sent extends z.output<z.ZodObject<typeof optional>> {
  readonly admin_state_up?: boolean;
  readonly protocol: string;
  readonly protocol_port: number;
  readonly loadbalancer_id: string;
}

const resource = 'Listener';

/** Adds listeners to the routes. */
export function addListeners(routes: Routes, engine: Engine): void {
  addCollection<Listener>(routes, engine, {
    path: '/lbaas/listeners',
    key: 'listeners',
    one: 'listener',
    resource,
    table: engine.state.listeners,
    show: (row) => showListener(engine, row),
    make: (exchange) => make(engine, exchange),
    change: (row, exchange) => change(engine, row, exchange),
    remove: (row, exchange) => {
      remove(engine, row, exchange);
    },
    isBelow: (row, { query }) => {
      const wanted = [...query.getAll('loadbalancer_id'), ...query.getAll('load_balancer_id')];
      return wanted.length === 0 || wanted.includes(row.loadbalancer_id);
    },
  });
  onBoth(routes, ['GET', '/lbaas/listeners/:id/stats'], ({ params, caller }) => {
    refuseWithoutRole(caller, 'read');
    engine.found(engine.state.listeners, resource, { id: params['id'] ?? '', caller });
    return { body: { stats: noStatistics } };
  });
}

function make(engine: Engine, { body, caller }: Exchange): Listener {
  const sent = attributesIn(postOf(engine), body, 'listener') as unknown as Sent;
  const balancer = engine.balancer(sent.loadbalancer_id, caller);
  engine.quotas.claim('listener', balancer.project_id);
  if (typeof sent.default_pool_id === 'string') {
    refusePool(engine, sent.default_pool_id, { balancer, protocol: sent.protocol });
  }
  if (balancer.provisioning_status !== 'ACTIVE') throw immutable('Load Balancer', balancer.id);
  refuseTaken(engine, balancer, sent);
  refuseCidrs(sent.allowed_cidrs, balancer);
  refuseUnsupported(engine, balancer, sent);
  engine.lock(balancer);
  const row = engine.state.listeners.insert({
    ...engine.begun(balancer.project_id, sent),
    loadbalancer_id: balancer.id,
    protocol: sent.protocol,
    protocol_port: sent.protocol_port,
    default_pool_id: sent.default_pool_id ?? null,
    allowed_cidrs: cidrsOf(sent.allowed_cidrs),
    connection_limit: sent.connection_limit ?? -1,
    timeout_client_data: sent.timeout_client_data ?? 50_000,
    timeout_member_connect: sent.timeout_member_connect ?? 5_000,
    timeout_member_data: sent.timeout_member_data ?? 50_000,
    timeout_tcp_inspect: sent.timeout_tcp_inspect ?? 0,
    insert_headers: sent.insert_headers ?? {},
  });
  engine.finish(balancer, {}, () => {
    engine.done(engine.state.listeners, row.id, 'ONLINE');
  });
  return row;
}

function cidrsOf(sent: readonly string[] | null | undefined): readonly string[] | null {
  return sent === undefined || sent === null || sent.length === 0 ? null : sent;
}

const compatible: Readonly<Record<string, readonly string[]>> = {
  TCP: ['HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
  HTTP: ['HTTP', 'PROXY', 'PROXYV2'],
  HTTPS: ['HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
  TERMINATED_HTTPS: ['HTTP', 'PROXY', 'PROXYV2'],
  UDP: ['UDP'],
  SCTP: ['SCTP'],
};

/** Refuses a pool that is none of the load balancer's or speaks another protocol. */
function refusePool(
  { state }: Engine,
  poolId: string,
  { balancer, protocol }: { readonly balancer: LoadBalancer; readonly protocol: string },
): void {
  const pool = state.pools.get(poolId);
  if (pool?.loadbalancer_id !== balancer.id) throw notFound('Pool', poolId);
  refuseProtocols(protocol, pool.protocol);
}

/** Refuses a pool's protocol that does not go with the listener's. */
export function refuseProtocols(listener: string, pool: string): void {
  if (compatible[listener]?.includes(pool) !== true) {
    throw invalid(
      `The pool protocol '${pool}' is invalid while the listener protocol is '${listener}'.`,
    );
  }
}

const layer4: Readonly<Record<string, string>> = { UDP: 'UDP', SCTP: 'SCTP' };

function refuseTaken({ state, traits }: Engine, balancer: LoadBalancer, sent: Sent): void {
  const other = state.listeners
    .all()
    .filter(
      ({ loadbalancer_id, protocol_port }) =>
        loadbalancer_id === balancer.id && protocol_port === sent.protocol_port,
    )
    .find(
      ({ protocol }) =>
        !sharesPorts(traits) || (layer4[protocol] ?? 'TCP') === (layer4[sent.protocol] ?? 'TCP'),
    );
  if (other === undefined) return;
  throw new ApiFault(
    409,
    sharesPorts(traits)
      ? `Another Listener on this Load Balancer is already using protocol ${other.protocol} and protocol_port ${sent.protocol_port}`
      : `Another Listener on this Load Balancer is already using protocol_port ${sent.protocol_port}`,
  );
}

function refuseCidrs(cidrs: readonly string[] | null | undefined, balancer: LoadBalancer): void {
  const isV6 = balancer.vip_address.includes(':');
  const strange = cidrs?.find((one) => one.includes(':') !== isV6);
  if (strange !== undefined) {
    throw invalid(
      `CIDR ${strange} IP version incompatible with all VIPs ['${balancer.vip_address}'] IP version.`,
    );
  }
}

function refuseUnsupported(
  { state, traits }: Engine,
  { id, provider }: LoadBalancer,
  sent: {
    readonly protocol: string;
    readonly allowed_cidrs?: readonly string[] | null | undefined;
  },
): void {
  const said = protocolRefusal(traits, provider, sent.protocol);
  if (said !== undefined) throw unsupportedOption(provider, said);
  if (driverOf(provider) === 'ovn' && cidrsOf(sent.allowed_cidrs) !== null) {
    throw unsupportedOption(provider, 'OVN provider does not support allowed_cidrs option');
  }
  const isMixed = state.listeners
    .all()
    .some((other) => other.loadbalancer_id === id && other.protocol !== sent.protocol);
  if (isMixed && !mixesProtocols(traits, provider)) {
    throw unsupportedOption(
      provider,
      `The loadbalancer ${id} does not support ${sent.protocol} protocol`,
    );
  }
}

function change(engine: Engine, row: Listener, { body, caller }: Exchange): Listener {
  const form = z.strictObject({ ...known(engine), admin_state_up: z.boolean().optional() });
  const sent = attributesIn(form, body, 'listener') as unknown as Partial<Sent>;
  const balancer = engine.balancer(row.loadbalancer_id, caller);
  if (typeof sent.default_pool_id === 'string') {
    refusePool(engine, sent.default_pool_id, { balancer, protocol: row.protocol });
  }
  refuseCidrs(sent.allowed_cidrs, balancer);
  if (sent.allowed_cidrs !== undefined) {
    refuseUnsupported(engine, balancer, {
      protocol: row.protocol,
      allowed_cidrs: sent.allowed_cidrs,
    });
  }
  engine.lock(balancer, { listeners: [row] });
  const next = engine.state.listeners.update(row.id, changes(row, sent));
  engine.finish(balancer, { listeners: [row] }, () => undefined);
  return next ?? row;
}

/** Null sets an attribute back to its default. */
function changes(row: Listener, sent: Partial<Sent>): Partial<Listener> {
  const or = <T>(value: T | null | undefined, otherwise: { now: T; none: T }): T =>
    value === undefined ? otherwise.now : (value ?? otherwise.none);
  return {
    name: or(sent.name, { now: row.name, none: '' }),
    description: or(sent.description, { now: row.description, none: '' }),
    admin_state_up: sent.admin_state_up ?? row.admin_state_up,
    default_pool_id:
      sent.default_pool_id === undefined ? row.default_pool_id : sent.default_pool_id,
    connection_limit: or(sent.connection_limit, { now: row.connection_limit, none: -1 }),
    timeout_client_data: or(sent.timeout_client_data, {
      now: row.timeout_client_data,
      none: 50_000,
    }),
    timeout_member_connect: or(sent.timeout_member_connect, {
      now: row.timeout_member_connect,
      none: 5_000,
    }),
    timeout_member_data: or(sent.timeout_member_data, {
      now: row.timeout_member_data,
      none: 50_000,
    }),
    timeout_tcp_inspect: or(sent.timeout_tcp_inspect, { now: row.timeout_tcp_inspect, none: 0 }),
    insert_headers: or(sent.insert_headers, { now: row.insert_headers, none: {} }),
    allowed_cidrs:
      sent.allowed_cidrs === undefined ? row.allowed_cidrs : cidrsOf(sent.allowed_cidrs),
    tags: sent.tags ?? row.tags,
  };
}

function remove(engine: Engine, row: Listener, { caller }: Exchange): void {
  const { state } = engine;
  const balancer = engine.balancer(row.loadbalancer_id, caller);
  engine.lock(balancer, { listeners: [row] });
  state.listeners.update(row.id, { provisioning_status: 'PENDING_DELETE' });
  engine.finish(balancer, {}, () => {
    for (const policy of state.l7Policies
      .all()
      .filter(({ listener_id }) => listener_id === row.id)) {
      state.l7Policies.remove(policy.id);
    }
    state.listeners.remove(row.id);
  });
}
