/**
 * The client of Neutron v2.0: lists with filters, reads, and the few changes by which a scenario
 * prepares or disturbs a network. What it makes carries the tag of the run.
 */
import { isNotFound, type OpenStackSession, type Query, type ServiceRef, StackError } from '#env';
import { z } from 'zod';
import {
  type NeutronCollection,
  neutronForms,
  type NeutronFloatingIp,
  type NeutronItem,
  type NeutronNetwork,
  type NeutronPort,
  type NeutronRouter,
  type NeutronSecurityGroup,
  type NeutronSecurityGroupRule,
  type NeutronSubnet,
  type NeutronTrunk,
  quotasForm,
} from './neutron-forms.ts';

const service: ServiceRef = { name: 'neutron', types: ['network'], stripped: /\/v2\.0$/ };

/** Neutron's own collections that take tags; rules and agents do not. */
const taggable: readonly NeutronCollection[] = [
  'ports',
  'networks',
  'subnets',
  'trunks',
  'security-groups',
  'floatingips',
  'routers',
];

/** How much of a quota there is; a limit below zero means none. */
export interface Quota {
  readonly limit: number;
  readonly used: number;
}

/** The client of Neutron. */
export class Neutron {
  readonly #session: OpenStackSession;
  readonly #tag: string;

  constructor(session: OpenStackSession, tag: string) {
    this.#session = session;
    this.#tag = tag;
  }

  /** Lists a collection; the filter uses Neutron's own parameter names. */
  async list<C extends NeutronCollection>(
    collection: C,
    filter: Query = {},
    signal?: AbortSignal,
  ): Promise<NeutronItem<C>[]> {
    const { key, form } = neutronForms[collection];
    return (await this.#session.list(service, {
      path: `/v2.0/${collection}`,
      key,
      item: form as z.ZodType,
      query: filter,
      ...(signal === undefined ? {} : { signal }),
    })) as NeutronItem<C>[];
  }

  /** Reads one object; undefined when it does not exist. */
  async find<C extends NeutronCollection>(
    collection: C,
    id: string,
    signal?: AbortSignal,
  ): Promise<NeutronItem<C> | undefined> {
    try {
      const body = await this.#session.send(service, {
        path: `/v2.0/${collection}/${id}`,
        ...(signal === undefined ? {} : { signal }),
      });
      return this.#one(collection, body);
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  ports(filter?: Query, signal?: AbortSignal): Promise<NeutronPort[]> {
    return this.list('ports', filter, signal);
  }

  port(id: string, signal?: AbortSignal): Promise<NeutronPort | undefined> {
    return this.find('ports', id, signal);
  }

  networks(filter?: Query, signal?: AbortSignal): Promise<NeutronNetwork[]> {
    return this.list('networks', filter, signal);
  }

  network(id: string, signal?: AbortSignal): Promise<NeutronNetwork | undefined> {
    return this.find('networks', id, signal);
  }

  subnets(filter?: Query, signal?: AbortSignal): Promise<NeutronSubnet[]> {
    return this.list('subnets', filter, signal);
  }

  subnet(id: string, signal?: AbortSignal): Promise<NeutronSubnet | undefined> {
    return this.find('subnets', id, signal);
  }

  trunks(filter?: Query, signal?: AbortSignal): Promise<NeutronTrunk[]> {
    return this.list('trunks', filter, signal);
  }

  trunk(id: string, signal?: AbortSignal): Promise<NeutronTrunk | undefined> {
    return this.find('trunks', id, signal);
  }

  securityGroups(filter?: Query, signal?: AbortSignal): Promise<NeutronSecurityGroup[]> {
    return this.list('security-groups', filter, signal);
  }

  securityGroup(id: string, signal?: AbortSignal): Promise<NeutronSecurityGroup | undefined> {
    return this.find('security-groups', id, signal);
  }

  securityGroupRules(filter?: Query, signal?: AbortSignal): Promise<NeutronSecurityGroupRule[]> {
    return this.list('security-group-rules', filter, signal);
  }

  floatingIps(filter?: Query, signal?: AbortSignal): Promise<NeutronFloatingIp[]> {
    return this.list('floatingips', filter, signal);
  }

  floatingIp(id: string, signal?: AbortSignal): Promise<NeutronFloatingIp | undefined> {
    return this.find('floatingips', id, signal);
  }

  routers(filter?: Query, signal?: AbortSignal): Promise<NeutronRouter[]> {
    return this.list('routers', filter, signal);
  }

  /** The aliases of the extensions that are loaded. */
  async extensions(signal?: AbortSignal): Promise<string[]> {
    return (await this.list('extensions', {}, signal)).map(({ alias }) => alias);
  }

  /** The quotas of a project, by resource; those without a count of use are left out. */
  async quotas(projectId: string, signal?: AbortSignal): Promise<Record<string, Quota>> {
    const body = await this.#session.send(service, {
      path: `/v2.0/quotas/${projectId}/details`,
      ...(signal === undefined ? {} : { signal }),
    });
    const counted = z.looseObject({ limit: z.number(), used: z.number() });
    return Object.fromEntries(
      Object.entries(quotasForm.parse(body).quota).flatMap(
        ([resource, value]): [string, Quota][] => {
          const parsed = counted.safeParse(value);
          return parsed.success
            ? [[resource, { limit: parsed.data.limit, used: parsed.data.used }]]
            : [];
        },
      ),
    );
  }

  /** Changes limits of a project, by resource; it takes an administrator. */
  async setQuota(projectId: string, limits: Readonly<Record<string, number>>): Promise<void> {
    await this.#session.send(service, {
      method: 'PUT',
      path: `/v2.0/quotas/${projectId}`,
      body: { quota: limits },
    });
  }

  /** Makes an object and gives it the tag of the run, so that `sweep` finds it. */
  async create<C extends NeutronCollection>(
    collection: C,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<NeutronItem<C>> {
    const body = await this.#session.send(service, {
      method: 'POST',
      path: `/v2.0/${collection}`,
      body: { [neutronForms[collection].one]: attributes },
    });
    const made = this.#one(collection, body);
    if (taggable.includes(collection)) {
      await this.#session.send(service, {
        method: 'PUT',
        path: `/v2.0/${collection}/${made.id as string}/tags`,
        body: { tags: [this.#tag] },
      });
    }
    return made;
  }

  /** Adds a tag to an object beside those that it has. */
  async addTag(collection: NeutronCollection, id: string, tag: string): Promise<void> {
    await this.#session.send(service, {
      method: 'PUT',
      path: `/v2.0/${collection}/${id}/tags/${encodeURIComponent(tag)}`,
    });
  }

  /** Changes attributes of an object. */
  async update<C extends NeutronCollection>(
    collection: C,
    id: string,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<NeutronItem<C>> {
    const body = await this.#session.send(service, {
      method: 'PUT',
      path: `/v2.0/${collection}/${id}`,
      body: { [neutronForms[collection].one]: attributes },
    });
    return this.#one(collection, body);
  }

  /** Deletes an object; one that is already gone is no error. */
  async remove(collection: NeutronCollection, id: string): Promise<void> {
    try {
      await this.#session.send(service, { method: 'DELETE', path: `/v2.0/${collection}/${id}` });
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  }

  #one<C extends NeutronCollection>(collection: C, body: unknown): NeutronItem<C> {
    const { one, form } = neutronForms[collection];
    const parsed = z.looseObject({ [one]: form }).safeParse(body);
    if (!parsed.success) {
      throw new StackError(
        'NEUTRON_UNEXPECTED_BODY',
        `Reading a ${one.replaceAll('_', ' ')} of Neutron: the answer has another form than expected: ${z.prettifyError(parsed.error)}`,
      );
    }
    return (parsed.data as Record<string, unknown>)[one] as NeutronItem<C>;
  }
}
