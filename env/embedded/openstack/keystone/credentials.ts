/**
 * Application credentials: made by their own user within the roles of the token, shown with the secret
 * only once.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import { without } from '../http/listing.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import type { ApplicationCredential, Identities } from './identities.ts';

const form = z.looseObject({
  application_credential: z.looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    secret: z.string().nullish(),
    expires_at: z.string().nullish(),
    unrestricted: z.boolean().default(false),
    roles: z
      .array(z.looseObject({ id: z.string().optional(), name: z.string().optional() }))
      .optional(),
  }),
});

/** Adds application credentials to Keystone's routes. */
export function addCredentialRoutes(routes: Routes, identities: Identities): void {
  const path = '/v3/users/:user/application_credentials';
  const own = ({ caller, params }: Exchange): string => {
    const user = params['user'] ?? '';
    if (user === caller.userId || caller.isAdmin) return user;
    throw new ApiFault(
      403,
      'You are not authorized to perform the requested action: identity:list_application_credentials.',
    );
  };
  const found = (exchange: Exchange): ApplicationCredential => {
    const user = own(exchange);
    const id = exchange.params['id'] ?? '';
    const credential = identities.credentials.get(id);
    if (credential?.user_id === user) return credential;
    throw new ApiFault(404, `Could not find Application Credential: ${id}.`);
  };
  const shown = (credential: ApplicationCredential): object => ({
    ...without(credential, 'secret'),
    roles: credential.roles.map((name) => ({
      id: identities.roleNamed(name).id,
      name,
      domain_id: null,
    })),
  });
  routes.on('GET', path, (exchange) => {
    const user = own(exchange);
    const name = exchange.query.get('name');
    const rows = identities.credentials
      .all()
      .filter((row) => row.user_id === user && (name === null || row.name === name));
    return {
      body: { application_credentials: rows.map(shown), links: { next: null, previous: null } },
    };
  });
  routes.on('POST', path, (exchange) => {
    if (own(exchange) !== exchange.caller.userId)
      throw new ApiFault(
        403,
        'You are not authorized to perform the requested action: identity:create_application_credential.',
      );
    const credential = identities.credentials.insert(made(identities, exchange));
    return {
      status: 201,
      body: { application_credential: { ...shown(credential), secret: credential.secret } },
    };
  });
  routes.on('GET', `${path}/:id`, (exchange) => ({
    body: { application_credential: shown(found(exchange)) },
  }));
  routes.on('DELETE', `${path}/:id`, (exchange): Answer => {
    identities.credentials.remove(found(exchange).id);
    return { status: 204 };
  });
}

function made(identities: Identities, { body, caller }: Exchange): ApplicationCredential {
  const parsed = form.safeParse(body);
  if (!parsed.success) throw new ApiFault(400, z.prettifyError(parsed.error));
  const asked = parsed.data.application_credential;
  const isTaken = identities.credentials
    .all()
    .some(({ name, user_id }) => name === asked.name && user_id === caller.userId);
  if (isTaken) {
    throw new ApiFault(
      409,
      `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${asked.name}.`,
    );
  }
  const wanted = (asked.roles ?? []).map(
    ({ id, name }) => name ?? identities.roles.get(id ?? '')?.name ?? '',
  );
  return {
    id: identities.newId(),
    name: asked.name,
    description: asked.description ?? null,
    user_id: caller.userId,
    project_id: caller.projectId,
    // None at all and an empty list both mean those of the token.
    roles: wanted.length === 0 ? caller.roles : wanted,
    unrestricted: asked.unrestricted,
    expires_at: asked.expires_at ?? null,
    secret: asked.secret ?? identities.newSecret(),
  };
}
