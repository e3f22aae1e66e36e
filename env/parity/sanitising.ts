/**
 * Takes out of a recording what is different at each run and what nobody else may read: ids, addresses,
 * times, versions of objects, hosts, tokens. What the script has made keeps a stable name.
 */
import { redact } from '../redaction.ts';

const patterns: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\/[^/\s"'?]+/g, '<endpoint>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b[0-9a-f]{64}\b/g, '<digest>'],
  [/\b[0-9a-f]{32}\b/g, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  [/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, '<mac>'],
  [/\bcontinue=[\w%.=-]{16,}/g, 'continue=<token>'],
];

const address = /\b\d{1,3}(\.\d{1,3}){3}\b(\/\d{1,2})?/g;

/** Fields that say nothing beyond that they are there; their values are told by their type alone. */
const volatile: Readonly<Record<string, string>> = {
  resourceVersion: '<version>',
  selfLink: '<link>',
  continue: '<token>',
  'binding:host_id': '<host>',
  hostIP: '<address>',
  nodeName: '<node>',
  podNodeName: '<node>',
  host: '<host>',
  host_name: '<host>',
};

/** Fields of the bookkeeping of servers, which no client of this project reads. */
const dropped: ReadonlySet<string> = new Set(['managedFields', 'audit_ids']);

/** The names of what a script has made, in place of ids. */
export class Sanitiser {
  readonly #names = new Map<string, string>();
  readonly #kept: ReadonlySet<string>;

  /** Addresses that the script itself chooses are kept. */
  constructor(kept: readonly string[]) {
    this.#kept = new Set(kept);
  }

  /** Gives something a stable name from now on. */
  name(value: string, name: string): void {
    if (value !== '') this.#names.set(value, `<${name}>`);
  }

  /** The value as it goes into a recording. */
  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.clean(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !dropped.has(key))
        .map(([key, each]) => [this.text(key), this.#field(key, each)]),
    );
  }

  /** A text as it goes into a recording. */
  text(value: string): string {
    let clean = value;
    // Longest first: the name of a run is part of other names.
    for (const [raw, name] of [...this.#names].sort(([a], [b]) => b.length - a.length)) {
      clean = clean.replaceAll(raw, name);
    }
    for (const [pattern, name] of patterns) clean = clean.replace(pattern, name);
    clean = clean.replace(address, (found, _octet, prefix: string | undefined) => {
      if (this.#kept.has(found)) return found;
      return prefix === undefined ? '<address>' : '<cidr>';
    });
    return redact(clean);
  }

  #field(key: string, value: unknown): unknown {
    const name = volatile[key];
    return name !== undefined && typeof value === 'string' && value !== ''
      ? name
      : this.clean(value);
  }
}
