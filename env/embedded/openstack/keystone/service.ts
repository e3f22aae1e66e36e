/**
 * Keystone v3 over HTTP: version documents, tokens, catalogue, projects, users, roles, assignments and
 * application credentials. Only administrators see and change what is not theirs.
 */
import { ApiFault, statusTitles } from '../http/fault.ts';
import { type Answer, type CloudService, type Exchange, Routes } from '../http/routes.ts';
import { catalogueOf, region } from './catalogue.ts';
import { addCredentialRoutes } from './credentials.ts';
import { addDirectoryRoutes } from './directory.ts';
import type { Identities, Token } from './identities.ts';
import { logIn } from './login.ts';

/** Serves Keystone. */
export function keystoneService(identities: Identities): CloudService {
  const routes = new Routes();
  addVersionRoutes(routes);
  addTokenRoutes(routes, identities);
  addCatalogueRoutes(routes, identities);
  addDirectoryRoutes(routes, identities);
  addCredentialRoutes(routes, identities);
  return {
    name: 'keystone',
    prefix: '/identity',
    routes,
    file: 'env/embedded/openstack/keystone/service.ts',
    isOpen: ({ method, path }) =>
      path === '' || path === '/v3' || (method === 'POST' && path === '/v3/auth/tokens'),
    faultBody: ({ status, message }) => ({
      error: { code: status, title: statusTitles[status] ?? 'Error', message },
    }),
    headers: () => ({ vary: 'X-Auth-Token' }),
  };
}

function addVersionRoutes(routes: Routes): void {
  const version = (base: string): object => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${base}/v3/` }],
    'media-types': [
      { base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' },
    ],
  });
  routes.on('GET', '', ({ base }) => ({
    status: 300,
    body: { versions: { values: [version(base)] } },
  }));
  routes.on('GET', '/v3', ({ base }) => ({ body: { version: version(base) } }));
}

function addTokenRoutes(routes: Routes, identities: Identities): void {
  routes.on('POST', '/v3/auth/tokens', ({ body, base, query }) => {
    const token = logIn(identities, body);
    return {
      status: 201,
      headers: { 'x-subject-token': token.id },
      body: tokenBody(identities, token, query.has('nocatalog') ? undefined : base),
    };
  });
  routes.on('GET', '/v3/auth/tokens', (exchange) => {
    const token = subject(identities, exchange);
    return {
      headers: { 'x-subject-token': token.id },
      body: tokenBody(
        identities,
        token,
        exchange.query.has('nocatalog') ? undefined : exchange.base,
      ),
    };
  });
  routes.on('DELETE', '/v3/auth/tokens', (exchange): Answer => {
    identities.forget(subject(identities, exchange).id);
    return { status: 204 };
  });
}

function subject(identities: Identities, { headers, caller }: Exchange): Token {
  const token = identities.token(headers['x-subject-token']);
  if (token === undefined) throw new ApiFault(404, 'Failed to validate token');
  if (!caller.isAdmin && token.userId !== caller.userId) throw forbidden('identity:validate_token');
  return token;
}

/** Keystone's refusal of something that needs a role. */
export function forbidden(action: string): ApiFault {
  return new ApiFault(403, `You are not authorized to perform the requested action: ${action}.`);
}

function tokenBody(identities: Identities, token: Token, base: string | undefined): object {
  const user = identities.users.get(token.userId);
  const project =
    token.projectId === undefined ? undefined : identities.projects.get(token.projectId);
  const domain = { id: 'default', name: 'Default' };
  return {
    token: {
      methods: token.methods,
      user: { domain, id: token.userId, name: user?.name, password_expires_at: null },
      audit_ids: [token.auditId],
      expires_at: token.expiresAt.toISOString().replace(/\.\d+Z$/, '.000000Z'),
      issued_at: token.issuedAt.toISOString().replace(/\.\d+Z$/, '.000000Z'),
      ...(project === undefined
        ? {}
        : {
            project: { domain, id: project.id, name: project.name },
            is_domain: false,
            roles: token.roles.map((name) => ({ id: identities.roleNamed(name).id, name })),
            ...(base === undefined ? {} : { catalog: catalogueOf(originOf(base)) }),
          }),
    },
  };
}

function originOf(base: string): string {
  return new URL(base).origin;
}

function addCatalogueRoutes(routes: Routes, identities: Identities): void {
  const links = { next: null, previous: null };
  routes.on('GET', '/v3/auth/catalog', ({ base }) => ({
    body: { catalog: catalogueOf(originOf(base)), links },
  }));
  routes.on('GET', '/v3/services', ({ base }) => ({
    body: {
      services: catalogueOf(originOf(base)).map(({ id, type, name }) => ({
        id,
        type,
        name,
        enabled: true,
        description: '',
      })),
      links,
    },
  }));
  routes.on('GET', '/v3/endpoints', ({ base }) => ({
    body: {
      endpoints: catalogueOf(originOf(base)).flatMap(({ id, endpoints }) =>
        endpoints.map((endpoint) => ({ ...endpoint, service_id: id, enabled: true })),
      ),
      links,
    },
  }));
  routes.on('GET', '/v3/regions', () => ({
    body: { regions: [{ id: region, description: '', parent_region_id: null }], links },
  }));
  routes.on('GET', '/v3/auth/projects', ({ caller }) => ({
    body: {
      projects: identities.projects
        .all()
        .filter(({ id }) => identities.rolesOf(caller.userId, id).length > 0),
      links,
    },
  }));
}
