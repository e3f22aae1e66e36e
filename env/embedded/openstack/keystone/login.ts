/**
 * Logging in: by password, by token, by application credential; with a project as scope or none.
 * Refusals tell no more than Keystone does: that the request needs authentication.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import type { Identities, Project, Token, User } from './identities.ts';

const domainRef = z.looseObject({ id: z.string().optional(), name: z.string().optional() });
const userRef = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  domain: domainRef.optional(),
  password: z.string().optional(),
});
const scopeForm = z.union([
  z.literal('unscoped'),
  z.looseObject({
    project: z
      .looseObject({
        id: z.string().optional(),
        name: z.string().optional(),
        domain: domainRef.optional(),
      })
      .optional(),
    system: z.unknown().optional(),
    domain: z.unknown().optional(),
  }),
]);

const loginForm = z.looseObject({
  auth: z.looseObject({
    identity: z.looseObject({
      methods: z.array(z.string()),
      password: z.looseObject({ user: userRef }).optional(),
      token: z.looseObject({ id: z.string() }).optional(),
      application_credential: z
        .looseObject({
          id: z.string().optional(),
          name: z.string().optional(),
          user: userRef.optional(),
          secret: z.string(),
        })
        .optional(),
    }),
    scope: scopeForm.optional(),
  }),
});

type Login = z.output<typeof loginForm>['auth'];

/** Gives a token for the body of POST /v3/auth/tokens. */
export function logIn(identities: Identities, body: unknown): Token {
  const parsed = loginForm.safeParse(body);
  if (!parsed.success) throw misshapen(body, parsed.error);
  const { auth } = parsed.data;
  const { methods } = auth.identity;
  if (methods.includes('application_credential')) return byCredential(identities, auth);
  const user = methods.includes('token')
    ? userOfToken(identities, auth)
    : userOfPassword(identities, auth);
  const project = scopeOf(identities, auth, user);
  if (project === undefined) return identities.issue({ userId: user.id, roles: [], methods });
  const roles = identities.rolesOf(user.id, project.id);
  if (roles.length === 0) throw refused();
  return identities.issue({ userId: user.id, projectId: project.id, roles, methods });
}

const looseBody = z.looseObject({
  auth: z.looseObject({ identity: z.record(z.string(), z.unknown()).optional() }),
});

/**
 * Without "auth" Keystone says so. What else is wrong its schema finds, whose first line is simulated: the
 * rest prints the schema, which differs by release.
 */
function misshapen(body: unknown, error: z.ZodError): ApiFault {
  const loose = looseBody.safeParse(body);
  if (!loose.success) {
    return new ApiFault(
      400,
      'Expecting to find auth in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.',
    );
  }
  const { identity } = loose.data.auth;
  const missing = identity === undefined ? 'identity' : 'methods';
  const field = identity === undefined ? 'auth' : 'identity';
  return identity?.['methods'] === undefined
    ? new ApiFault(400, `Invalid input for field '${field}': '${missing}' is a required property`)
    : new ApiFault(400, `Invalid input for field 'identity': ${z.prettifyError(error)}`);
}

function refused(): ApiFault {
  return new ApiFault(401, 'The request you have made requires authentication.');
}

function isInDomain(
  ref: { id?: string | undefined; name?: string | undefined } | undefined,
  domainId: string,
): boolean {
  return ref === undefined || ref.id === domainId || ref.name?.toLowerCase() === domainId;
}

function userOf(identities: Identities, ref: z.output<typeof userRef> | undefined): User {
  const user = identities.users
    .all()
    .find((candidate) =>
      ref?.id === undefined
        ? candidate.name === ref?.name && isInDomain(ref.domain, candidate.domain_id)
        : candidate.id === ref.id,
    );
  if (user?.enabled !== true) throw refused();
  return user;
}

function userOfPassword(identities: Identities, auth: Login): User {
  const ref = auth.identity.password?.user;
  const user = userOf(identities, ref);
  if (user.password !== ref?.password) throw refused();
  return user;
}

function userOfToken(identities: Identities, auth: Login): User {
  const token = identities.token(auth.identity.token?.id);
  if (token === undefined) throw refused();
  return userOf(identities, { id: token.userId });
}

function scopeOf(identities: Identities, auth: Login, user: User): Project | undefined {
  if (auth.scope === 'unscoped') return undefined;
  if (auth.scope === undefined) {
    return user.default_project_id === undefined
      ? undefined
      : identities.projects.get(user.default_project_id);
  }
  const ref = auth.scope.project;
  if (ref === undefined) throw refused();
  const project = identities.projects
    .all()
    .find((candidate) =>
      ref.id === undefined
        ? candidate.name === ref.name && isInDomain(ref.domain, candidate.domain_id)
        : candidate.id === ref.id,
    );
  if (project?.enabled !== true) throw refused();
  return project;
}

function byCredential(identities: Identities, auth: Login): Token {
  const given = auth.identity.application_credential;
  const credential = identities.credentials.all().find((candidate) => {
    if (given?.id !== undefined) return candidate.id === given.id;
    return (
      candidate.name === given?.name && candidate.user_id === userOf(identities, given.user).id
    );
  });
  const isGood =
    credential !== undefined &&
    credential.secret === given?.secret &&
    (credential.expires_at === null || Date.parse(`${credential.expires_at}Z`) > Date.now());
  if (!isGood) throw refused();
  return identities.issue({
    userId: credential.user_id,
    projectId: credential.project_id,
    roles: credential.roles,
    methods: ['application_credential'],
    credential,
  });
}
