/**
 * Logs in to Keystone v3 and finds endpoints in the catalogue. It only speaks to Keystone; the session
 * decides when to log in again.
 */
import { z } from 'zod';
import { StackError } from '../errors.ts';
import { Secret } from '../redaction.ts';
import type { CloudDomain, CloudEntry, CloudLogin } from './clouds-file.ts';
import type { Transport } from './transport.ts';

const catalogueForm = z.array(
  z.looseObject({
    type: z.string(),
    name: z.string().optional(),
    endpoints: z.array(
      z.looseObject({
        interface: z.string(),
        url: z.string(),
        region_id: z.string().nullish(),
        region: z.string().nullish(),
      }),
    ),
  }),
);

const tokenForm = z.looseObject({
  token: z.looseObject({
    expires_at: z.string(),
    catalog: catalogueForm.default([]),
    project: z.looseObject({ id: z.string(), name: z.string() }).optional(),
    user: z.looseObject({ id: z.string(), name: z.string() }).optional(),
    roles: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
});

/** A token with what came along. */
export interface Login {
  readonly token: Secret;
  readonly expiresAt: Date;
  readonly catalogue: z.output<typeof catalogueForm>;
  readonly projectId: string | undefined;
  readonly userName: string | undefined;
  readonly roles: readonly string[];
}

/** Logs in; the answer's status other than 201 becomes an error that names cloud and user. */
export async function logIn(transport: Transport, cloud: CloudEntry): Promise<Login> {
  const response = await transport(`${cloud.authUrl}/v3/auth/tokens`, {
    method: 'POST',
    json: { auth: authBody(cloud.login) },
  });
  const token = response.headers['x-subject-token'];
  if (response.status !== 201 || typeof token !== 'string') {
    throw new StackError(
      response.status === 401 ? 'KEYSTONE_REFUSED' : 'KEYSTONE_UNEXPECTED',
      `Logging in to "${cloud.authUrl}" as ${userOf(cloud.login)}: found status ${response.status} instead of 201. ` +
        `Check cloud "${cloud.name}" in "${cloud.file}".`,
    );
  }
  const { token: body } = tokenForm.parse(JSON.parse(response.body));
  return {
    token: new Secret(token),
    expiresAt: new Date(body.expires_at),
    catalogue: body.catalog,
    projectId: body.project?.id,
    userName: body.user?.name,
    roles: body.roles.map((role) => role.name),
  };
}

/** Finds the endpoint of the first of several service types that the catalogue lists. */
export function endpointIn(login: Login, cloud: CloudEntry, types: readonly string[]): string {
  const override = types
    .map((type) => cloud.overrides[type.replaceAll('-', '_')])
    .find((url) => url !== undefined);
  if (override !== undefined) {
    return withoutSlash(override);
  }
  const services = login.catalogue.filter((service) => types.includes(service.type));
  const endpoint = services
    .flatMap((service) => service.endpoints)
    .find(
      (candidate) =>
        candidate.interface === cloud.interface &&
        (cloud.region === undefined || (candidate.region_id ?? candidate.region) === cloud.region),
    );
  if (endpoint === undefined) {
    const region = cloud.region === undefined ? '' : ` in region "${cloud.region}"`;
    const listed = login.catalogue.map((service) => `"${service.type}"`).join(', ') || 'nothing';
    throw new StackError(
      'ENDPOINT_MISSING',
      `Looking for the "${types[0] ?? ''}" service of "${cloud.authUrl}": the catalogue lists no ${cloud.interface} endpoint${region}, ` +
        `only ${listed}. Register the endpoint, or correct region_name and interface in "${cloud.file}".`,
    );
  }
  return withoutSlash(endpoint.url);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The body of a login; it holds the secret. */
export function authBody(login: CloudLogin): Record<string, unknown> {
  if (login.method === 'application-credential') {
    const { id, name, user, secret } = login;
    return {
      identity: {
        methods: ['application_credential'],
        application_credential: { id, name, user, secret: secret.reveal() },
      },
    };
  }
  return {
    identity: {
      methods: ['password'],
      password: { user: { ...login.user, password: login.password.reveal() } },
    },
    scope: { project: login.project },
  };
}

function userOf(login: CloudLogin): string {
  if (login.method === 'application-credential') {
    return `application credential "${login.id ?? login.name ?? ''}"`;
  }
  return `user "${login.user.name ?? login.user.id ?? ''}"${inDomain(login.user.domain)}`;
}

function inDomain(domain: CloudDomain | undefined): string {
  if (domain === undefined) {
    return '';
  }
  return ` of domain "${'id' in domain ? domain.id : domain.name}"`;
}
