/**
 * Projects, users, roles, domains and role assignments: reading by filter, making, changing, deleting.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import { without } from '../http/listing.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import type { Identities, Project, User } from './identities.ts';

const defaultDomain = {
  id: 'default',
  name: 'Default',
  description: 'The default domain',
  enabled: true,
  tags: [],
  options: {},
};

interface Kind {
  readonly collection: 'projects' | 'users' | 'roles' | 'domains';
  readonly one: string;
  readonly rows: (exchange: Exchange) => readonly object[];
  /** Ordinary users see a row by id when this says so. */
  readonly isOwn: (exchange: Exchange, id: string) => boolean;
  readonly make?: (body: Record<string, unknown>) => object;
  readonly change?: (id: string, body: Record<string, unknown>) => object | undefined;
  readonly remove?: (id: string) => boolean;
}

/** Adds the directory to Keystone's routes. */
export function addDirectoryRoutes(routes: Routes, identities: Identities): void {
  for (const kind of kindsOf(identities)) addKind(routes, kind);
  addAssignments(routes, identities);
}

function kindsOf(identities: Identities): readonly Kind[] {
  return [
    {
      collection: 'projects',
      one: 'project',
      rows: () => identities.projects.all(),
      isOwn: ({ caller }, id) => identities.rolesOf(caller.userId, id).length > 0,
      make: (body) => identities.addProject(nameIn(body), fieldsIn<Project>(body)),
      change: (id, body) => identities.projects.update(id, fieldsIn<Project>(body)),
      remove: (id) => identities.projects.remove(id),
    },
    {
      collection: 'users',
      one: 'user',
      rows: () => identities.users.all().map(withoutPassword),
      isOwn: ({ caller }, id) => caller.userId === id,
      make: (body) => withoutPassword(identities.addUser(nameIn(body), fieldsIn<User>(body))),
      change: (id, body) => {
        const user = identities.users.update(id, fieldsIn<User>(body));
        return user === undefined ? undefined : withoutPassword(user);
      },
      remove: (id) => identities.users.remove(id),
    },
    {
      collection: 'roles',
      one: 'role',
      rows: () => identities.roles.all(),
      isOwn: () => false,
      make: (body) => identities.roleNamed(nameIn(body)),
      remove: (id) => identities.roles.remove(id),
    },
    { collection: 'domains', one: 'domain', rows: () => [defaultDomain], isOwn: () => true },
  ];
}

function nameIn(body: Record<string, unknown>): string {
  const { name } = body;
  if (typeof name !== 'string') throw new ApiFault(400, "'name' is a required property");
  return name;
}

/** Keystone keeps unknown properties; ids are never taken from a body. */
function fieldsIn<T>(body: Record<string, unknown>): Partial<T> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'id')) as Partial<T>;
}

function withoutPassword(user: User): object {
  return { options: {}, password_expires_at: null, ...without(user, 'password') };
}

function adminOnly({ caller }: Exchange, action: string): void {
  if (!caller.isAdmin) {
    throw new ApiFault(403, `You are not authorized to perform the requested action: ${action}.`);
  }
}

/** A row with the link to itself. */
function linked(collection: string, row: object, { base }: Exchange): object {
  const { id } = row as { readonly id: string };
  return { ...row, links: { self: `${base}/v3/${collection}/${id}` } };
}

function addKind(routes: Routes, kind: Kind): void {
  const { collection, one } = kind;
  const found = (exchange: Exchange): Record<string, unknown> => {
    const id = exchange.params['id'] ?? '';
    const row = kind.rows(exchange).find((candidate) => (candidate as { id: string }).id === id);
    if (row === undefined) throw new ApiFault(404, `Could not find ${one}: ${id}.`);
    if (!kind.isOwn(exchange, id)) adminOnly(exchange, `identity:get_${one}`);
    return row as Record<string, unknown>;
  };
  routes.on('GET', `/v3/${collection}`, (exchange) => {
    adminOnly(exchange, `identity:list_${collection}`);
    return listed(collection, kind.rows(exchange), exchange);
  });
  routes.on('GET', `/v3/${collection}/:id`, (exchange) => ({
    body: { [one]: linked(collection, found(exchange), exchange) },
  }));
  addChanges(routes, kind, found);
}

function addChanges(routes: Routes, kind: Kind, found: (exchange: Exchange) => object): void {
  const { collection, one, make, change, remove } = kind;
  const sent = (body: unknown): Record<string, unknown> => {
    const parsed = z.looseObject({ [one]: z.record(z.string(), z.unknown()) }).safeParse(body);
    if (!parsed.success) throw new ApiFault(400, `'${one}' is a required property`);
    return (parsed.data as Record<string, Record<string, unknown>>)[one] ?? {};
  };
  if (make !== undefined) {
    routes.on('POST', `/v3/${collection}`, (exchange) => {
      adminOnly(exchange, `identity:create_${one}`);
      const body = sent(exchange.body);
      const isThere = kind
        .rows(exchange)
        .some((row) => (row as { name: string }).name === body['name']);
      if (isThere) {
        throw new ApiFault(
          409,
          `Conflict occurred attempting to store ${one} - Duplicate entry found with name ${nameIn(body)}.`,
        );
      }
      return { status: 201, body: { [one]: linked(collection, make(body), exchange) } };
    });
  }
  if (change !== undefined) {
    routes.on('PATCH', `/v3/${collection}/:id`, (exchange) => {
      found(exchange);
      adminOnly(exchange, `identity:update_${one}`);
      const row = change(exchange.params['id'] ?? '', sent(exchange.body));
      return { body: { [one]: row === undefined ? undefined : linked(collection, row, exchange) } };
    });
  }
  if (remove !== undefined) {
    routes.on('DELETE', `/v3/${collection}/:id`, (exchange): Answer => {
      found(exchange);
      adminOnly(exchange, `identity:delete_${one}`);
      remove(exchange.params['id'] ?? '');
      return { status: 204 };
    });
  }
}

function listed(collection: string, rows: readonly object[], exchange: Exchange): Answer {
  const { query, base } = exchange;
  const wanted = [...query.entries()].filter(([key]) => !['limit', 'marker'].includes(key));
  const matching = rows.filter((row) =>
    wanted.every(
      ([key, value]) =>
        !(key in row) ||
        String((row as Record<string, unknown>)[key]).toLowerCase() === value.toLowerCase(),
    ),
  );
  return {
    body: {
      [collection]: matching.map((row) => linked(collection, row, exchange)),
      links: { next: null, self: `${base}/v3/${collection}`, previous: null },
    },
  };
}

function addAssignments(routes: Routes, identities: Identities): void {
  const path = '/v3/projects/:project/users/:user/roles/:role';
  const named = ({ params }: Exchange): [string, string, string] => {
    const [project = '', user = '', role = ''] = [
      params['project'],
      params['user'],
      params['role'],
    ];
    if (identities.projects.get(project) === undefined)
      throw new ApiFault(404, `Could not find project: ${project}.`);
    if (identities.users.get(user) === undefined)
      throw new ApiFault(404, `Could not find user: ${user}.`);
    if (identities.roles.get(role) === undefined)
      throw new ApiFault(404, `Could not find role: ${role}.`);
    return [project, user, role];
  };
  routes.on('PUT', path, (exchange): Answer => {
    adminOnly(exchange, 'identity:create_grant');
    identities.grant(...named(exchange));
    return { status: 204 };
  });
  routes.on('DELETE', path, (exchange): Answer => {
    adminOnly(exchange, 'identity:revoke_grant');
    if (!identities.revoke(...named(exchange)))
      throw new ApiFault(404, 'Could not find role assignment.');
    return { status: 204 };
  });
  routes.on('GET', '/v3/role_assignments', (exchange) => {
    adminOnly(exchange, 'identity:list_role_assignments');
    const { query } = exchange;
    const isWanted = (key: string, value: string): boolean => (query.get(key) ?? value) === value;
    return {
      body: {
        role_assignments: identities
          .assignments()
          .filter(
            ({ projectId, userId, roleId }) =>
              isWanted('scope.project.id', projectId) &&
              isWanted('user.id', userId) &&
              isWanted('role.id', roleId),
          )
          .map((assignment) => assignmentBody(identities, assignment)),
        links: { next: null, previous: null },
      },
    };
  });
}

function assignmentBody(
  { projects, users, roles }: Identities,
  { projectId, userId, roleId }: ReturnType<Identities['assignments']>[number],
): object {
  const domain = { id: defaultDomain.id, name: defaultDomain.name };
  return {
    role: { id: roleId, name: roles.get(roleId)?.name },
    user: { id: userId, name: users.get(userId)?.name, domain },
    scope: { project: { id: projectId, name: projects.get(projectId)?.name, domain } },
    links: {},
  };
}
