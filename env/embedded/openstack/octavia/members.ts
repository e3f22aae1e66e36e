/**
 * Members of pools, one by one or all at once.
 */
import { z } from 'zod';
import { Cidr, parseAddress } from '../addressing.ts';
import { ApiFault } from '../http/fault.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import { addCollection, onBoth } from './collection.ts';
import { type Engine, refuseWithoutRole } from './engine.ts';
import { noParent, notFound, unsupportedOption } from './faults.ts';
import { address, attributesIn, name, portNumber, tagList, up, uuid } from './forms.ts';
import type { LoadBalancer, Member, Pool } from './rows.ts';
import { showMember } from './show.ts';
import { driverOf, needsMemberSubnet } from './traits.ts';

const optional = {
  name,
  backup: z.boolean().nullish(),
  monitor_address: address.nullish(),
  monitor_port: portNumber.nullish(),
  weight: z.int().min(0).max(256).nullish(),
  tags: tagList.optional(),
};
const post = z.strictObject({
  ...optional,
  admin_state_up: up,
  address,
  protocol_port: portNumber,
  subnet_id: uuid.nullish(),
  project_id: z.string().optional(),
});
const put = z.strictObject({ ...optional, admin_state_up: z.boolean().optional() });
const batch = z.strictObject({ members: z.array(post) });

type Post = z.output<typeof post>;

/** Adds members to the routes. */
export function addMembers(routes: Routes, engine: Engine): void {
  const path = '/lbaas/pools/:pool/members';
  addCollection<Member>(routes, engine, {
    path,
    key: 'members',
    one: 'member',
    resource: 'Member',
    table: engine.state.members,
    show: (row) => showMember(engine, row),
    make: (exchange) => {
      const place = placeOf(engine, exchange);
      const sent = attributesIn(post, exchange.body, 'member');
      const checked = check(engine, place, sent);
      const touched = lock(engine, place);
      const row = insert(engine, place.pool, checked);
      engine.finish(place.balancer, touched, () => {
        engine.done(engine.state.members, row.id, 'NO_MONITOR');
      });
      return row;
    },
    change: (row, exchange) => change(engine, row, exchange),
    remove: (row, exchange) => {
      const place = placeOf(engine, exchange, row);
      const touched = lock(engine, place);
      engine.state.members.update(row.id, { provisioning_status: 'PENDING_DELETE' });
      engine.finish(place.balancer, touched, () => {
        engine.state.members.remove(row.id);
      });
    },
    isBelow: (row, exchange) => row.pool_id === placeOf(engine, exchange).pool.id,
  });
  onBoth(routes, ['PUT', path], (exchange) => {
    refuseWithoutRole(exchange.caller, 'write');
    return replaceAll(engine, exchange);
  });
}

interface Place {
  readonly pool: Pool;
  readonly balancer: LoadBalancer;
}

function placeOf(engine: Engine, { params, caller }: Exchange, row?: Member): Place {
  const id = params['pool'] ?? '';
  if (engine.state.pools.get(id) === undefined) throw noParent('Pool', id);
  const pool = engine.found(engine.state.pools, 'Pool', { id, caller });
  if (row !== undefined && row.pool_id !== id) throw notFound('Member', row.id);
  return { pool, balancer: engine.balancer(pool.loadbalancer_id, caller) };
}

function lock(
  engine: Engine,
  { pool, balancer }: Place,
): { listeners: ReturnType<Engine['listenersOf']>; pool: Pool } {
  const touched = { listeners: engine.listenersOf(pool), pool };
  engine.lock(balancer, touched);
  return touched;
}

/** Refuses what Octavia or the driver does not take; ovn finds the subnet itself when it is the VIP's. */
function check(engine: Engine, { pool, balancer }: Place, sent: Post): Post {
  const { state } = engine;
  engine.quotas.claim('member', pool.project_id);
  if (typeof sent.subnet_id === 'string' && state.subnets.get(sent.subnet_id) === undefined) {
    throw new ApiFault(400, `Subnet ${sent.subnet_id} not found.`);
  }
  const isTaken = state.members
    .all()
    .some(
      (other) =>
        other.pool_id === pool.id &&
        other.address === sent.address &&
        other.protocol_port === sent.protocol_port,
    );
  if (isTaken) {
    throw new ApiFault(
      409,
      `Another member on this pool is already using ip ${sent.address} on protocol_port ${sent.protocol_port}`,
    );
  }
  if (driverOf(balancer.provider) === 'ovn') refuseByOvn(engine, balancer, sent);
  return sent;
}

function refuseByOvn(engine: Engine, balancer: LoadBalancer, sent: Post): void {
  const refuse = (said: string): ApiFault => unsupportedOption(balancer.provider, said);
  if (typeof sent.monitor_address === 'string' || typeof sent.monitor_port === 'number') {
    throw refuse('OVN Load Balancer does not support different member monitor address or port.');
  }
  if (sent.address.includes(':') !== balancer.vip_address.includes(':')) {
    throw refuse(
      'OVN provider does not support mixing IPv4/IPv6 configuration within the same Load Balancer.',
    );
  }
  if (typeof sent.subnet_id !== 'string') refuseWithoutSubnet(engine, balancer, sent);
}

function refuseWithoutSubnet(engine: Engine, balancer: LoadBalancer, sent: Post): void {
  if (needsMemberSubnet(engine.traits, balancer.provider)) {
    throw unsupportedOption(
      balancer.provider,
      'Subnet is required for Member creation with OVN Provider Driver',
    );
  }
  const own = Cidr.parse(engine.state.subnets.get(balancer.vip_subnet_id)?.cidr ?? '');
  const member = parseAddress(sent.address);
  if (member !== undefined && own?.holds(member) === true) return;
  throw unsupportedOption(
    balancer.provider,
    'Subnet is required, or Loadbalancer associated with Pool must have a subnet, for Member creation with OVN Provider Driver if it is not the same as LB VIP subnet',
  );
}

function insert(engine: Engine, pool: Pool, sent: Post): Member {
  return engine.state.members.insert({
    ...engine.begun(pool.project_id, sent),
    operating_status: 'NO_MONITOR',
    pool_id: pool.id,
    address: sent.address,
    protocol_port: sent.protocol_port,
    weight: sent.weight ?? 1,
    backup: sent.backup ?? false,
    subnet_id: sent.subnet_id ?? null,
    monitor_address: sent.monitor_address ?? null,
    monitor_port: sent.monitor_port ?? null,
  });
}

function changed(row: Member, sent: z.output<typeof put>): Partial<Member> {
  return {
    name: sent.name ?? row.name,
    weight: sent.weight === undefined ? row.weight : (sent.weight ?? 1),
    backup: sent.backup === undefined ? row.backup : (sent.backup ?? false),
    admin_state_up: sent.admin_state_up ?? row.admin_state_up,
    monitor_address:
      sent.monitor_address === undefined ? row.monitor_address : sent.monitor_address,
    monitor_port: sent.monitor_port === undefined ? row.monitor_port : sent.monitor_port,
    tags: sent.tags ?? row.tags,
  };
}

function change(engine: Engine, row: Member, exchange: Exchange): Member {
  const place = placeOf(engine, exchange, row);
  const sent = attributesIn(put, exchange.body, 'member');
  const touched = lock(engine, place);
  const next = engine.state.members.update(row.id, {
    ...changed(row, sent),
    provisioning_status: 'PENDING_UPDATE',
  });
  engine.finish(place.balancer, touched, () => {
    engine.done(engine.state.members, row.id, 'NO_MONITOR');
  });
  return next ?? row;
}

/** Makes the members of a pool exactly the sent ones; with additive_only (API 2.11) none is taken away. */
function replaceAll(engine: Engine, exchange: Exchange): Answer {
  const { state } = engine;
  const place = placeOf(engine, exchange);
  const { members: wanted } = attributesIn(batch, { batch: exchange.body }, 'batch');
  const isAdditive =
    engine.speaks(11) && exchange.query.get('additive_only')?.toLowerCase() === 'true';
  const own = state.members.all().filter(({ pool_id }) => pool_id === place.pool.id);
  const sameAs = (one: Post) => (row: Member) =>
    row.address === one.address && row.protocol_port === one.protocol_port;
  const added = wanted.filter((one) => !own.some(sameAs(one)));
  for (const one of added) check(engine, place, one);
  const gone = isAdditive ? [] : own.filter((row) => !wanted.some((one) => sameAs(one)(row)));
  const touched = lock(engine, place);
  const busy = added.map((one) => insert(engine, place.pool, one).id);
  for (const row of own) {
    const sent = wanted.find((one) => sameAs(one)(row));
    if (sent === undefined) continue;
    state.members.update(row.id, { ...changed(row, sent), provisioning_status: 'PENDING_UPDATE' });
    busy.push(row.id);
  }
  for (const { id } of gone) state.members.update(id, { provisioning_status: 'PENDING_DELETE' });
  engine.finish(place.balancer, touched, () => {
    for (const { id } of gone) state.members.remove(id);
    for (const id of busy) engine.done(state.members, id, 'NO_MONITOR');
  });
  return { status: 202 };
}
