/**
 * What every chapter is given, and the marks by which `sweep` finds what it makes.
 */
import type { ServiceRequest } from '../../access/openstack.ts';
import { tagFor } from '../../labels.ts';
import type { Profile } from '../../profile.ts';
import type { Stack } from '../../stack.ts';
import {
  type Apis,
  type Json,
  objectIn,
  type Recorder,
  type ServiceName,
  textIn,
} from '../recorder.ts';

/** What every chapter is given. */
export interface Scene {
  readonly apis: Apis;
  readonly stack: Stack;
  readonly profile: Profile;
  readonly runId: string;
}

/** Speaks to one service of the cloud. */
export class CloudScript {
  readonly recorder: Recorder;
  readonly #service: ServiceName;
  readonly #runId: string;

  constructor(recorder: Recorder, service: ServiceName, runId: string) {
    this.recorder = recorder;
    this.#service = service;
    this.#runId = runId;
    recorder.sanitiser.name(runId, 'run');
  }

  /** Reads. */
  async get(step: string, path: string, query?: ServiceRequest['query']): Promise<Json> {
    const request = { path, ...(query === undefined ? {} : { query }) };
    return (await this.recorder.ask(step, [this.#service, request])).body;
  }

  /** Makes an object and gives its id; what can bear tags bears the run's at once or right afterwards. */
  async make(step: string, [path, key]: readonly [string, string], body: Json): Promise<string> {
    const answer = await this.post(step, path, { [key]: body });
    const id = textIn(objectIn(answer, key), 'id');
    this.recorder.sanitiser.name(id, step);
    const shelf = path.split('/').at(-1) ?? '';
    if (id !== '' && this.#service === 'neutron' && taggable.has(shelf)) {
      await this.recorder.look('neutron', {
        method: 'PUT',
        path: `/v2.0/${shelf}/${id}/tags`,
        body: { tags: [this.tag] },
      });
    }
    // What was refused has no id; later steps then ask for something that is not there.
    return id === '' ? 'refused' : id;
  }

  async post(step: string, path: string, body: unknown): Promise<Json> {
    const request = { method: 'POST', path, body } as const;
    return (await this.recorder.ask(step, [this.#service, request])).body;
  }

  async put(step: string, path: string, body?: unknown): Promise<Json> {
    const request = { method: 'PUT', path, ...(body === undefined ? {} : { body }) } as const;
    return (await this.recorder.ask(step, [this.#service, request])).body;
  }

  async delete(step: string, path: string, query?: ServiceRequest['query']): Promise<void> {
    const request = {
      method: 'DELETE',
      path,
      ...(query === undefined ? {} : { query }),
    } as const;
    await this.recorder.ask(step, [this.#service, request]);
  }

  /** The tag of the run. */
  get tag(): string {
    return tagFor(this.#runId);
  }
}

const taggable: ReadonlySet<string> = new Set([
  'networks',
  'subnets',
  'ports',
  'trunks',
  'routers',
  'floatingips',
  'security-groups',
]);
