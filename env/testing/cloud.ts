/**
 * A cloud for our tests: Keystone, Neutron and Octavia as shelves of objects behind one loopback server.
 * It knows listing with filters and pages, reading, making, changing and deleting; nothing reacts.
 */
import { type Asked, type Loopback, type Reply, startLoopback } from './loopback.ts';
import { scratchFile } from './scratch.ts';

/** An object on a shelf. */
export type Shelved = Record<string, unknown> & { id: string };

/** The shelves by path, such as "/network/v2.0/ports". */
export type Shelves = Record<string, Shelved[]>;

/** A running cloud. */
export interface TestCloud extends Loopback {
  readonly cloudsYamlPath: string;
  readonly shelves: Shelves;
  /** How often somebody has logged in. */
  readonly logins: () => number;
  /** Makes every token given so far worthless. */
  revoke(): void;
}

/** How a cloud behaves. */
export interface CloudTemper {
  readonly shelves?: Shelves;
  /** How many objects a page holds. */
  readonly pageSize?: number;
  /** When a token that is given now ends. */
  readonly tokenEnds?: () => Date;
  /** Looks at a request before the cloud does. */
  readonly intercept?: (asked: Asked) => Reply | undefined;
}

const singular: Readonly<Record<string, string>> = {
  'security-groups': 'security_group',
  'security-group-rules': 'security_group_rule',
};

/** Starts a cloud and writes a clouds.yaml for it. */
export async function startTestCloud(temper: CloudTemper = {}): Promise<TestCloud> {
  const shelves: Shelves = temper.shelves ?? {};
  const tokens = new Set<string>();
  let logins = 0;
  const cloud = { url: '' };
  const logIn = (): Reply => {
    logins += 1;
    tokens.add(`test-token-number-${logins}`);
    return {
      status: 201,
      headers: { 'x-subject-token': `test-token-number-${logins}` },
      body: tokenBody(cloud.url, temper.tokenEnds?.() ?? new Date(Date.now() + 3_600_000)),
    };
  };
  const server = await startLoopback((asked) => {
    const reply = temper.intercept?.(asked);
    if (reply !== undefined) {
      return reply;
    }
    if (asked.path === '/identity/v3/auth/tokens') {
      return logIn();
    }
    if (!tokens.has(String(asked.headers['x-auth-token']))) {
      return {
        status: 401,
        body: { error: { message: 'The request you have made requires authentication.' } },
      };
    }
    return answer(asked, { shelves, url: cloud.url, pageSize: temper.pageSize ?? 1_000 });
  });
  cloud.url = server.url;
  return {
    ...server,
    shelves,
    cloudsYamlPath: await writeClouds(server.url),
    logins: () => logins,
    revoke: () => {
      tokens.clear();
    },
  };
}

async function writeClouds(url: string): Promise<string> {
  return scratchFile(
    'clouds.yaml',
    `clouds:
  test:
    region_name: R1
    auth:
      auth_url: ${url}/identity
      username: kuryr
      password: very-secret-password
      project_name: k8s
      user_domain_name: Default
      project_domain_name: Default
`,
  );
}

function tokenBody(url: string, ends: Date): object {
  const service = (type: string, path: string): object => ({
    type,
    name: type,
    endpoints: [
      { interface: 'internal', region_id: 'R1', url: 'http://192.0.2.1/internal' },
      { interface: 'public', region_id: 'R2', url: 'http://192.0.2.1/other-region' },
      { interface: 'public', region_id: 'R1', url: `${url}${path}` },
    ],
  });
  return {
    token: {
      expires_at: ends.toISOString(),
      project: { id: 'project-1', name: 'k8s' },
      user: { id: 'user-1', name: 'kuryr' },
      roles: [{ name: 'member' }],
      catalog: [service('network', '/network/'), service('load-balancer', '/lb/v2')],
    },
  };
}

interface Store {
  readonly shelves: Shelves;
  readonly url: string;
  readonly pageSize: number;
}

function answer(asked: Asked, store: Store): Reply | undefined {
  const shelf = store.shelves[asked.path];
  if (shelf !== undefined) {
    return asked.method === 'POST' ? made(asked, shelf) : listed(asked, shelf, store);
  }
  const [path, id] = splitLast(asked.path);
  if (id === 'tags' && asked.method === 'PUT') return { body: asked.body as object };
  const items = store.shelves[path];
  if (items === undefined) {
    return undefined;
  }
  const index = items.findIndex((item) => item.id === id);
  const item = items[index];
  if (item === undefined) {
    return {
      status: 404,
      body: { NeutronError: { type: 'NotFound', message: `${id} could not be found` } },
    };
  }
  if (asked.method === 'DELETE') {
    items.splice(index, 1);
    return { status: 204 };
  }
  if (asked.method === 'PUT') {
    Object.assign(item, Object.values(asked.body as object)[0]);
  }
  return { body: { [keyOf(path)]: item } };
}

/** What a service gives to what it makes, by collection. */
const bornWith: Readonly<Record<string, object>> = {
  ports: { status: 'DOWN' },
  floatingips: { floating_ip_address: '192.0.2.9', status: 'DOWN' },
};

function made(asked: Asked, shelf: Shelved[]): Reply {
  const item: Shelved = {
    id: `made-${shelf.length + 1}`,
    ...bornWith[asked.path.split('/').at(-1) ?? ''],
    ...(Object.values(asked.body as object)[0] as object),
  };
  if (Array.isArray(item['fixed_ips'])) {
    const addresses = item['fixed_ips'] as object[];
    item['fixed_ips'] = addresses.map((fixed) => ({ ip_address: '192.0.2.8', ...fixed }));
  }
  shelf.push(item);
  return { status: 201, body: { [keyOf(asked.path)]: item } };
}

function listed(asked: Asked, shelf: readonly Shelved[], { url, pageSize }: Store): Reply {
  const filters = [...new Set(asked.query.keys())].filter((key) => key !== 'marker');
  const matching = shelf.filter((item) =>
    filters.every((key) => asked.query.getAll(key).some((wanted) => matches(item, key, wanted))),
  );
  const marker = asked.query.get('marker');
  const from = marker === null ? 0 : matching.findIndex(({ id }) => id === marker) + 1;
  const page = matching.slice(from, from + pageSize);
  const key = splitLast(asked.path)[1].replaceAll('-', '_');
  const last = page.at(-1)?.id ?? '';
  const query = new URLSearchParams(asked.query);
  query.set('marker', last);
  const hasMore = from + pageSize < matching.length;
  const links = hasMore
    ? { [`${key}_links`]: [{ rel: 'next', href: `${url}${asked.path}?${query.toString()}` }] }
    : {};
  return { body: { [key]: page, ...links } };
}

function matches(item: Shelved, key: string, wanted: string): boolean {
  if (key === 'fixed_ips') {
    const addresses = (item['fixed_ips'] ?? []) as { ip_address: string; subnet_id: string }[];
    return addresses.some(
      ({ ip_address, subnet_id }) =>
        wanted === `ip_address=${ip_address}` || wanted === `subnet_id=${subnet_id}`,
    );
  }
  if (key === 'loadbalancer_id') {
    return ((item['loadbalancers'] ?? []) as { id: string }[]).some(({ id }) => id === wanted);
  }
  return String(item[key]) === wanted;
}

function keyOf(path: string): string {
  const name = splitLast(path)[1];
  return singular[name] ?? name.replace(/s$/, '');
}

function splitLast(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}
