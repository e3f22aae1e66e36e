/**
 * L7 policies and rules: amphorae take them, ovn does not.
 */
import { z } from 'zod';
import type { Exchange, Routes } from '../http/routes.ts';
import { addCollection } from './collection.ts';
import type { Engine } from './engine.ts';
import { unsupportedAction } from './faults.ts';
import { attributesIn, name, oneOf, tagList, up, uuid } from './forms.ts';
import type { L7Policy, L7Rule, Listener, LoadBalancer } from './rows.ts';
import { showPolicy, showRule } from './show.ts';
import { driverOf } from './traits.ts';

const policyPut = {
  name,
  description: name,
  admin_state_up: z.boolean().optional(),
  action: oneOf(['REJECT', 'REDIRECT_TO_URL', 'REDIRECT_TO_POOL', 'REDIRECT_PREFIX']).optional(),
  position: z.int().min(1).optional(),
  redirect_pool_id: uuid.nullish(),
  redirect_url: z.string().nullish(),
  tags: tagList.optional(),
};
const policyPost = {
  ...policyPut,
  admin_state_up: up,
  action: oneOf(['REJECT', 'REDIRECT_TO_URL', 'REDIRECT_TO_POOL', 'REDIRECT_PREFIX']),
  listener_id: uuid,
  project_id: z.string().optional(),
};
const rulePut = {
  type: oneOf(['HOST_NAME', 'PATH', 'FILE_TYPE', 'HEADER', 'COOKIE']).optional(),
  compare_type: oneOf(['CONTAINS', 'ENDS_WITH', 'EQUAL_TO', 'REGEX', 'STARTS_WITH']).optional(),
  key: z.string().nullish(),
  value: z.string().optional(),
  invert: z.boolean().optional(),
  admin_state_up: z.boolean().optional(),
  tags: tagList.optional(),
};

interface Place {
  readonly listener: Listener;
  readonly balancer: LoadBalancer;
}

function placeOf(engine: Engine, listenerId: string, { caller }: Exchange): Place {
  const listener = engine.found(engine.state.listeners, 'Listener', { id: listenerId, caller });
  const balancer = engine.balancer(listener.loadbalancer_id, caller);
  if (driverOf(balancer.provider) === 'ovn') {
    throw unsupportedAction('ovn', 'This provider does not support creating l7policies.');
  }
  return { listener, balancer };
}

/** Locks, changes at once and unlocks later. */
function course<T>(
  engine: Engine,
  { listener, balancer }: Place,
  { act, done }: { readonly act: () => T; readonly done: () => void },
): T {
  engine.lock(balancer, { listeners: [listener] });
  const made = act();
  engine.finish(balancer, { listeners: [listener] }, done);
  return made;
}

/** Adds L7 policies and rules to the routes. */
export function addL7(routes: Routes, engine: Engine): void {
  addPolicies(routes, engine);
  addRules(routes, engine);
}

function addPolicies(routes: Routes, engine: Engine): void {
  const { l7Policies, l7Rules } = engine.state;
  addCollection<L7Policy>(routes, engine, {
    path: '/lbaas/l7policies',
    key: 'l7policies',
    one: 'l7policy',
    resource: 'L7 Policy',
    table: l7Policies,
    show: (row) => showPolicy(engine, row),
    make: (exchange) => {
      const sent = attributesIn(z.strictObject(policyPost), exchange.body, 'l7policy');
      const place = placeOf(engine, sent.listener_id, exchange);
      engine.quotas.claim('l7policy', place.listener.project_id);
      const begun = engine.begun(place.listener.project_id, sent);
      const insert = (): L7Policy =>
        l7Policies.insert({
          ...begun,
          listener_id: sent.listener_id,
          action: sent.action,
          position: sent.position ?? 1,
          redirect_pool_id: sent.redirect_pool_id ?? null,
          redirect_url: sent.redirect_url ?? null,
        });
      const done = (): void => {
        engine.done(l7Policies, begun.id, 'ONLINE');
      };
      return course(engine, place, { act: insert, done });
    },
    change: (row, exchange) => {
      const sent = attributesIn(z.strictObject(policyPut), exchange.body, 'l7policy');
      const place = placeOf(engine, row.listener_id, exchange);
      const fields = { ...given<L7Policy>(sent), provisioning_status: 'PENDING_UPDATE' } as const;
      const done = (): void => {
        engine.done(l7Policies, row.id, 'ONLINE');
      };
      return course(engine, place, { act: () => l7Policies.update(row.id, fields) ?? row, done });
    },
    remove: (row, exchange) => {
      const place = placeOf(engine, row.listener_id, exchange);
      const mark = (): unknown =>
        l7Policies.update(row.id, { provisioning_status: 'PENDING_DELETE' });
      const done = (): void => {
        const own = l7Rules.all().filter(({ l7policy_id }) => l7policy_id === row.id);
        for (const rule of own) l7Rules.remove(rule.id);
        l7Policies.remove(row.id);
      };
      course(engine, place, { act: mark, done });
    },
  });
}

function given<Row>(sent: object): Partial<Row> {
  const entries = Object.entries(sent).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as Partial<Row>;
}

function addRules(routes: Routes, engine: Engine): void {
  const { l7Policies, l7Rules } = engine.state;
  const policyOf = ({ params, caller }: Exchange): L7Policy =>
    engine.found(l7Policies, 'L7 Policy', { id: params['policy'] ?? '', caller });
  const post = z.strictObject({
    ...rulePut,
    type: rulePut.type.unwrap(),
    compare_type: rulePut.compare_type.unwrap(),
    value: z.string(),
  });
  addCollection<L7Rule>(routes, engine, {
    path: '/lbaas/l7policies/:policy/rules',
    key: 'rules',
    one: 'rule',
    resource: 'L7 Rule',
    table: l7Rules,
    show: (row) => showRule(engine, row),
    make: (exchange) => {
      const policy = policyOf(exchange);
      const sent = attributesIn(post, exchange.body, 'rule');
      const place = placeOf(engine, policy.listener_id, exchange);
      const begun = engine.begun(policy.project_id, sent);
      const { type, compare_type, value, key = null, invert = false } = sent;
      const fields = { l7policy_id: policy.id, type, compare_type, value, key, invert };
      const done = (): void => {
        engine.done(l7Rules, begun.id, 'ONLINE');
      };
      return course(engine, place, { act: () => l7Rules.insert({ ...begun, ...fields }), done });
    },
    change: (row, exchange) => {
      const place = placeOf(engine, policyOf(exchange).listener_id, exchange);
      const fields = given<L7Rule>(attributesIn(z.strictObject(rulePut), exchange.body, 'rule'));
      const pending = { ...fields, provisioning_status: 'PENDING_UPDATE' } as const;
      const done = (): void => {
        engine.done(l7Rules, row.id, 'ONLINE');
      };
      return course(engine, place, { act: () => l7Rules.update(row.id, pending) ?? row, done });
    },
    remove: (row, exchange) => {
      const place = placeOf(engine, policyOf(exchange).listener_id, exchange);
      const mark = (): unknown => l7Rules.update(row.id, { provisioning_status: 'PENDING_DELETE' });
      const done = (): void => {
        l7Rules.remove(row.id);
      };
      course(engine, place, { act: mark, done });
    },
    isBelow: (row, exchange) => row.l7policy_id === policyOf(exchange).id,
  });
}
