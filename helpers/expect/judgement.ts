/**
 * The answer of a matcher in the form that Playwright's `expect.extend` wants, and the text of a
 * failure: a head line, then the first fields that differ.
 */
import { redact } from '#env';
import type { Difference } from './differences.ts';
import { line } from './sampling.ts';

/** What a matcher returns. */
export interface Judgement {
  readonly pass: boolean;
  readonly message: () => string;
}

const mostFields = 6;

/** The reading is as expected; the text is for a negated use, which is refused elsewhere. */
export function met(text: string): Judgement {
  return { pass: true, message: () => text };
}

/** The reading is not as expected. */
export function unmet(
  head: string,
  differences: readonly Difference[],
  withoutDifference: string,
): Judgement {
  const fields = differences.slice(0, mostFields).map((field) => `  ${line(field)}`);
  const rest = differences.length - fields.length;
  const more = rest > 0 ? [`  and ${rest} more field(s)`] : [];
  const body = differences.length === 0 ? [`  ${withoutDifference}`] : [...fields, ...more];
  return { pass: false, message: () => redact([head, ...body].join('\n')) };
}
