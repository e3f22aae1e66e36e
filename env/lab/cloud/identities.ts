/**
 * Projects, users, roles and the service catalogue of the lab's cloud, by Keystone's own API.
 * Kuryr's user is an ordinary member of its project, as on a production cloud, unless pods are bare.
 */
import { z } from 'zod';

import type { OpenStackSession, ServiceRef } from '../../access/openstack.ts';
import { StackError } from '../../errors.ts';
import type { CloudSecrets } from './config.ts';

const keystone: ServiceRef = { name: 'keystone', types: ['identity'], stripped: /\/v3\/?$/ };

const named = z.looseObject({ id: z.string(), name: z.string().optional() });
type Named = z.output<typeof named>;

interface Kind {
  readonly collection: 'projects' | 'users' | 'roles' | 'services';
  readonly key: 'project' | 'user' | 'role' | 'service';
}

function missing(key: string): never {
  throw new StackError('LAB_UNEXPECTED_ANSWER', `Making a ${key}: Keystone's answer holds none.`);
}

async function ensure(
  session: OpenStackSession,
  kind: Kind,
  body: { name: string } & object,
): Promise<Named> {
  const path = `/v3/${kind.collection}`;
  const found = await session.list(keystone, {
    path,
    key: kind.collection,
    item: named,
    query: { name: body.name },
  });
  if (found[0] !== undefined) return found[0];
  const answer = await session.send(keystone, { method: 'POST', path, body: { [kind.key]: body } });
  return z.record(z.string(), named).parse(answer)[kind.key] ?? missing(kind.key);
}

async function grant(
  session: OpenStackSession,
  { project, user, role }: { project: Named; user: Named; role: Named },
): Promise<void> {
  await session.send(keystone, {
    method: 'PUT',
    path: `/v3/projects/${project.id}/users/${user.id}/roles/${role.id}`,
  });
}

/** Ports of the services that go into the catalogue. */
export interface CataloguePorts {
  readonly api: string;
  readonly neutronPort: number;
  readonly octaviaPort: number;
}

async function register(
  session: OpenStackSession,
  service: { name: string; type: string; url: string },
): Promise<void> {
  const made = await ensure(session, { collection: 'services', key: 'service' }, {
    name: service.name,
    type: service.type,
  } as never);
  for (const kind of ['public', 'internal', 'admin']) {
    await session.send(keystone, {
      method: 'POST',
      path: '/v3/endpoints',
      body: {
        endpoint: {
          service_id: made.id,
          interface: kind,
          region_id: 'RegionOne',
          url: service.url,
        },
      },
    });
  }
}

/**
 * Makes Kuryr's user an administrator, as DevStack's plugin of Kuryr does. Neutron lets nobody else
 * name the host of a port (policy create_port:binding:host_id), which mode neutron-vif must.
 */
export async function makeKuryrAdministrator(session: OpenStackSession): Promise<void> {
  await grant(session, {
    project: await ensure(session, { collection: 'projects', key: 'project' }, { name: 'k8s' }),
    user: await ensure(session, { collection: 'users', key: 'user' }, { name: 'kuryr' }),
    role: await ensure(session, { collection: 'roles', key: 'role' }, { name: 'admin' }),
  });
}

/** Makes every identity that the lab needs in a Keystone that was just bootstrapped. */
export async function ensureIdentities(
  session: OpenStackSession,
  secrets: CloudSecrets,
  ports: CataloguePorts,
): Promise<void> {
  const projects = { collection: 'projects', key: 'project' } as const;
  const users = { collection: 'users', key: 'user' } as const;
  const roles = { collection: 'roles', key: 'role' } as const;
  const service = await ensure(session, projects, {
    name: 'service',
    domain_id: 'default',
  } as never);
  const tenant = await ensure(session, projects, { name: 'k8s', domain_id: 'default' } as never);
  const admin = await ensure(session, roles, { name: 'admin' });
  const member = await ensure(session, roles, { name: 'member' });
  const balancers = await ensure(session, roles, { name: 'load-balancer_member' });
  await ensure(session, roles, { name: 'service' });
  for (const name of ['neutron', 'octavia']) {
    const user = await ensure(session, users, {
      name,
      domain_id: 'default',
      password: secrets.service,
    } as never);
    await grant(session, { project: service, user, role: admin });
  }
  const kuryr = await ensure(session, users, {
    name: 'kuryr',
    domain_id: 'default',
    password: secrets.kuryr,
  } as never);
  await grant(session, { project: tenant, user: kuryr, role: member });
  await grant(session, { project: tenant, user: kuryr, role: balancers });
  await register(session, {
    name: 'neutron',
    type: 'network',
    url: `http://${ports.api}:${ports.neutronPort}`,
  });
  await register(session, {
    name: 'octavia',
    type: 'load-balancer',
    url: `http://${ports.api}:${ports.octaviaPort}`,
  });
}
