/**
 * Pools: what listeners send to, by which algorithm.
 */
import { z } from 'zod';
import type { Exchange, Routes } from '../http/routes.ts';
import { ApiFault } from '../http/fault.ts';
import { addCollection } from './collection.ts';
import type { Engine } from './engine.ts';
import { invalid, unsupportedOption } from './faults.ts';
import { attributesIn, name, oneOf, tagList, up, uuid } from './forms.ts';
import { refuseProtocols } from './listeners.ts';
import type { Listener, LoadBalancer, Pool, SessionPersistence } from './rows.ts';
import { showPool } from './show.ts';
import {
  algorithmRefusal,
  algorithms,
  persistsSource,
  poolProtocols,
  protocolRefusal,
} from './traits.ts';

const persistence = z
  .strictObject({
    type: oneOf(['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE']),
    cookie_name: z.string().nullish(),
    persistence_timeout: z.int().nullish(),
    persistence_granularity: z.string().nullish(),
  })
  .nullish();

function formOf(engine: Engine): {
  readonly post: z.ZodObject<typeof post>;
  readonly put: z.ZodObject<typeof put>;
} {
  const algorithm = oneOf(algorithms(engine.traits));
  const tags = engine.speaks(5) ? {} : { tags: z.undefined().optional() };
  return {
    post: z.strictObject({
      ...post,
      protocol: oneOf(poolProtocols(engine.traits)),
      lb_algorithm: algorithm,
      ...(tags as object),
    }),
    put: z.strictObject({ ...put, lb_algorithm: algorithm.optional(), ...(tags as object) }),
  };
}

const put = {
  name,
  description: name,
  admin_state_up: z.boolean().optional(),
  lb_algorithm: oneOf([]).optional(),
  session_persistence: persistence,
  tls_enabled: z.literal(false).optional(),
  tags: tagList.optional(),
};
const post = {
  ...put,
  admin_state_up: up,
  protocol: oneOf([]),
  lb_algorithm: oneOf([]),
  listener_id: uuid.nullish(),
  loadbalancer_id: uuid.nullish(),
  project_id: z.string().optional(),
};

type Post = z.output<z.ZodObject<typeof post>>;

/** Adds pools to the routes. */
export function addPools(routes: Routes, engine: Engine): void {
  const forms = formOf(engine);
  addCollection<Pool>(routes, engine, {
    path: '/lbaas/pools',
    key: 'pools',
    one: 'pool',
    resource: 'Pool',
    table: engine.state.pools,
    show: (row) => showPool(engine, row),
    make: (exchange) => make(engine, attributesIn(forms.post, exchange.body, 'pool'), exchange),
    change: (row, exchange) => {
      const sent = attributesIn(forms.put, exchange.body, 'pool');
      const balancer = engine.balancer(row.loadbalancer_id, exchange.caller);
      refuseUnsupported(engine, balancer, { ...row, ...sent });
      const touched = { listeners: engine.listenersOf(row), pool: row };
      engine.lock(balancer, touched);
      const next = engine.state.pools.update(row.id, {
        name: sent.name ?? row.name,
        description: sent.description ?? row.description,
        admin_state_up: sent.admin_state_up ?? row.admin_state_up,
        lb_algorithm: sent.lb_algorithm ?? row.lb_algorithm,
        session_persistence:
          sent.session_persistence === undefined
            ? row.session_persistence
            : persistenceOf(sent.session_persistence),
        tags: sent.tags ?? row.tags,
      });
      engine.finish(balancer, touched, () => undefined);
      return next ?? row;
    },
    remove: (row, exchange) => {
      remove(engine, row, exchange);
    },
    isBelow: (row, { query }) => {
      const wanted = [...query.getAll('loadbalancer_id'), ...query.getAll('load_balancer_id')];
      return wanted.length === 0 || wanted.includes(row.loadbalancer_id);
    },
  });
}

function persistenceOf(sent: z.output<typeof persistence>): SessionPersistence | null {
  if (sent === null || sent === undefined) return null;
  return {
    type: sent.type,
    cookie_name: sent.cookie_name ?? null,
    persistence_timeout: sent.persistence_timeout ?? null,
    persistence_granularity: sent.persistence_granularity ?? null,
  };
}

function parentsOf(
  engine: Engine,
  sent: Post,
  { caller }: Exchange,
): { readonly balancer: LoadBalancer; readonly listener: Listener | undefined } {
  const listener =
    typeof sent.listener_id === 'string'
      ? engine.found(engine.state.listeners, 'Listener', { id: sent.listener_id, caller })
      : undefined;
  const balancerId = sent.loadbalancer_id ?? listener?.loadbalancer_id;
  if (balancerId === undefined) {
    throw invalid('Must provide at least one of: loadbalancer_id, listener_id');
  }
  return { balancer: engine.balancer(balancerId, caller), listener };
}

function make(engine: Engine, sent: Post, exchange: Exchange): Pool {
  const { state } = engine;
  const { balancer, listener } = parentsOf(engine, sent, exchange);
  if (listener !== undefined) refuseProtocols(listener.protocol, sent.protocol);
  engine.quotas.claim('pool', balancer.project_id);
  if (listener !== undefined && listener.default_pool_id !== null) {
    throw new ApiFault(409, 'This listener already has a default pool');
  }
  refuseUnsupported(engine, balancer, sent);
  const listeners = listener === undefined ? [] : [listener];
  engine.lock(balancer, { listeners });
  const row = state.pools.insert({
    ...engine.begun(balancer.project_id, sent),
    loadbalancer_id: balancer.id,
    protocol: sent.protocol,
    lb_algorithm: sent.lb_algorithm,
    session_persistence: persistenceOf(sent.session_persistence),
  });
  if (listener !== undefined) state.listeners.update(listener.id, { default_pool_id: row.id });
  engine.finish(balancer, { listeners }, () => {
    engine.done(state.pools, row.id, 'OFFLINE');
  });
  return row;
}

function refuseUnsupported(
  { traits }: Engine,
  { provider }: LoadBalancer,
  pool: {
    readonly protocol: string;
    readonly lb_algorithm?: string | undefined;
    readonly session_persistence?: { readonly type: string } | null | undefined;
  },
): void {
  const said =
    protocolRefusal(traits, provider, pool.protocol) ??
    (pool.lb_algorithm === undefined
      ? undefined
      : algorithmRefusal(traits, provider, pool.lb_algorithm));
  if (said !== undefined) throw unsupportedOption(provider, said);
  const type = pool.session_persistence?.type;
  const isStrange =
    type !== undefined &&
    provider === 'ovn' &&
    (type !== 'SOURCE_IP' || !persistsSource(traits, provider));
  if (isStrange) {
    throw unsupportedOption(
      provider,
      `OVN provider does not support ${type} session persistence. Only SOURCE_IP type is supported.`,
    );
  }
}

function remove(engine: Engine, row: Pool, { caller }: Exchange): void {
  const { state } = engine;
  const balancer = engine.balancer(row.loadbalancer_id, caller);
  const policy = state.l7Policies.all().find(({ redirect_pool_id }) => redirect_pool_id === row.id);
  if (policy !== undefined)
    throw new ApiFault(409, `Pool ${row.id} is in use by L7 policy ${policy.id}`);
  const listeners = engine.listenersOf(row);
  engine.lock(balancer, { listeners });
  state.pools.update(row.id, { provisioning_status: 'PENDING_DELETE' });
  engine.finish(balancer, { listeners }, () => {
    for (const { id } of state.members.all().filter(({ pool_id }) => pool_id === row.id))
      state.members.remove(id);
    for (const { id } of state.healthMonitors.all().filter(({ pool_id }) => pool_id === row.id)) {
      state.healthMonitors.remove(id);
    }
    for (const { id } of listeners) state.listeners.update(id, { default_pool_id: null });
    state.pools.remove(row.id);
  });
}
