/**
 * What every part of the embedded stack shares: the axes it was made for, its seed, its clock, and the
 * list of requests that nobody knew how to answer.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { KuryrRelease, OpenStackSeries } from '../series.ts';

export { kuryrReleases, type KuryrRelease } from '../series.ts';

/** The choices that a stack is made of; which of them fit together is decided by the profile. */
export interface Axes {
  readonly series: OpenStackSeries;
  readonly kuryr: KuryrRelease;
  readonly octavia: 'ovn' | 'amphora';
  readonly ml2: 'ovn' | 'ovs';
  /** `iptables_hybrid` does not filter trunk subports. */
  readonly firewall: 'ovn' | 'openvswitch' | 'iptables_hybrid';
  readonly podMode: 'nested-vlan' | 'neutron-vif';
  readonly cluster:
    { readonly kind: 'kind' } | { readonly kind: 'openshift'; readonly release: string };
  readonly workers: number;
}

/** A source of numbers that a seed decides. */
export class Random {
  #state: number;

  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readUInt32LE();
  }

  /** A number from 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number between two, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.between(0, 15).toString(16)).join('');
  }

  /** An id in the form of a UUID of version 4. */
  uuid(): string {
    const variant = this.between(8, 11).toString(16);
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }
}

/** A request that no part of the stack knows. */
export interface UnknownRequest {
  readonly server:
    'kubernetes' | 'keystone' | 'neutron' | 'octavia' | 'nova' | 'cinder' | 'glance' | 'runtime';
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The file in which to add an answer, from the root of the project. */
  readonly file: string;
}

/** Collects what nobody knew how to answer; each fails the scenario during which it came. */
export class UnknownRequests {
  readonly #seen: (UnknownRequest & { readonly atMs: number })[] = [];

  report(request: UnknownRequest): string {
    this.#seen.push({ ...request, atMs: Date.now() });
    return `The embedded stack has no answer to ${request.method} ${request.path} of ${request.server}. Add it in ${request.file}.`;
  }

  /** What a person needs to add what is missing. */
  describe({ server, method, path, body, file }: UnknownRequest): string {
    const sent = body === '' ? '' : ` with body ${body.slice(0, 400)}`;
    return `${server} has no answer to ${method} ${path}${sent}. Add it in ${file}.`;
  }

  since(atMs: number): readonly UnknownRequest[] {
    return this.#seen.filter((request) => request.atMs >= atMs);
  }
}

/** The shared ground of one embedded stack. */
export class World {
  readonly axes: Axes;
  readonly seed: string;
  readonly unknown = new UnknownRequests();
  /** Ends all that the stack has going on. */
  readonly closing: AbortSignal;
  readonly #lines: string[] = [];

  constructor(axes: Axes, options: { readonly seed: string; readonly closing: AbortSignal }) {
    this.axes = axes;
    this.seed = options.seed;
    this.closing = options.closing;
  }

  /** A source of its own for each user, so that their order of use does not matter. */
  random(purpose: string): Random {
    return new Random(`${this.seed}/${purpose}`);
  }

  /** The time as APIs write it, to the second, without zone letters of Python's style. */
  now(): string {
    return new Date().toISOString().slice(0, 19);
  }

  /** Waits; rejects with an AbortError when the stack closes. */
  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    const ends = signal === undefined ? this.closing : AbortSignal.any([this.closing, signal]);
    await pause(ms, undefined, { signal: ends, ref: false });
  }

  /** Notes a line for the evidence of a failing scenario. */
  log(part: string, text: string): void {
    this.#lines.push(`${new Date().toISOString()} ${part}: ${text}`);
    if (this.#lines.length > keptLines) this.#lines.splice(0, keptLines / 4);
  }

  /** The parts that have noted anything. */
  parts(): readonly string[] {
    return [...new Set(this.#lines.map((line) => /^\S+ ([^:]*):/.exec(line)?.[1] ?? ''))];
  }

  /** The noted lines of a part, oldest first. */
  linesOf(part: string): readonly string[] {
    return this.#lines.filter((line) => line.slice(25).startsWith(`${part}:`));
  }
}

const keptLines = 20_000;
