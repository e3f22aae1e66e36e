/**
 * Reads one cloud out of a clouds.yaml: where Keystone is, who logs in, how TLS is checked. Knows
 * passwords and application credentials; lenient to keys that other tools put there.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ProfileError } from '../errors.ts';
import { Secret } from '../redaction.ts';

/** Who logs in to Keystone. */
export type CloudLogin =
  | {
      readonly method: 'password';
      readonly user: {
        readonly id?: string;
        readonly name?: string;
        readonly domain?: CloudDomain;
      };
      readonly password: Secret;
      readonly project?: {
        readonly id?: string;
        readonly name?: string;
        readonly domain?: CloudDomain;
      };
    }
  | {
      readonly method: 'application-credential';
      readonly id?: string;
      readonly name?: string;
      readonly user?: {
        readonly id?: string;
        readonly name?: string;
        readonly domain?: CloudDomain;
      };
      readonly secret: Secret;
    };

/** A Keystone domain, by id or by name. */
export type CloudDomain = { readonly id: string } | { readonly name: string };

/** One cloud of a clouds.yaml. */
export interface CloudEntry {
  readonly name: string;
  readonly file: string;
  readonly authUrl: string;
  readonly login: CloudLogin;
  readonly region?: string;
  readonly interface: string;
  readonly tls: {
    readonly verify: boolean;
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  /** Endpoints that override the catalogue, by service type with underscores. */
  readonly overrides: Readonly<Record<string, string>>;
}

const text = z.union([z.string(), z.number()]).transform(String).optional();

const authForm = z.looseObject({
  auth_url: z.url({
    protocol: /^https?$/,
    error: 'must be the address of Keystone, such as https://HOST:5000',
  }),
  username: text,
  user_id: text,
  password: text,
  project_name: text,
  project_id: text,
  tenant_name: text,
  domain_name: text,
  domain_id: text,
  user_domain_name: text,
  user_domain_id: text,
  project_domain_name: text,
  project_domain_id: text,
  default_domain: text,
  application_credential_id: text,
  application_credential_name: text,
  application_credential_secret: text,
});

type Auth = z.output<typeof authForm>;

const cloudForm = z.looseObject({
  auth: authForm,
  auth_type: z.string().optional(),
  region_name: text,
  interface: z.string().optional(),
  endpoint_type: z.string().optional(),
  verify: z.boolean().optional(),
  insecure: z.boolean().optional(),
  cacert: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
});

const fileForm = z.looseObject({ clouds: z.record(z.string(), z.unknown()) });

/** Reads one cloud of a clouds.yaml. */
export async function readCloud(file: string, cloudName: string): Promise<CloudEntry> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ProfileError(
      'CLOUDS_UNREADABLE',
      `Reading clouds from "${file}": ${(cause as Error).message}. Correct connection.cloudsYaml of the profile.`,
      { cause },
    );
  });
  const clouds = cloudsIn(content, file);
  if (!Object.hasOwn(clouds, cloudName)) {
    throw new ProfileError(
      'CLOUD_UNKNOWN',
      `Reading clouds from "${file}": there is no cloud "${cloudName}", only ${
        Object.keys(clouds)
          .map((name) => `"${name}"`)
          .join(', ') || 'an empty list'
      }. Correct connection.cloud of the profile.`,
    );
  }
  const parsed = cloudForm.safeParse(clouds[cloudName]);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `  clouds.${[cloudName, ...issue.path].join('.')}: ${issue.message}`,
    );
    throw invalid(file, problems);
  }
  return entryOf(file, cloudName, parsed.data);
}

function cloudsIn(content: string, file: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(content);
  } catch (cause) {
    // The parser's message quotes the text around the fault, which may be a password.
    throw new ProfileError(
      'CLOUDS_NOT_YAML',
      `Reading clouds from "${file}": found text that is not YAML. Check its indentation and quotes.`,
      { cause: new Error((cause as Error).message.split('\n')[0]) },
    );
  }
  const parsed = fileForm.safeParse(document);
  if (!parsed.success) {
    throw invalid(file, ['  clouds: is missing: add it (a mapping of names to clouds)']);
  }
  return parsed.data.clouds;
}

function invalid(file: string, problems: readonly string[]): ProfileError {
  return new ProfileError(
    'CLOUDS_INVALID',
    `Reading clouds from "${file}": found ${problems.length} problem${problems.length === 1 ? '' : 's'}.\n${problems.join('\n')}`,
  );
}

function entryOf(file: string, name: string, cloud: z.output<typeof cloudForm>): CloudEntry {
  const folder = dirname(file);
  const path = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : resolve(folder, value);
  const overrides = Object.entries(cloud)
    .filter(
      (entry): entry is [string, string] =>
        entry[0].endsWith('_endpoint_override') && typeof entry[1] === 'string',
    )
    .map(([key, value]): [string, string] => [key.slice(0, -'_endpoint_override'.length), value]);
  return {
    name,
    file,
    authUrl: cloud.auth.auth_url.replace(/\/+$/, '').replace(/\/v3$/, ''),
    login: loginOf(file, name, cloud.auth),
    interface: (cloud.interface ?? cloud.endpoint_type ?? 'public').replace(/URL$/, ''),
    tls: {
      verify: cloud.verify ?? !(cloud.insecure ?? false),
      ...present({
        caFile: path(cloud.cacert),
        certFile: path(cloud.cert),
        keyFile: path(cloud.key),
      }),
    },
    overrides: Object.fromEntries(overrides),
    ...present({ region: cloud.region_name }),
  };
}

function loginOf(file: string, name: string, auth: Auth): CloudLogin {
  const missing = (key: string): ProfileError =>
    invalid(file, [`  clouds.${name}.auth.${key}: is missing: add it`]);
  const user = present({
    id: auth.user_id,
    name: auth.username,
    domain: auth.user_id === undefined ? domainOf(auth, 'user') : undefined,
  });
  if (
    auth.application_credential_id !== undefined ||
    auth.application_credential_name !== undefined
  ) {
    if (auth.application_credential_secret === undefined) {
      throw missing('application_credential_secret');
    }
    return {
      method: 'application-credential',
      secret: new Secret(auth.application_credential_secret),
      ...(auth.application_credential_id === undefined
        ? present({ name: auth.application_credential_name, user })
        : { id: auth.application_credential_id }),
    };
  }
  if (auth.username === undefined && auth.user_id === undefined) {
    throw missing('username');
  }
  if (auth.password === undefined) {
    throw missing('password');
  }
  const project = projectOf(auth);
  if (project === undefined) {
    throw missing('project_name');
  }
  return { method: 'password', user, password: new Secret(auth.password), project };
}

function projectOf(auth: Auth): { id?: string; name?: string; domain?: CloudDomain } | undefined {
  if (auth.project_id !== undefined) {
    return { id: auth.project_id };
  }
  const name = auth.project_name ?? auth.tenant_name;
  return name === undefined ? undefined : { name, domain: domainOf(auth, 'project') };
}

function domainOf(auth: Auth, of: 'user' | 'project'): CloudDomain {
  const id = auth[`${of}_domain_id`] ?? auth.domain_id;
  const name = auth[`${of}_domain_name`] ?? auth.domain_name;
  if (id !== undefined) {
    return { id };
  }
  return name === undefined ? { id: auth.default_domain ?? 'default' } : { name };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops the keys whose value is undefined, as exactOptionalPropertyTypes wants it. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
