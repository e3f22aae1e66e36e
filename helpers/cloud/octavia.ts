/**
 * The client of Octavia v2: lists with filters, reads, the status tree, and removal, by which a
 * scenario disturbs what Kuryr has made.
 */
import {
  isNotFound,
  OpenStackError,
  type OpenStackSession,
  type Query,
  type ServiceRef,
  StackError,
} from '#env';
import { z } from 'zod';
import {
  amphoraForm,
  memberForm,
  type OctaviaAmphora,
  type OctaviaCollection,
  octaviaForms,
  type OctaviaItem,
  type OctaviaListener,
  type OctaviaLoadBalancer,
  type OctaviaMember,
  type OctaviaPool,
  providerForm,
} from './octavia-forms.ts';

const service: ServiceRef = {
  name: 'octavia',
  types: ['load-balancer', 'load_balancer'],
  // Catalogues differ in how much of the path they carry.
  stripped: /\/(v2|v2\.0)(\/lbaas)?$/,
};

const root = '/v2/lbaas';

/** A version of Octavia's API, such as [2, 13]. */
export type ApiVersion = readonly [major: number, minor: number];

const versionsForm = z.looseObject({ versions: z.array(z.looseObject({ id: z.string() })) });

function numbersIn(fields: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
  );
}

/** What Octavia answered to somebody who wanted to make something. */
export interface Attempt {
  readonly status: number;
  /** What it said in words; empty when it did as it was asked. */
  readonly said: string;
  /** The id of what was made. */
  readonly id: string | undefined;
}

/** The client of Octavia. */
export class Octavia {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  /** Lists a collection; the filter uses Octavia's own parameter names. */
  async list<C extends OctaviaCollection>(
    collection: C,
    filter: Query = {},
    signal?: AbortSignal,
  ): Promise<OctaviaItem<C>[]> {
    const { key, form } = octaviaForms[collection];
    return (await this.#session.list(service, {
      path: `${root}/${collection}`,
      key,
      item: form as z.ZodType,
      query: filter,
      ...(signal === undefined ? {} : { signal }),
    })) as OctaviaItem<C>[];
  }

  loadBalancers(filter?: Query, signal?: AbortSignal): Promise<OctaviaLoadBalancer[]> {
    return this.list('loadbalancers', filter, signal);
  }

  /** Reads one load balancer; undefined when it does not exist. */
  async loadBalancer(id: string, signal?: AbortSignal): Promise<OctaviaLoadBalancer | undefined> {
    const body = await this.#find(`${root}/loadbalancers/${id}`, signal);
    return body === undefined
      ? undefined
      : z.looseObject({ loadbalancer: octaviaForms.loadbalancers.form }).parse(body).loadbalancer;
  }

  listeners(filter?: Query, signal?: AbortSignal): Promise<OctaviaListener[]> {
    return this.list('listeners', filter, signal);
  }

  pools(filter?: Query, signal?: AbortSignal): Promise<OctaviaPool[]> {
    return this.list('pools', filter, signal);
  }

  /** The members of a pool; none when the pool has gone meanwhile. */
  async members(poolId: string, signal?: AbortSignal): Promise<OctaviaMember[]> {
    try {
      return await this.#session.list(service, {
        path: `${root}/pools/${poolId}/members`,
        key: 'members',
        item: memberForm,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (isNotFound(error)) {
        return [];
      }
      throw error;
    }
  }

  /** The amphorae, which only administrators see; none where the amphora driver is not installed. */
  async amphorae(filter: Query = {}, signal?: AbortSignal): Promise<OctaviaAmphora[]> {
    return this.#session.list(service, {
      path: '/v2/octavia/amphorae',
      key: 'amphorae',
      item: amphoraForm,
      query: filter,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The names of the providers; undefined on an Octavia that cannot list them. */
  async providers(signal?: AbortSignal): Promise<string[] | undefined> {
    const body = await this.#find(`${root}/providers`, signal);
    return body === undefined
      ? undefined
      : z
          .looseObject({ providers: z.array(providerForm) })
          .parse(body)
          .providers.map(({ name }) => name);
  }

  /** The greatest version of the API, whatever status it has: Kuryr does not look at the status either. */
  async apiVersion(signal?: AbortSignal): Promise<ApiVersion> {
    const document = versionsForm.parse(await this.#find('/', signal));
    const versions = document.versions
      .map(({ id }) => /^v?(\d+)\.(\d+)$/.exec(id))
      .filter((match) => match !== null)
      .map((match): ApiVersion => [Number(match[1]), Number(match[2])])
      .sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    if (versions[0] !== undefined) return versions[0];
    throw new StackError(
      'OCTAVIA_WITHOUT_VERSION',
      'Reading the version document of Octavia: it lists no version. Check the endpoint in the catalogue.',
    );
  }

  /** The quotas of a project, by resource; a limit below zero means none. */
  async quotas(projectId: string, signal?: AbortSignal): Promise<Record<string, number>> {
    const body = await this.#session.send(service, {
      path: `${root}/quotas/${projectId}`,
      ...(signal === undefined ? {} : { signal }),
    });
    return numbersIn(z.looseObject({ quota: z.record(z.string(), z.unknown()) }).parse(body).quota);
  }

  /** Changes limits of a project, by resource; it takes an administrator. */
  async setQuota(projectId: string, limits: Readonly<Record<string, number>>): Promise<void> {
    await this.#session.send(service, {
      method: 'PUT',
      path: `${root}/quotas/${projectId}`,
      body: { quota: limits },
    });
  }

  /** The status of a load balancer and everything below it, as Octavia words it. */
  async statusTree(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#find(`${root}/loadbalancers/${id}/status`, signal);
  }

  /** Tries to make something that Kuryr knows nothing of; a refusal is an answer and no error. */
  async attempt(
    collection: OctaviaCollection,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<Attempt> {
    const { one } = octaviaForms[collection];
    try {
      const body = await this.#session.send(service, {
        method: 'POST',
        path: `${root}/${collection}`,
        body: { [one]: attributes },
      });
      const made = z.looseObject({ [one]: z.looseObject({ id: z.string() }) }).parse(body);
      return { status: 201, said: '', id: made[one]?.id };
    } catch (error) {
      if (error instanceof OpenStackError) {
        return { status: error.status, said: error.said, id: undefined };
      }
      throw error;
    }
  }

  /** Deletes a load balancer with everything below it; one that is already gone is no error. */
  async removeLoadBalancer(id: string): Promise<void> {
    await this.#remove(`${root}/loadbalancers/${id}`, { cascade: true });
  }

  /** Deletes a listener behind Kuryr's back; one that is already gone is no error. */
  async removeListener(id: string): Promise<void> {
    await this.#remove(`${root}/listeners/${id}`);
  }

  /** Deletes a pool behind Kuryr's back; one that is already gone is no error. */
  async removePool(id: string): Promise<void> {
    await this.#remove(`${root}/pools/${id}`);
  }

  /** Deletes a member behind Kuryr's back; one that is already gone is no error. */
  async removeMember(poolId: string, id: string): Promise<void> {
    await this.#remove(`${root}/pools/${poolId}/members/${id}`);
  }

  async #find(path: string, signal?: AbortSignal): Promise<unknown> {
    try {
      return await this.#session.send(service, {
        path,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async #remove(path: string, query: Query = {}): Promise<void> {
    try {
      await this.#session.send(service, { method: 'DELETE', path, query });
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  }
}
