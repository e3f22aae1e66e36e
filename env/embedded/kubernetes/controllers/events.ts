/**
 * Events about objects; the same event again only counts up.
 */
import { type Event, type KubeObject, moment } from '../objects.ts';
import type { Ground } from './loop.ts';

/** What happened to an object. */
export interface Happening {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Such as "spec.containers{prober}". */
  readonly fieldPath?: string;
}

/** Writes events in the name of one component. */
export class Recorder {
  readonly #ground: Ground;
  readonly #source: { component: string; host?: string };
  readonly #names = new Map<string, string>();

  constructor(ground: Ground, component: string, host?: string) {
    this.#ground = ground;
    this.#source = { component, ...(host === undefined ? {} : { host }) };
  }

  note(about: KubeObject, { type = 'Normal', reason, message, fieldPath }: Happening): void {
    const { api } = this.#ground;
    const kind = api.kind('v1', 'Event');
    const { name, uid, resourceVersion } = about.metadata;
    const namespace = about.metadata.namespace ?? 'default';
    const key = [uid, type, reason, message].join('\n');
    const known = this.#names.get(key);
    const now = moment();
    const counted =
      known !== undefined &&
      api.change<Event>(kind, { namespace, name: known }, (event) => {
        event.count = (event.count ?? 1) + 1;
        event.lastTimestamp = now;
      }) !== undefined;
    if (counted) return;
    const place = about.metadata.namespace === undefined ? {} : { namespace };
    const involvedObject = { kind: about.kind, apiVersion: about.apiVersion, name, uid, ...place };
    const draft = {
      metadata: { name: `${name}.${api.nameAfter('17')}`, namespace },
      involvedObject: {
        ...involvedObject,
        resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      ...{ type, reason, message, source: this.#source, count: 1 },
      ...{ firstTimestamp: now, lastTimestamp: now, eventTime: null },
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    };
    this.#remember(key, () => api.create(kind, draft).metadata.name);
  }

  /** A namespace that is gone takes no events. */
  #remember(key: string, make: () => string): void {
    try {
      this.#names.set(key, make());
    } catch (error) {
      this.#ground.world.log('kubernetes', `event lost: ${(error as Error).message}`);
    }
    if (this.#names.size > 2_000) this.#names.delete(this.#names.keys().next().value ?? '');
  }
}
