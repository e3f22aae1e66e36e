/**
 * Tags of Neutron's objects: read, replaced, added, looked for and taken away one by one.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import type { Table } from '../table.ts';
import { notAllowed, type Kind } from './faults.ts';
import { attributesIn } from './forms.ts';
import { owns, type Plugin, revise, visible } from './plugin.ts';
import type { Standard } from './rows.ts';

const tag = z.string().min(1).max(255);
const form = z.strictObject({ tags: z.array(tag) });

/** Adds the tags of every collection that has them. */
export function addTagRoutes(routes: Routes, plugin: Plugin): void {
  const { state } = plugin;
  addTags(routes, plugin, { collection: 'networks', kind: 'network', table: state.networks });
  addTags(routes, plugin, { collection: 'subnets', kind: 'subnet', table: state.subnets });
  addTags(routes, plugin, {
    collection: 'subnetpools',
    kind: 'subnetpool',
    table: state.subnetPools,
  });
  addTags(routes, plugin, { collection: 'ports', kind: 'port', table: state.ports });
  addTags(routes, plugin, { collection: 'trunks', kind: 'trunk', table: state.trunks });
  addTags(routes, plugin, { collection: 'routers', kind: 'router', table: state.routers });
  addTags(routes, plugin, {
    collection: 'floatingips',
    kind: 'floatingip',
    table: state.floatingIps,
  });
  addTags(routes, plugin, {
    collection: 'security-groups',
    kind: 'security_group',
    table: state.groups,
  });
  addTags(routes, plugin, {
    collection: 'security-group-rules',
    kind: 'security_group_rule',
    table: state.rules,
  });
}

interface Tagged<Row extends Standard> {
  readonly collection: string;
  readonly kind: Kind;
  readonly table: Table<Row>;
}

function addTags<Row extends Standard>(
  routes: Routes,
  { state }: Plugin,
  { collection, kind, table }: Tagged<Row>,
): void {
  const path = `/v2.0/${collection}/:id/tags`;
  const found = ({ params, caller }: Exchange): Row =>
    visible(table, { kind, id: params['id'] ?? '', caller });
  const set = (exchange: Exchange, next: (now: readonly string[]) => readonly string[]): Row => {
    const row = found(exchange);
    if (!owns(exchange.caller, row)) throw notAllowed(`update_${kind}:tags`);
    const tags: Partial<Standard> = { tags: [...new Set(next(row.tags))] };
    return revise(state, table, { row, fields: tags as Partial<Row> });
  };
  const named = ({ params }: Exchange): string => params['tag'] ?? '';
  const refuseMissing = (exchange: Exchange): void => {
    if (found(exchange).tags.includes(named(exchange))) return;
    throw new ApiFault(404, `Tag ${named(exchange)} could not be found.`, { type: 'TagNotFound' });
  };
  routes.on('GET', path, (exchange) => ({ body: { tags: found(exchange).tags } }));
  routes.on('PUT', path, (exchange) => {
    const { tags } = attributesIn(form, exchange.body);
    return { body: { tags: set(exchange, () => tags).tags } };
  });
  routes.on('POST', path, (exchange) => {
    const { tags } = attributesIn(form, exchange.body);
    return { status: 201, body: { tags: set(exchange, (now) => [...now, ...tags]).tags } };
  });
  routes.on('DELETE', path, (exchange): Answer => {
    set(exchange, () => []);
    return { status: 204 };
  });
  routes.on('GET', `${path}/:tag`, (exchange): Answer => {
    refuseMissing(exchange);
    return { status: 204 };
  });
  routes.on('PUT', `${path}/:tag`, (exchange): Answer => {
    set(exchange, (now) => [...now, tag.parse(named(exchange))]);
    return { status: 201, body: null };
  });
  routes.on('DELETE', `${path}/:tag`, (exchange): Answer => {
    refuseMissing(exchange);
    set(exchange, (now) => now.filter((one) => one !== named(exchange)));
    return { status: 204 };
  });
}
