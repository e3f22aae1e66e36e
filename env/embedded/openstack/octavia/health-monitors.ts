/**
 * Health monitors. Kuryr makes none; they are here for whoever prepares or disturbs a balancer.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import { without } from '../http/listing.ts';
import type { Exchange, Routes } from '../http/routes.ts';
import { addCollection } from './collection.ts';
import type { Engine } from './engine.ts';
import { unsupportedOption } from './faults.ts';
import { attributesIn, name, oneOf, tagList, up, uuid } from './forms.ts';
import type { HealthMonitor, LoadBalancer, Pool } from './rows.ts';
import { showMonitor } from './show.ts';
import { monitorRefusal } from './traits.ts';

const types = ['HTTP', 'HTTPS', 'PING', 'SCTP', 'TCP', 'TLS-HELLO', 'UDP-CONNECT'];

const post = z.strictObject({
  name,
  type: oneOf(types),
  delay: z.int().min(0),
  timeout: z.int().min(0),
  max_retries: z.int().min(1).max(10),
  max_retries_down: z.int().min(1).max(10).default(3),
  http_method: z.string().nullish(),
  url_path: z.string().nullish(),
  expected_codes: z.string().nullish(),
  admin_state_up: up,
  pool_id: uuid,
  project_id: z.string().optional(),
  tags: tagList.optional(),
});
const put = z
  .strictObject({
    ...without(post.shape, 'type', 'pool_id', 'project_id'),
    admin_state_up: z.boolean(),
    max_retries_down: post.shape.max_retries_down.unwrap(),
  })
  .partial();

/** Adds health monitors to the routes. */
export function addHealthMonitors(routes: Routes, engine: Engine): void {
  const { state } = engine;
  addCollection<HealthMonitor>(routes, engine, {
    path: '/lbaas/healthmonitors',
    key: 'healthmonitors',
    one: 'healthmonitor',
    resource: 'Health Monitor',
    table: state.healthMonitors,
    show: (row) => showMonitor(engine, row),
    make: (exchange) => make(engine, exchange),
    change: (row, exchange) => {
      const { pool, balancer } = placeOf(engine, row.pool_id, exchange);
      const sent = attributesIn(put, exchange.body, 'healthmonitor');
      const touched = { listeners: engine.listenersOf(pool), pool };
      engine.lock(balancer, touched);
      const given = Object.entries(sent).filter(
        ([, value]) => value !== undefined && value !== null,
      );
      const next = state.healthMonitors.update(row.id, {
        ...(Object.fromEntries(given) as Partial<HealthMonitor>),
        provisioning_status: 'PENDING_UPDATE',
      });
      engine.finish(balancer, touched, () => {
        engine.done(state.healthMonitors, row.id, 'ONLINE');
      });
      return next ?? row;
    },
    remove: (row, exchange) => {
      const { pool, balancer } = placeOf(engine, row.pool_id, exchange);
      const touched = { listeners: engine.listenersOf(pool), pool };
      engine.lock(balancer, touched);
      state.healthMonitors.update(row.id, { provisioning_status: 'PENDING_DELETE' });
      engine.finish(balancer, touched, () => {
        state.healthMonitors.remove(row.id);
      });
    },
  });
}

function placeOf(
  engine: Engine,
  poolId: string,
  { caller }: Exchange,
): { readonly pool: Pool; readonly balancer: LoadBalancer } {
  const pool = engine.found(engine.state.pools, 'Pool', { id: poolId, caller });
  return { pool, balancer: engine.balancer(pool.loadbalancer_id, caller) };
}

function make(engine: Engine, exchange: Exchange): HealthMonitor {
  const { state } = engine;
  const sent = attributesIn(post, exchange.body, 'healthmonitor');
  const { pool, balancer } = placeOf(engine, sent.pool_id, exchange);
  engine.quotas.claim('health_monitor', pool.project_id);
  if (state.healthMonitors.all().some(({ pool_id }) => pool_id === pool.id)) {
    throw new ApiFault(409, 'This pool already has a health monitor');
  }
  const said = monitorRefusal(engine.traits, balancer.provider, sent.type);
  if (said !== undefined) throw unsupportedOption(balancer.provider, said);
  const touched = { listeners: engine.listenersOf(pool), pool };
  engine.lock(balancer, touched);
  const row = state.healthMonitors.insert({
    ...engine.begun(pool.project_id, sent),
    pool_id: pool.id,
    type: sent.type,
    delay: sent.delay,
    timeout: sent.timeout,
    max_retries: sent.max_retries,
    max_retries_down: sent.max_retries_down,
    ...requestOf(sent),
  });
  engine.finish(balancer, touched, () => {
    engine.done(state.healthMonitors, row.id, 'ONLINE');
  });
  return row;
}

/** What a monitor that speaks HTTP asks for. */
function requestOf(
  sent: z.output<typeof post>,
): Pick<HealthMonitor, 'http_method' | 'url_path' | 'expected_codes'> {
  if (!sent.type.startsWith('HTTP')) {
    return { http_method: null, url_path: null, expected_codes: null };
  }
  const { http_method: method, url_path: path, expected_codes: codes } = sent;
  return { http_method: method ?? 'GET', url_path: path ?? '/', expected_codes: codes ?? '200' };
}
