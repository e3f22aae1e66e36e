/**
 * A collection of Neutron over HTTP: list, make one or many, read, change, delete. What an object means
 * is told by its definition.
 */
import type { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import type { Caller } from '../keystone/identities.ts';
import type { Table } from '../table.ts';
import { badRequest, type Kind, notAllowed, notFound } from './faults.ts';
import { attributesIn } from './forms.ts';
import { filterNames, filterOf, listBody, type Shown, withFields } from '../http/listing.ts';
import { isForAll, owns } from './plugin.ts';
import type { Standard } from './rows.ts';

/** What a collection is told about its objects. */
export interface Definition<
  Row extends Standard,
  Post extends z.ZodObject = z.ZodObject,
  Put extends z.ZodObject = z.ZodObject,
> {
  /** The singular, as bodies have it. */
  readonly kind: Kind;
  /** The plural, as paths have it. */
  readonly collection: string;
  readonly table: Table<Row>;
  readonly post: Post;
  readonly put: Put;
  /** Attributes that only administrators may send. */
  readonly forAdmins?: readonly string[];
  make(sent: z.output<Post>, caller: Caller): Row;
  change(row: Row, sent: z.output<Put>, caller: Caller): Row;
  remove(row: Row, caller: Caller): void;
  show(row: Row, caller: Caller): Shown;
  /** What the answer to a creation shows beyond that: defaults of extensions that keep nothing of their own. */
  readonly showMade?: (row: Row) => Shown;
  /** Looks at all rows of a bulk request before the first is made. */
  readonly claim?: (sent: readonly z.output<Post>[], caller: Caller) => void;
  readonly isSeen?: (row: Row, caller: Caller) => boolean;
  /** Set on releases without the extension "filter-validation". */
  readonly ignoresFilters?: boolean;
  /** Something to do before rows are listed. */
  readonly beforeList?: (caller: Caller) => void;
}

/** What any object can be filtered by, whether or not there is one. */
const alwaysFilters = [
  'id',
  'status',
  'shared',
  'project_id',
  'tenant_id',
  'created_at',
  'updated_at',
  'changed_since',
  'revision_number',
  'router_id',
  'ip_version',
  'gateway_ip',
  'segment_id',
  'subnets',
  'normalized_cidr',
  'belongs_to_default_sg',
];

/** Adds a collection to the routes. */
export function addResource<
  Row extends Standard,
  Post extends z.ZodObject,
  Put extends z.ZodObject,
>(routes: Routes, definition: Definition<Row, Post, Put>): void {
  new Resource<Row, Post, Put>(definition).addTo(routes);
}

class Resource<Row extends Standard, Post extends z.ZodObject, Put extends z.ZodObject> {
  readonly #is: Definition<Row, Post, Put>;
  /** The plural, as bodies have it. */
  readonly #key: string;

  constructor(definition: Definition<Row, Post, Put>) {
    this.#is = definition;
    this.#key = definition.collection.replaceAll('-', '_');
  }

  addTo(routes: Routes): void {
    const path = `/v2.0/${this.#is.collection}`;
    routes.on('GET', path, (exchange) => this.#list(exchange));
    routes.on('POST', path, (exchange) => this.#make(exchange));
    routes.on('GET', `${path}/:id`, (exchange) => ({
      body: {
        [this.#is.kind]: withFields(this.#show(this.#found(exchange), exchange), exchange.query),
      },
    }));
    routes.on('PUT', `${path}/:id`, (exchange) => this.#change(exchange));
    routes.on('DELETE', `${path}/:id`, (exchange) => this.#remove(exchange));
  }

  #show(row: Row, { caller }: Exchange): Shown {
    return { ...this.#is.show(row, caller), tenant_id: row.project_id };
  }

  #shown(row: Row, exchange: Exchange): Shown {
    return { ...this.#show(row, exchange), ...this.#is.showMade?.(row) };
  }

  #isSeen(row: Row, caller: Caller): boolean {
    return owns(caller, row) || isForAll(row) || this.#is.isSeen?.(row, caller) === true;
  }

  #found({ params, caller }: Exchange): Row {
    const id = params['id'] ?? '';
    const row = this.#is.table.get(id);
    if (row === undefined || !this.#isSeen(row, caller)) throw notFound(this.#is.kind, id);
    return row;
  }

  /** Who sees an object need not be allowed to change it. */
  #owned(exchange: Exchange, action: 'update' | 'delete'): Row {
    const row = this.#found(exchange);
    if (!owns(exchange.caller, row)) throw notAllowed(`${action}_${this.#is.kind}`);
    const [, wanted] = /^revision_number=(\d+)$/.exec(exchange.headers['if-match'] ?? '') ?? [];
    if (wanted !== undefined && Number(wanted) !== row.revision_number) {
      throw new ApiFault(
        412,
        `Constrained to ${wanted}, but current revision is ${row.revision_number}`,
        {
          type: 'RevisionNumberConstraintFailed',
        },
      );
    }
    return row;
  }

  #list(exchange: Exchange): Answer {
    const { caller, query, base, path } = exchange;
    this.#is.beforeList?.(caller);
    const seen = this.#is.table.all().filter((row) => this.#isSeen(row, caller));
    // Rows are looked at as they are kept before the few that are wanted are shown.
    const rows = seen.filter(filterOf(query)).map((row) => this.#show(row, exchange));
    this.#refuseFilters(query, seen[0]);
    const address = `${base}${path}`;
    return { body: listBody({ key: this.#key, rows, query, address, isLinkedBack: true }) };
  }

  /** With the extension "filter-validation" a filter on what no object has is an error. */
  #refuseFilters(query: URLSearchParams, example: Row | undefined): void {
    if (this.#is.ignoresFilters === true) return;
    const known = [
      ...Object.keys(this.#is.post.shape),
      ...Object.keys(example ?? {}),
      ...alwaysFilters,
    ];
    const strange = filterNames(query).filter((name) => !known.includes(name));
    if (strange.length === 0) return;
    throw badRequest(`['${strange.join("', '")}'] is invalid attribute for filtering`);
  }

  #make(exchange: Exchange): Answer {
    const { kind } = this.#is;
    const body = (exchange.body ?? {}) as Record<string, unknown>;
    const many = body[this.#key];
    if (Array.isArray(many)) {
      const rows = this.#makeAll(many, exchange.caller);
      return { status: 201, body: { [this.#key]: rows.map((row) => this.#shown(row, exchange)) } };
    }
    if (typeof body[kind] !== 'object') {
      throw badRequest(`Unable to find '${kind}' in request body`);
    }
    const [row] = this.#makeAll([body[kind]], exchange.caller);
    return { status: 201, body: { [kind]: row === undefined ? {} : this.#shown(row, exchange) } };
  }

  /** Makes all or none. */
  #makeAll(many: readonly unknown[], caller: Caller): Row[] {
    const sent = many.map((attributes) =>
      this.#read(this.#is.post, attributes, { caller, action: 'create' }),
    );
    this.#is.claim?.(sent, caller);
    const made: Row[] = [];
    try {
      for (const attributes of sent) made.push(this.#is.make(attributes, caller));
    } catch (error) {
      for (const row of made) this.#is.table.remove(row.id);
      throw error;
    }
    return made.map((row) => this.#is.table.get(row.id) ?? row);
  }

  #change(exchange: Exchange): Answer {
    const row = this.#owned(exchange, 'update');
    const { kind } = this.#is;
    const body = (exchange.body ?? {}) as Record<string, unknown>;
    if (typeof body[kind] !== 'object') {
      throw badRequest(`Unable to find '${kind}' in request body`);
    }
    const { caller } = exchange;
    const sent = this.#read(this.#is.put, body[kind], { caller, action: 'update' });
    return { body: { [kind]: this.#show(this.#is.change(row, sent, caller), exchange) } };
  }

  #remove(exchange: Exchange): Answer {
    this.#is.remove(this.#owned(exchange, 'delete'), exchange.caller);
    return { status: 204 };
  }

  #read<F extends z.ZodObject>(
    form: F,
    attributes: unknown,
    { caller, action }: { readonly caller: Caller; readonly action: 'create' | 'update' },
  ): z.output<F> {
    if (action === 'update') this.#refuseReadOnly(attributes);
    const sent = attributesIn(form, attributes);
    const forbidden = this.#is.forAdmins?.find(
      (name) => !caller.isAdmin && (attributes as Record<string, unknown>)[name] !== undefined,
    );
    if (forbidden !== undefined) throw notAllowed(`${action}_${this.#is.kind}:${forbidden}`);
    return sent;
  }

  #refuseReadOnly(attributes: unknown): void {
    const fixed = Object.keys(attributes ?? {}).find(
      (name) => !(name in this.#is.put.shape) && name in this.#is.post.shape,
    );
    // Neutron has put the older name in the place of the newer one by then.
    const named = fixed === 'project_id' ? 'tenant_id' : fixed;
    if (named !== undefined) throw badRequest(`Cannot update read-only attribute ${named}`);
  }
}
