/**
 * The client of Cinder, which is asked for nothing but what a project may use.
 */
import type { OpenStackSession, ServiceRef } from '#env';
import { z } from 'zod';
import type { Quota } from './neutron.ts';
import { quotasIn } from './nova.ts';

const service: ServiceRef = { name: 'cinder', types: ['block-storage', 'volumev3', 'volume'] };

/** The client of Cinder. */
export class Cinder {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  /** The quotas of a project with what is used of them, by resource. */
  async quotas(projectId: string, signal?: AbortSignal): Promise<Record<string, Quota>> {
    const body = await this.#session.send(service, {
      path: `/os-quota-sets/${projectId}`,
      query: { usage: 'True' },
      ...(signal === undefined ? {} : { signal }),
    });
    return quotasIn(
      z.looseObject({ quota_set: z.record(z.string(), z.unknown()) }).parse(body).quota_set,
    );
  }
}
