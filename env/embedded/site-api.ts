/**
 * Makes objects of the cloud through its own APIs, as the administrator who prepares a cloud for Kuryr
 * does.
 */
import { z } from 'zod';
import type { OpenStackSession, ServiceRef } from '../access/openstack.ts';
import { StackError } from '../errors.ts';

const services = {
  neutron: { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ },
  octavia: { name: 'octavia', types: ['load-balancer'], stripped: /\/v2(\.0)?\/?$/ },
  nova: { name: 'nova', types: ['compute'] },
  cinder: { name: 'cinder', types: ['block-storage'] },
} as const satisfies Record<string, ServiceRef>;

const made = z.looseObject({
  id: z.string(),
  mac_address: z.string().default(''),
  provisioning_status: z.string().default(''),
  status: z.string().default(''),
  mtu: z.number().default(0),
  cidr: z.string().default(''),
});

/** What was made, as far as anybody here looks at it. */
export type Made = z.output<typeof made>;

/** A request body, or a part of one. */
export type Body = Readonly<Record<string, unknown>>;

/** Where something is made. */
export interface Place {
  readonly service: keyof typeof services;
  readonly path: string;
  /** The key of the object in request and answer. */
  readonly key: string;
}

/** The APIs of one cloud in the hands of its administrator. */
export class SiteApi {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  async make({ service, path, key }: Place, body: Body): Promise<Made> {
    const answer = await this.#session.send(services[service], {
      method: 'POST',
      path,
      body: { [key]: body },
    });
    return objectIn(answer, key);
  }

  async put({ service, path }: Omit<Place, 'key'>, body?: Body): Promise<void> {
    await this.#session.send(services[service], {
      method: 'PUT',
      path,
      ...(body === undefined ? {} : { body }),
    });
  }

  async get({ service, path, key }: Place): Promise<Made> {
    return objectIn(await this.#session.send(services[service], { path }), key);
  }
}

function objectIn(answer: unknown, key: string): Made {
  const object = z.record(z.string(), made).parse(answer)[key];
  if (object !== undefined) return object;
  throw new StackError('STACK_NOT_STARTED', `Making a ${key}: the cloud's answer holds none.`);
}
