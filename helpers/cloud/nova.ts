/**
 * The client of Nova, as far as this project looks at it: whose a virtual machine is.
 */
import { isNotFound, type OpenStackSession, type ServiceRef } from '#env';
import { z } from 'zod';

const service: ServiceRef = {
  name: 'nova',
  types: ['compute'],
  stripped: /\/v2(\.\d+)?(\/[0-9a-f]{32})?$/,
};

const serverForm = z.looseObject({
  server: z.looseObject({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    tenant_id: z.string(),
  }),
});

/** A virtual machine as Nova gives it. */
export type NovaServer = z.output<typeof serverForm>['server'];

/** The client of Nova. */
export class Nova {
  readonly #session: OpenStackSession;

  constructor(session: OpenStackSession) {
    this.#session = session;
  }

  /** Reads a virtual machine; undefined when it does not exist. */
  async server(id: string, signal?: AbortSignal): Promise<NovaServer | undefined> {
    try {
      const body = await this.#session.send(service, {
        path: `/v2.1/servers/${id}`,
        ...(signal === undefined ? {} : { signal }),
      });
      return serverForm.parse(body).server;
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }
}
