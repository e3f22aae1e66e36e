/**
 * Waiting for a condition of the lab with a deadline and a message that says what was waited for.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { StackError } from '../../errors.ts';

/** What is waited for, and how long. */
export interface Wait {
  /** Completes the sentence "waiting until ...". */
  readonly until: string;
  readonly withinMs: number;
  readonly everyMs?: number;
  /** Called on time-out to add what was found instead. */
  readonly found?: () => Promise<string> | string;
}

/** Polls until the condition gives a value other than undefined or false. */
export async function waitFor<T>(
  wait: Wait,
  condition: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + wait.withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) break;
    await delay(wait.everyMs ?? 200);
  }
  const found = wait.found === undefined ? '' : ` Found: ${await wait.found()}.`;
  throw new StackError(
    'LAB_TIMEOUT',
    `Waiting until ${wait.until}: not so after ${wait.withinMs / 1000} s.${found}`,
    lastError === undefined ? {} : { cause: lastError },
  );
}
