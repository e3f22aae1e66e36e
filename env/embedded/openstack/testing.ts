/**
 * A cloud for the tests of this folder, spoken to over HTTPS by the project's own client.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import got from 'got';
import { OpenStackSession, type Query, type ServiceRef } from '../../access/openstack.ts';
import { scratchFolder } from '../../testing/scratch.ts';
import { testAuthority, testServerCertificate, testServerKey } from '../../testing/tls.ts';
import { type Axes, World } from '../world.ts';
import { type Cloud, type CloudOptions, startCloud } from './cloud.ts';

/** An object as an API gives it. */
export type Body = Record<string, unknown> & { readonly id: string };

const services: Readonly<Record<string, ServiceRef>> = {
  neutron: { name: 'neutron', types: ['network'] },
  octavia: { name: 'octavia', types: ['load-balancer'] },
  nova: { name: 'nova', types: ['compute'] },
  cinder: { name: 'cinder', types: ['block-storage'] },
  glance: { name: 'glance', types: ['image'] },
  keystone: { name: 'keystone', types: ['identity'] },
};

/** One service in the hands of one user. */
export class Hand {
  readonly #session: OpenStackSession;
  readonly #service: ServiceRef;

  constructor(session: OpenStackSession, service: ServiceRef) {
    this.#session = session;
    this.#service = service;
  }

  async get(path: string, query: Query = {}): Promise<Record<string, unknown>> {
    return (await this.#session.send(this.#service, { path, query })) as Record<string, unknown>;
  }

  async send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return this.#session.send(this.#service, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Makes an object and takes it out of the answer. */
  async make(path: string, one: string, attributes: object = {}): Promise<Body> {
    const answer = await this.send('POST', path, { [one]: attributes });
    return objectIn(answer, one);
  }

  async change(path: string, one: string, attributes: object): Promise<Body> {
    const answer = await this.send('PUT', path, { [one]: attributes });
    return objectIn(answer, one);
  }

  async read(path: string, one: string): Promise<Body> {
    return objectIn(await this.get(path), one);
  }

  async list(path: string, key: string, query: Query = {}): Promise<Body[]> {
    return (await this.get(path, query))[key] as Body[];
  }

  async remove(path: string): Promise<void> {
    await this.send('DELETE', path);
  }
}

function objectIn(answer: unknown, key: string): Body {
  const object = (answer as Record<string, Body | undefined>)[key];
  if (object === undefined) throw new Error(`The answer holds no ${key}.`);
  return object;
}

/** One user's hands. */
export interface User {
  readonly session: OpenStackSession;
  readonly neutron: Hand;
  readonly octavia: Hand;
  readonly nova: Hand;
  readonly glance: Hand;
  readonly keystone: Hand;
}

/** A running cloud with an administrator and a member. */
export interface TestedCloud extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly world: World;
  readonly admin: User;
  readonly kuryr: User;
  readonly project: string;
  /** Opens a session with an entry of clouds.yaml. */
  open(entry: object): Promise<User>;
}

const usualAxes: Axes = {
  series: '2024.1',
  kuryr: '10.0',
  octavia: 'ovn',
  ml2: 'ovn',
  firewall: 'ovn',
  podMode: 'nested-vlan',
  cluster: { kind: 'kind' },
  workers: 2,
};

/** Starts a cloud of the usual axes with some changed. */
export async function startTestedCloud(
  axes: Partial<Axes> = {},
  options: Partial<CloudOptions> = {},
): Promise<TestedCloud> {
  const closing = new AbortController();
  const world = new World({ ...usualAxes, ...axes }, { seed: 'test', closing: closing.signal });
  const cloud = await startCloud(world, {
    tls: { key: testServerKey, cert: testServerCertificate, ca: testAuthority },
    users: [
      { name: 'kuryr', project: 'k8s', roles: ['member', 'load-balancer_member'] },
      { name: 'stranger', project: 'elsewhere', roles: ['member'] },
    ],
    ...options,
  });
  const folder = await scratchFolder();
  await writeFile(join(folder, 'ca.pem'), testAuthority);
  const open = async (entry: object): Promise<User> => {
    const path = join(folder, 'clouds.yaml');
    const text = JSON.stringify({ clouds: { own: { ...entry, cacert: 'ca.pem' } } });
    await writeFile(path, text, { mode: 0o600 });
    const session = await OpenStackSession.open({ cloudsYamlPath: path, cloudName: 'own' });
    const hands = Object.entries(services).map(([name, service]) => [
      name,
      new Hand(session, service),
    ]);
    return { session, ...(Object.fromEntries(hands) as Omit<User, 'session'>) };
  };
  const admin = await open(cloud.cloudsYaml('admin'));
  const kuryr = await open(cloud.cloudsYaml('kuryr'));
  return {
    cloud,
    world,
    admin,
    kuryr,
    project: (await kuryr.session.projectId()) ?? '',
    open,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

/** A network with one subnet, as most tests need it. */
export async function makeNet(
  { neutron }: User,
  cidr = '10.1.0.0/24',
  attributes: object = {},
): Promise<{ readonly network: Body; readonly subnet: Body }> {
  const network = await neutron.make('/v2.0/networks', 'network', { name: 'net', ...attributes });
  const subnet = await neutron.make('/v2.0/subnets', 'subnet', {
    network_id: network.id,
    cidr,
    ip_version: 4,
    enable_dhcp: false,
  });
  return { network, subnet };
}

/** A change with headers of its own, by Kuryr's user; gives whatever comes back. */
export async function rawPut(
  { cloud }: TestedCloud,
  path: string,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: object },
): Promise<{ readonly status: number; readonly requestId: unknown; readonly body: unknown }> {
  const client = got.extend({
    throwHttpErrors: false,
    responseType: 'json',
    https: { certificateAuthority: testAuthority },
  });
  const { auth } = cloud.cloudsYaml('kuryr');
  const user = { name: auth.username, password: auth.password, domain: { id: 'default' } };
  const project = { name: auth.project_name, domain: { id: 'default' } };
  const identity = { methods: ['password'], password: { user } };
  const login = await client.post(`${cloud.authUrl}/v3/auth/tokens`, {
    json: { auth: { identity, scope: { project } } },
  });
  const token = String(login.headers['x-subject-token']);
  const response = await client.put(`${cloud.url}${path}`, {
    json: body,
    headers: { 'x-auth-token': token, ...headers },
  });
  return {
    status: response.statusCode,
    requestId: response.headers['x-openstack-request-id'],
    body: response.body,
  };
}
