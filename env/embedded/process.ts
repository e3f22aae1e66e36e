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

/** Runs one stack: the name or file of its profile, and the folder that is its own. */
export async function main([profile = '', folder = '']: readonly string[]): Promise<void> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  // At a terminal Ctrl-C reaches this process too; the one that has started it decides what it means.
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', end).once('disconnect', end);
  try {
    await live(profile, folder, ending.signal);
  } catch (error) {
    tell(failure(error));
    process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Whatever a part may have left open must not keep the process alive.
  process.exit();
}

async function live(name: string, folder: string, ending: AbortSignal): Promise<void> {
  const profile = await loadProfile(name);
  await using stack = await compose(profile, folder, ending);
  const control = await serveControl(join(folder, socketName), stack);
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
  const message = code === '' ? (error.stack ?? error.message) : error.message;
  return { kind: 'failed', code, message };
}
