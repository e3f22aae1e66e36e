/**
 * Neutron and Octavia as Kuryr asks them: one call per operation, answers unwrapped, and the few
 * refusals that Kuryr tells apart.
 */
import { OpenStackSession, type Query, type ServiceRef } from '../../../access/openstack.ts';
import { isNotFound, OpenStackError } from '../../../access/openstack-error.ts';
import type { ApiVersion } from '../release.ts';
import { overHttps } from '../../https.ts';

/** Where the cloud is, and who asks. */
export interface CloudAccess {
  readonly cloudsYamlPath: string;
  readonly cloudName: string;
}

const neutronRef: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0$/ };
const octaviaRef: ServiceRef = {
  name: 'octavia',
  types: ['load-balancer', 'load_balancer'],
  stripped: /\/(v2|v2\.0)(\/lbaas)?$/,
};

/** An object of a cloud in its own field names, as far as Kuryr looks into it. */
export interface CloudRow {
  readonly id: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

export interface Port extends CloudRow {
  readonly network_id: string;
  readonly mac_address: string;
  readonly status: string;
  readonly device_owner: string;
  readonly device_id: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly security_groups: readonly string[];
  readonly tags?: readonly string[];
  readonly trunk_details?: { readonly trunk_id: string } | null;
  readonly 'binding:vif_type'?: string;
  readonly 'binding:host_id'?: string;
  readonly 'binding:vif_details'?: Readonly<Record<string, unknown>>;
}

export interface Network extends CloudRow {
  readonly mtu: number;
  readonly tags?: readonly string[];
}

export interface Subnet extends CloudRow {
  readonly network_id: string;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly tags?: readonly string[];
}

export interface Rule extends CloudRow {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
  readonly description: string;
}

/** An object of Octavia with its state. */
export interface Provisioned extends CloudRow {
  readonly provisioning_status: string;
}

const singulars: Readonly<Record<string, string>> = {
  'security-groups': 'security_group',
  'security-group-rules': 'security_group_rule',
};

function keyFor(collection: string): string {
  return collection.replaceAll('-', '_');
}

function singularOf(collection: string): string {
  return singulars[collection] ?? collection.replace(/s$/, '');
}

/** The client of both services. */
export class Cloud {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  static async open(access: CloudAccess): Promise<Cloud> {
    return new Cloud(await OpenStackSession.open({ ...access, transport: overHttps }));
  }

  /** Sends any request to Neutron. */
  neutron(method: Method, path: string, body?: unknown): Promise<unknown> {
    return this.#session.send(neutronRef, {
      method,
      path: `/v2.0${path}`,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Sends any request to Octavia. */
  octavia(method: Method, path: string, body?: unknown): Promise<unknown> {
    return this.#session.send(octaviaRef, {
      method,
      path: `/v2/lbaas${path}`,
      ...(body === undefined ? {} : { body }),
    });
  }

  async list<T extends CloudRow>(collection: string, query: Query = {}): Promise<T[]> {
    const body = (await this.#session.send(neutronRef, {
      path: `/v2.0/${collection}`,
      query,
    })) as Record<string, T[]>;
    return body[keyFor(collection)] ?? [];
  }

  async get<T extends CloudRow>(collection: string, id: string): Promise<T | undefined> {
    return orNothing(async () => {
      const body = (await this.neutron('GET', `/${collection}/${id}`)) as Record<string, T>;
      return body[singularOf(collection)];
    });
  }

  async create<T extends CloudRow>(collection: string, fields: object): Promise<T> {
    const key = singularOf(collection);
    const body = (await this.neutron('POST', `/${collection}`, { [key]: fields })) as Record<
      string,
      T
    >;
    return present(body[key], collection);
  }

  /** Makes several objects by one request. */
  async createAll<T extends CloudRow>(collection: string, rows: readonly object[]): Promise<T[]> {
    const key = keyFor(collection);
    const body = (await this.neutron('POST', `/${collection}`, { [key]: rows })) as Record<
      string,
      T[]
    >;
    return body[key] ?? [];
  }

  async update(collection: string, id: string, fields: object): Promise<void> {
    await this.neutron('PUT', `/${collection}/${id}`, { [singularOf(collection)]: fields });
  }

  /** Deletes an object; one that is gone already is no error. */
  async remove(collection: string, id: string): Promise<void> {
    await orNothing(() => this.neutron('DELETE', `/${collection}/${id}`));
  }

  async tag(collection: string, id: string, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    await this.neutron('PUT', `/${collection}/${id}/tags`, { tags });
  }

  async hasExtension(alias: string): Promise<boolean> {
    return (await orNothing(() => this.neutron('GET', `/extensions/${alias}`))) !== undefined;
  }

  async listLb<T extends CloudRow>(path: string, query: Query = {}): Promise<T[]> {
    const key = path.split('/').at(-1) ?? path;
    const body = (await this.#session.send(octaviaRef, {
      path: `/v2/lbaas/${path}`,
      query,
    })) as Record<string, T[]>;
    return body[key] ?? [];
  }

  async getLb<T extends CloudRow>(path: string): Promise<T | undefined> {
    return orNothing(async () => {
      const body = (await this.octavia('GET', `/${path}`)) as Record<string, T>;
      return Object.values(body)[0];
    });
  }

  async createLb<T extends CloudRow>(path: string, fields: object): Promise<T> {
    const key = singularOf(path.split('/').at(-1) ?? path);
    const body = (await this.octavia('POST', `/${path}`, { [key]: fields })) as Record<string, T>;
    return present(body[key], path);
  }

  async updateLb(path: string, fields: object): Promise<void> {
    const key = singularOf(path.split('/').at(-2) ?? path);
    await this.octavia('PUT', `/${path}`, { [key]: fields });
  }

  /** The greatest version of Octavia's API; the status beside it is not looked at. */
  async octaviaVersion(): Promise<ApiVersion> {
    const body = (await this.#session.send(octaviaRef, { path: '/' })) as {
      versions: { id: string }[];
    };
    const versions = body.versions
      .map(({ id }) => /^v?(\d+)\.(\d+)$/.exec(id))
      .filter((match) => match !== null)
      .map((match): ApiVersion => [Number(match[1]), Number(match[2])])
      .sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    const [newest] = versions;
    if (newest === undefined) throw new Error('Unable to reach Octavia API');
    return newest;
  }
}

function present<T>(made: T | undefined, what: string): T {
  if (made === undefined) throw new Error(`The answer to making one of ${what} names nothing.`);
  return made;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether a service refused because of the state that something is in. */
export function isConflict(error: unknown): boolean {
  return error instanceof OpenStackError && error.status === 409;
}

/** Whether a quota is used up. */
export function isOverQuota(error: unknown): boolean {
  return (
    error instanceof OpenStackError &&
    (error.status === 409 || error.status === 403 || error.status === 413) &&
    /quota/i.test(error.said)
  );
}

/** The status of a refusal, or 0. */
export function statusOf(error: unknown): number {
  return error instanceof OpenStackError ? error.status : 0;
}
