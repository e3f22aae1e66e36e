/**
 * What all parts of Neutron share: the state, the quotas, the traits of this release, and how rows are
 * begun and revised.
 */
import type { Caller } from '../keystone/identities.ts';
import type { CloudState } from '../state.ts';
import type { Table } from '../table.ts';
import { badRequest, type Kind, notFound } from './faults.ts';
import type { Quotas } from './quotas.ts';
import type { Standard } from './rows.ts';
import type { Traits } from './traits.ts';

/** The shared ground of Neutron. */
export interface Plugin {
  readonly state: CloudState;
  readonly quotas: Quotas;
  readonly traits: Traits;
}

/** The caller as which the services act among themselves. */
export function serviceCaller(projectId: string): Caller {
  return { userId: 'service', projectId, roles: ['admin', 'service'], isAdmin: true };
}

/** The project that is to own what a request makes. */
export function ownerOf(
  caller: Caller,
  sent: { readonly project_id?: string | undefined; readonly tenant_id?: string | undefined },
): string {
  const owner = sent.project_id ?? sent.tenant_id ?? caller.projectId;
  if (owner !== caller.projectId && !caller.isAdmin) {
    throw badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin privileges",
    );
  }
  return owner;
}

/** What every new row begins with. */
export function begun(state: CloudState, projectId: string, description = ''): Standard {
  const now = `${state.world.now()}Z`;
  return {
    id: state.newId(),
    project_id: projectId,
    description,
    created_at: now,
    updated_at: now,
    revision_number: 0,
    tags: [],
  };
}

/** Changes a row and counts its revision. */
export function revise<Row extends Standard>(
  state: CloudState,
  table: Table<Row>,
  change: { readonly row: Row; readonly fields: Partial<Row> },
): Row {
  const current = table.get(change.row.id) ?? change.row;
  const revised: Partial<Standard> = {
    revision_number: current.revision_number + 1,
    updated_at: `${state.world.now()}Z`,
  };
  return table.update(current.id, { ...change.fields, ...(revised as Partial<Row>) }) ?? current;
}

/** Tells whether a caller may act on a row as its owner. */
export function owns(caller: Caller, row: { readonly project_id: string }): boolean {
  return caller.isAdmin || row.project_id === caller.projectId;
}

/** Finds a row that the caller may see, or refuses as if there were none. */
export function visible<Row extends Standard>(
  table: Table<Row>,
  asked: { readonly kind: Kind; readonly id: string; readonly caller: Caller },
): Row {
  const row = table.get(asked.id);
  if (row === undefined || !(owns(asked.caller, row) || isForAll(row))) {
    throw notFound(asked.kind, asked.id);
  }
  return row;
}

/** Shared networks and pools, external networks: everybody sees them. */
export function isForAll(row: object): boolean {
  const { shared, 'router:external': isExternal } = row as Record<string, unknown>;
  return shared === true || isExternal === true;
}

/** Only the attributes that a request names. */
export function given<T extends object>(sent: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
