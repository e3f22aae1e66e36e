/**
 * A collection of Octavia over HTTP, under both of its prefixes: list, make, read, change, delete. What
 * an object means is told by its definition.
 */
import { listBody, type Shown, withFields } from '../http/listing.ts';
import type { Answer, Exchange, Handler, Routes } from '../http/routes.ts';
import type { Table } from '../table.ts';
import { type Engine, mayTouch, refuseWithoutRole } from './engine.ts';
import type { Common } from './rows.ts';

/** What a collection is told about its objects. */
export interface Definition<Row extends Common> {
  /** Below /v2, such as "/lbaas/pools"; parents' ids are parameters. */
  readonly path: string;
  /** The plural and the singular, as bodies have them. */
  readonly key: string;
  readonly one: string;
  /** The name that refusals use. */
  readonly resource: string;
  readonly table: Table<Row>;
  show(row: Row): Shown;
  make(exchange: Exchange): Row;
  change(row: Row, exchange: Exchange): Row;
  remove(row: Row, exchange: Exchange): void;
  /** Says which rows lie below the parent that the path names, and whether query filters apply. */
  readonly isBelow?: (row: Row, exchange: Exchange) => boolean;
}

/** Adds a request under both prefixes of the API. */
export function onBoth(
  routes: Routes,
  request: readonly [method: string, path: string],
  handler: Handler,
): void {
  const [method, path] = request;
  routes.on(method, `/v2${path}`, handler);
  routes.on(method, `/v2.0${path}`, handler);
}

/** Adds a collection to the routes. */
export function addCollection<Row extends Common>(
  routes: Routes,
  engine: Engine,
  definition: Definition<Row>,
): void {
  const { path, one, key, table, resource } = definition;
  const shown = (row: Row, { query }: Exchange): Answer => ({
    body: { [one]: withFields(definition.show(row), query) },
  });
  const found = (exchange: Exchange): Row =>
    engine.found(table, resource, { id: exchange.params['id'] ?? '', caller: exchange.caller });
  onBoth(routes, ['GET', path], (exchange) => {
    refuseWithoutRole(exchange.caller, 'read');
    const rows = table
      .all()
      .filter((row) => mayTouch(exchange.caller, row))
      .filter((row) => definition.isBelow?.(row, exchange) ?? true)
      .map((row) => definition.show(row));
    return { body: octaviaList(key, rows, exchange) };
  });
  onBoth(routes, ['POST', path], (exchange) => {
    refuseWithoutRole(exchange.caller, 'write');
    return { ...shown(definition.make(exchange), exchange), status: 201 };
  });
  onBoth(routes, ['GET', `${path}/:id`], (exchange) => {
    refuseWithoutRole(exchange.caller, 'read');
    return shown(found(exchange), exchange);
  });
  onBoth(routes, ['PUT', `${path}/:id`], (exchange) => {
    refuseWithoutRole(exchange.caller, 'write');
    return shown(definition.change(found(exchange), exchange), exchange);
  });
  onBoth(routes, ['DELETE', `${path}/:id`], (exchange): Answer => {
    refuseWithoutRole(exchange.caller, 'write');
    definition.remove(found(exchange), exchange);
    return { status: 204 };
  });
}

/** Octavia's lists always carry their links. */
export function octaviaList(
  key: string,
  rows: readonly Shown[],
  { query, base, path }: Exchange,
): Shown {
  return { [`${key}_links`]: [], ...listBody({ key, rows, query, address: `${base}${path}` }) };
}
