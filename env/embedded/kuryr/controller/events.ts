/**
 * Events that Kuryr's programs write about Kubernetes objects, from Yoga on.
 */
import type { World } from '../../world.ts';
import type { Kube } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import { pathOf, type Resource } from '../api/resources.ts';

/** What an event says. */
export interface Occurrence {
  readonly reason: string;
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
}

/** Writes events without keeping anybody waiting. */
export class Events {
  readonly #kube: Kube;
  readonly #world: World;
  readonly #source: { readonly component: string; readonly host: string };
  readonly #isEnabled: boolean;

  constructor(
    kube: Kube,
    world: World,
    options: { readonly component: string; readonly host: string; readonly isEnabled: boolean },
  ) {
    this.#kube = kube;
    this.#world = world;
    this.#source = { component: options.component, host: options.host };
    this.#isEnabled = options.isEnabled;
  }

  /** Tells something about an object; a refusal by the API is only logged. */
  add(about: Pick<Resource, 'apiVersion' | 'kind' | 'metadata'>, what: Occurrence): void {
    const { name, namespace, uid } = about.metadata;
    this.#world.log(
      this.#source.component,
      `Event ${what.reason} on ${about.kind} ${name}: ${what.message}`,
    );
    if (!this.#isEnabled || namespace === undefined) return;
    const now = new Date();
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.#stamp(now)}`, namespace },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
      reason: what.reason,
      message: what.message,
      type: what.type ?? 'Normal',
      firstTimestamp: now.toISOString().replace(/\.\d+Z$/, 'Z'),
      source: this.#source,
    };
    const path = pathOf({ ...kinds.pods, plural: 'events' }, { namespace });
    this.#kube.send({ method: 'POST', path, body: event }).catch((error: unknown) => {
      this.#world.log(this.#source.component, `Event ${what.reason}: ${(error as Error).message}`);
    });
  }

  #last = 0n;

  /** Hexadecimal and never the same twice. */
  #stamp(now: Date): string {
    const nanoseconds = BigInt(now.getTime()) * 1_000_000n;
    this.#last = nanoseconds > this.#last ? nanoseconds : this.#last + 1n;
    return this.#last.toString(16);
  }
}
