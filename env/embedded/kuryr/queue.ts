/**
 * Work on objects by key: one worker per key, all keys at once, and a failed look is repeated with
 * growing pauses until the release's retry window is over.
 */
import { OpenStackError } from '../../access/openstack-error.ts';
import type { World } from '../world.ts';
import { KubeRefusal } from './api/kube.ts';
import { traceOf } from '../trace.ts';

/** What is needed is not there yet; the next look may find it. */
export class NotReady extends Error {}

/** A fault of Kuryr's own code: its handler reports itself dead. */
export class HandlerDied extends Error {}

interface Job {
  isRunning: boolean;
  isWanted: boolean;
  failures: number;
  failingSince: number;
  timer: NodeJS.Timeout | undefined;
}

/** How a queue does its work. */
export interface QueueOptions {
  readonly name: string;
  readonly world: World;
  readonly windowMs: number;
  readonly signal: AbortSignal;
  readonly work: (key: string) => Promise<void>;
  readonly died: (name: string, cause: Error) => void;
}

const firstPauseMs = 15;
const longestPauseMs = 1_000;

/** A queue of keys. */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #jobs = new Map<string, Job>();
  /** Nothing is looked at before everything is known: an unknown pod would pass for a deleted one. */
  #isOpen = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Has an object looked at, now or after the look that is going on. */
  add(key: string): void {
    if (this.#options.signal.aborted) return;
    const job = this.#jobOf(key);
    job.isWanted = true;
    clearTimeout(job.timer);
    job.timer = undefined;
    if (!job.isRunning && this.#isOpen) void this.#run(key, job);
  }

  /** Begins with the work. */
  open(): void {
    this.#isOpen = true;
    for (const key of [...this.#jobs.keys()]) this.add(key);
  }

  #jobOf(key: string): Job {
    const known = this.#jobs.get(key);
    if (known !== undefined) return known;
    const job: Job = {
      isRunning: false,
      isWanted: false,
      failures: 0,
      failingSince: 0,
      timer: undefined,
    };
    this.#jobs.set(key, job);
    return job;
  }

  async #run(key: string, job: Job): Promise<void> {
    job.isRunning = true;
    // What arrives in the same turn of the event loop is one look.
    await Promise.resolve();
    while (job.isWanted && !this.#options.signal.aborted) {
      job.isWanted = false;
      try {
        await this.#options.work(key);
        job.failures = 0;
      } catch (error) {
        this.#failed(key, job, error as Error);
      }
    }
    job.isRunning = false;
    if (job.failures === 0) this.#jobs.delete(key);
  }

  #failed(key: string, job: Job, error: Error): void {
    const { name, world, windowMs, signal, died } = this.#options;
    if (signal.aborted) return;
    if (job.failures === 0) job.failingSince = Date.now();
    job.failures += 1;
    if (error instanceof HandlerDied) {
      world.log('kuryr-controller', `Report handler unhealthy ${name}: ${error.message}`);
      job.failures = 0;
      died(name, error);
      return;
    }
    if (!(error instanceof NotReady)) {
      const detail = isExpected(error) ? error.message : traceOf(error);
      world.log(
        'kuryr-controller',
        `Handler ${name} failed for ${key} (attempt ${job.failures}): ${detail}`,
      );
    }
    if (Date.now() - job.failingSince > windowMs) {
      job.failures = 0;
      died(name, error);
      return;
    }
    const pause = Math.min(firstPauseMs * 2 ** (job.failures - 1), longestPauseMs);
    job.timer = setTimeout(() => {
      job.timer = undefined;
      this.add(key);
    }, pause);
    job.timer.unref();
  }
}

function isExpected(error: Error): boolean {
  return error instanceof OpenStackError || error instanceof KubeRefusal;
}

/** Waits with growing pauses until a look gives something other than undefined. */
export async function poll<T>(
  options: { readonly world: World; readonly signal: AbortSignal; readonly withinMs: number },
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const until = Date.now() + options.withinMs;
  let pause = 20;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() > until) return found;
    await options.world.delay(pause, options.signal);
    pause = Math.min(pause * 2, longestPollMs);
  }
}

const longestPollMs = 150;
