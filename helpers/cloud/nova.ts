/**
 * The client of Nova as far as Kuryr's stack is concerned: what a project may use, the machines, and the
 * hypervisors that they run on. It only reads.
 */
import { isNotFound, type OpenStackSession, type ServiceRef } from '#env';
import { z } from 'zod';
import type { Quota } from './neutron.ts';

const service: ServiceRef = {
  name: 'nova',
  types: ['compute'],
  stripped: /\/v2(\.\d+)?(\/[0-9a-f]{32})?$/,
};

const quotaForm = z.looseObject({ limit: z.number(), in_use: z.number() });
const detailForm = z.looseObject({ quota_set: z.record(z.string(), z.unknown()) });

const serverForm = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  tenant_id: z.string(),
});

const hypervisorForm = z.looseObject({
  hypervisor_hostname: z.string(),
  state: z.string().default('up'),
  status: z.string().default('enabled'),
  free_ram_mb: z.number().nullish(),
});

/** A machine as Nova gives it. */
export type NovaServer = z.output<typeof serverForm>;

/** A hypervisor as Nova gives it to an administrator. */
export type NovaHypervisor = z.output<typeof hypervisorForm>;

/** The client of Nova. */
export class Nova {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  /** The quotas of a project with what is used of them, by resource. */
  async quotas(projectId: string, signal?: AbortSignal): Promise<Record<string, Quota>> {
    const body = await this.#session.send(service, {
      path: `/v2.1/os-quota-sets/${projectId}/detail`,
      ...(signal === undefined ? {} : { signal }),
    });
    return quotasIn(detailForm.parse(body).quota_set);
  }

  /** Reads one machine of any project; undefined when it does not exist. */
  async server(id: string, signal?: AbortSignal): Promise<NovaServer | undefined> {
    try {
      const body = await this.#session.send(service, {
        path: `/v2.1/servers/${id}`,
        ...(signal === undefined ? {} : { signal }),
      });
      return z.looseObject({ server: serverForm }).parse(body).server;
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** The hypervisors, which only administrators see. */
  async hypervisors(signal?: AbortSignal): Promise<NovaHypervisor[]> {
    return this.#session.list(service, {
      path: '/v2.1/os-hypervisors/detail',
      key: 'hypervisors',
      item: hypervisorForm,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Takes the quotas out of a quota set of Nova or Cinder; what has no count of use is left out. */
export function quotasIn(set: Readonly<Record<string, unknown>>): Record<string, Quota> {
  return Object.fromEntries(
    Object.entries(set).flatMap(([resource, value]): [string, Quota][] => {
      const parsed = quotaForm.safeParse(value);
      return parsed.success
        ? [[resource, { limit: parsed.data.limit, used: parsed.data.in_use }]]
        : [];
    }),
  );
}
