/**
 * Asks the two APIs of a stack and writes down what it sees, one step after the other. It does not judge.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesAccess, RawRequest } from '../access/kubernetes.ts';
import type { OpenStackSession, ServiceRef, ServiceRequest } from '../access/openstack.ts';
import { StackError } from '../errors.ts';
import { Sanitiser } from './sanitising.ts';
import type { Chapter, Step } from './trace.ts';

const services = {
  keystone: { name: 'keystone', types: ['identity'], stripped: /\/v3\/?$/ },
  neutron: { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ },
  octavia: {
    name: 'octavia',
    types: ['load-balancer'],
    stripped: /\/(v2|v2\.0)(\/lbaas)?\/?$/,
  },
} as const satisfies Record<string, ServiceRef>;

/** A service of the cloud that a script speaks to. */
export type ServiceName = keyof typeof services;

/** JSON as it came. */
export type Json = Readonly<Record<string, unknown>>;

/** What a step has brought. */
export interface Seen {
  readonly status: number;
  readonly body: Json;
}

/** Both APIs of a stack. */
export interface Apis {
  readonly cloud: OpenStackSession;
  readonly kubernetes: KubernetesAccess;
}

/** What of an answer is worth keeping; without it all of it. */
export type Extract = (body: Json) => unknown;

/** How something is waited for. */
export interface Wait {
  readonly until: string;
  readonly withinMs?: number;
}

const everyMs = 200;
const withinMsByDefault = 240_000;
const noBody: Json = {};

/** Records one chapter. */
export class Recorder {
  readonly apis: Apis;
  readonly sanitiser: Sanitiser;
  readonly #chapter: string;
  readonly #steps: Step[] = [];

  constructor(chapter: string, apis: Apis, kept: readonly string[] = []) {
    this.#chapter = chapter;
    this.apis = apis;
    this.sanitiser = new Sanitiser(kept);
  }

  /** What was recorded. */
  get chapter(): Chapter {
    return { chapter: this.#chapter, steps: this.#steps };
  }

  /** Asks a service of the cloud and records the exchange. */
  async ask(
    step: string,
    [service, request]: readonly [ServiceName, ServiceRequest],
    extract?: Extract,
  ): Promise<Seen> {
    const seen = await this.look(service, request);
    this.record(step, [service, request], {
      ...seen,
      ...(extract === undefined ? {} : { extract }),
    });
    return seen;
  }

  /** Records an exchange that has taken place. */
  record(
    step: string,
    [service, request]: readonly [ServiceName, ServiceRequest],
    { extract, ...seen }: Seen & { readonly extract?: Extract },
  ): void {
    const query = Object.entries(request.query ?? {})
      .map(([key, value]) => `${key}=${String(value)}`)
      .join('&');
    this.#note(step, {
      asked: `${service} ${request.method ?? 'GET'} ${request.path}${query === '' ? '' : `?${query}`}`,
      sent: request.body,
      seen,
      extract,
    });
  }

  /** Asks the API server and records the exchange. */
  async askKubernetes(step: string, request: RawRequest, extract?: Extract): Promise<Seen> {
    const seen = await this.lookAtKubernetes(request);
    const type = request.contentType === undefined ? '' : ` (${request.contentType})`;
    this.#note(step, {
      asked: `kubernetes ${request.method ?? 'GET'} ${request.path}${type}`,
      sent: request.body,
      seen,
      extract,
    });
    return seen;
  }

  /** Asks a service of the cloud without a record. */
  async look(service: ServiceName, request: ServiceRequest): Promise<Seen> {
    await this.#nameEndpoints();
    const { status, text } = await this.apis.cloud.answer(services[service], request);
    return { status, body: jsonIn(text) };
  }

  /** Asks the API server without a record. */
  async lookAtKubernetes(request: RawRequest): Promise<Seen> {
    const { status, text } = await this.apis.kubernetes.answer(request);
    return { status, body: jsonIn(text) };
  }

  /** The objects that a watch gives from a version on; the server ends it after a second. */
  async watched(path: string, version: string): Promise<readonly Json[]> {
    const join = path.includes('?') ? '&' : '?';
    const { text } = await this.apis.kubernetes.answer({
      path: `${path}${join}watch=1&resourceVersion=${version}&timeoutSeconds=1`,
    });
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json);
  }

  /** Records an order of states; what repeats itself counts once. */
  states(step: string, order: readonly string[]): void {
    const distinct = order.filter((state, index) => state !== order[index - 1]);
    this.#add({ step, order: distinct.map((state) => this.sanitiser.text(state)) });
  }

  /** Records what became of packets. */
  verdict(step: string, verdict: string): void {
    this.#add({ step, verdict: this.sanitiser.text(verdict) });
  }

  /** Looks again and again until there is something. */
  async wait<T>(
    { until, withinMs = withinMsByDefault }: Wait,
    look: () => Promise<T | undefined>,
  ): Promise<T> {
    for (const end = Date.now() + withinMs; ;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) {
        throw new StackError(
          'PARITY_WAITS',
          `Recording chapter "${this.#chapter}": waited ${withinMs / 1_000} s until ${until}. Look at the stack ("npm run lab -- status"), then record again.`,
        );
      }
      await pause(everyMs);
    }
  }

  /** One cloud gives each service a port, another a path: the whole address stands for the service. */
  async #nameEndpoints(): Promise<void> {
    for (const service of Object.values(services)) {
      this.sanitiser.name(await this.apis.cloud.endpoint(service), 'endpoint');
    }
  }

  #note(
    step: string,
    exchange: {
      readonly asked: string;
      readonly sent: unknown;
      readonly seen: Seen;
      readonly extract: Extract | undefined;
    },
  ): void {
    const { asked, sent, seen, extract } = exchange;
    const { status, body } = seen;
    const kept = extract === undefined || status >= 400 ? body : extract(body);
    this.#add({
      step,
      asked: this.sanitiser.text(asked),
      ...(sent === undefined ? {} : { sent: this.sanitiser.clean(sent) }),
      status,
      ...(body === noBody ? {} : { body: this.sanitiser.clean(kept) }),
    });
  }

  #add(step: Step): void {
    if (this.#steps.some((earlier) => earlier.step === step.step)) {
      throw new StackError(
        'PARITY_SAME_STEP',
        `Recording chapter "${this.#chapter}": two steps are called "${step.step}". Give one another name.`,
      );
    }
    this.#steps.push(step);
  }
}

function jsonIn(text: string): Json {
  if (text === '') return noBody;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Some refusals are plain text or HTML; the form counts too.
    return { text };
  }
}

/** An object in an answer; an empty one when there is none, so that a script can go on after a refusal. */
export function objectIn(body: Json, key: string): Json {
  const value = body[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

/** The objects of a list in an answer. */
export function listIn(body: Json, key: string): readonly Json[] {
  const value = body[key];
  return Array.isArray(value) ? (value as Json[]) : [];
}

/** A text in an answer; empty when there is none. */
export function textIn(body: Json, key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}
