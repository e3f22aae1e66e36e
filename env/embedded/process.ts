/**
 * The process in which one embedded stack lives for one run. It belongs to the process that has started
 * it: when that one is gone, by whatever end, it takes its stack and its files away and ends.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProfile } from '../profile.ts';
import { compose } from './compose.ts';
import { serveControl } from './control.ts';
import { type Report, socketName } from './control-forms.ts';
import { traceOf } from './trace.ts';

/** Runs one stack: the name or file of its profile, and the folder that is its own. */
export async function main([profile = '', folder = '']: readonly string[]): Promise<void> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  // At a terminal Ctrl-C reaches this process too; the one that has started it decides what it means.
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', end).once('disconnect', end);
  const faults = new Faults();
  process.on('uncaughtException', faults.note).on('unhandledRejection', faults.note);
  try {
    await live({ profile, folder, faults }, ending.signal);
  } catch (error) {
    tell(failure(error));
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Whatever a part may have left open must not keep the process alive.
  process.exit();
}

/**
 * Errors that no part of the stack has caught: the stack goes on, but what a scenario sees then is no
 * sign of anything.
 */
class Faults {
  readonly #seen: { readonly atMs: number; readonly text: string }[] = [];

  readonly note = (error: unknown): void => {
    const text = traceOf(error);
    this.#seen.push({ atMs: Date.now(), text: `A part of the stack has failed: ${text}` });
  };

  since(atMs: number): string[] {
    return this.#seen.filter((fault) => fault.atMs >= atMs).map(({ text }) => text);
  }
}

interface Life {
  readonly profile: string;
  readonly folder: string;
  readonly faults: Faults;
}

async function live(life: Life, ending: AbortSignal): Promise<void> {
  const { folder, faults } = life;
  const profile = await loadProfile(life.profile);
  await using stack = await compose(profile, { folder, ending });
  const control = await serveControl(join(folder, socketName), {
    ...stack,
    complaints: (sinceMs) => [...stack.complaints(sinceMs), ...faults.since(sinceMs)],
  });
  tell({ kind: 'ready' });
  await new Promise<void>((resolve) => {
    if (ending.aborted) resolve();
    ending.addEventListener('abort', () => {
      resolve();
    });
  });
  await control[Symbol.asyncDispose]();
}

function tell(report: Report): void {
  // Without a channel there is nobody left who would want to know.
  if (process.connected) process.send?.(report);
}

function failure(error: unknown): Report {
  if (!(error instanceof Error)) return { kind: 'failed', code: '', message: String(error) };
  const code = 'code' in error && /^[A-Z]+_/.test(String(error.code)) ? String(error.code) : '';
  const message = code === '' ? traceOf(error) : error.message;
  return { kind: 'failed', code, message };
}
