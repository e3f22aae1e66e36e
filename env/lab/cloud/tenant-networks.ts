/**
 * Objects of Neutron that the lab makes in the tenant's project: each is found by its name before it is
 * made, so that an interrupted `up` goes on where it stopped.
 */
import { z } from 'zod';
import { StackError } from '../../errors.ts';

import type { OpenStackSession, ServiceRef } from '../../access/openstack.ts';

const neutron: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ };

/** The form of every object that the lab looks at. */
export const item = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  status: z.string().optional(),
  mac_address: z.string().optional(),
  cidr: z.string().optional(),
  provisioning_status: z.string().optional(),
  fixed_ips: z.array(z.looseObject({ subnet_id: z.string(), ip_address: z.string() })).optional(),
});

/** An object of Neutron or Octavia, as far as the lab looks at it. */
export type CloudObject = z.output<typeof item>;

/** A request body, or a part of one. */
export type Body = Readonly<Record<string, unknown>>;

/** Takes the one object out of an answer such as {"port": {...}}. */
export function objectIn(answer: unknown, key: string): CloudObject {
  const object = z.record(z.string(), item).parse(answer)[key];
  if (object !== undefined) return object;
  throw new StackError('LAB_UNEXPECTED_ANSWER', `Making a ${key}: the cloud's answer holds none.`);
}

/** Finds and makes objects by name in one project. */
export class TenantNetworks {
  readonly #session: OpenStackSession;
  readonly #project: string;

  constructor(session: OpenStackSession, project: string) {
    this.#session = session;
    this.#project = project;
  }

  /** Sets quotas of the project, all in one call as "openstack quota set" does. */
  async grant(quotas: Readonly<Record<string, number>>): Promise<void> {
    await this.#session.send(neutron, {
      method: 'PUT',
      path: `/v2.0/quotas/${this.#project}`,
      body: { quota: quotas },
    });
  }

  /** Finds an object of Neutron by name. */
  async find(collection: string, name: string): Promise<CloudObject | undefined> {
    const key = collection.replaceAll('-', '_');
    const found = await this.#session.list(neutron, {
      path: `/v2.0/${collection}`,
      key,
      item,
      query: { name },
    });
    return found[0];
  }

  /** Finds an object of Neutron by name or makes it in the tenant's project. */
  async ensure(collection: string, name: string, body: Body = {}): Promise<CloudObject> {
    const found = await this.find(collection, name);
    if (found !== undefined) return found;
    const key = collection.replaceAll('-', '_').replace(/s$/, '');
    const answer = await this.#session.send(neutron, {
      method: 'POST',
      path: `/v2.0/${collection}`,
      body: { [key]: { name, project_id: this.#project, ...body } },
    });
    return objectIn(answer, key);
  }

  /** Attaches a subnet to a router unless it is attached. */
  async attach(router: CloudObject, subnet: CloudObject): Promise<void> {
    const ports = await this.#session.list(neutron, {
      path: '/v2.0/ports',
      key: 'ports',
      item,
      query: { device_id: router.id },
    });
    if (ports.some((port) => port.fixed_ips?.some((ip) => ip.subnet_id === subnet.id) === true))
      return;
    await this.#session.send(neutron, {
      method: 'PUT',
      path: `/v2.0/routers/${router.id}/add_router_interface`,
      body: { subnet_id: subnet.id },
    });
  }

  /** Makes a security group whose ingress rules are exactly the given ones plus Neutron's egress rules. */
  async securityGroup(name: string, rules: readonly Body[]): Promise<CloudObject> {
    const found = await this.find('security-groups', name);
    const group = found ?? (await this.ensure('security-groups', name));
    const existing = await this.#session.list(neutron, {
      path: '/v2.0/security-group-rules',
      key: 'security_group_rules',
      item,
      query: { security_group_id: group.id, direction: 'ingress' },
    });
    for (const rule of rules.slice(existing.length)) {
      await this.#session.send(neutron, {
        method: 'POST',
        path: '/v2.0/security-group-rules',
        body: {
          security_group_rule: {
            security_group_id: group.id,
            project_id: this.#project,
            direction: 'ingress',
            ethertype: 'IPv4',
            ...rule,
          },
        },
      });
    }
    return group;
  }

  /** Replaces the tags of an object. */
  async tag(collection: string, id: string, tags: readonly string[]): Promise<void> {
    await this.#session.send(neutron, {
      method: 'PUT',
      path: `/v2.0/${collection}/${id}/tags`,
      body: { tags },
    });
  }
}
