/**
 * Turns what Playwright knows about one finished scenario into the outcome record of the journal.
 */
import type { TestCase, TestError, TestResult, TestStep } from '@playwright/test/reporter';
import type { Outcome } from './journal-schema.ts';

const escape = String.fromCharCode(27);
const colours = new RegExp(`${escape}\\[[0-9;]*m`, 'g');

const longest = 8_000;

/** Makes the outcome of a finished scenario, without the files of its evidence. */
export function outcomeOf(
  test: TestCase,
  result: TestResult,
  redact: (text: string) => string,
): Omit<Outcome, 'evidence'> {
  return {
    scenario: test.id,
    status: result.status,
    durationMs: result.duration,
    errors: result.errors.flatMap((error) => texts(error, redact)),
    hasFailedExpectation: result.steps.some(hasFailedExpectation),
    annotations: result.annotations.map(({ type, description }) => ({
      type,
      description: redact(description ?? ''),
    })),
    steps: result.steps
      .filter(({ category }) => category === 'test.step')
      .map(({ title, duration, error }) => ({
        title: redact(title),
        durationMs: duration,
        isFailed: error !== undefined,
      })),
  };
}

/** The messages of an error and of its causes, without colours and secrets. */
export function texts(error: TestError, redact: (text: string) => string): string[] {
  const own = error.message ?? error.value ?? 'An error without a message.';
  const cause = error.cause === undefined ? [] : texts(error.cause, redact);
  return [
    redact(own.replace(colours, '')).slice(0, longest),
    ...cause.map((text) => `  caused by ${text}`),
  ];
}

function hasFailedExpectation(step: TestStep): boolean {
  return (
    (step.category === 'expect' && step.error !== undefined) ||
    step.steps.some(hasFailedExpectation)
  );
}
