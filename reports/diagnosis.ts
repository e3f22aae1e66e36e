/**
 * The diagnosis of a failed scenario, as its fixtures have attached it.
 */
import type { TestResult } from '@playwright/test/reporter';
import { type DiagnosisRecord, schemas } from './journal-schema.ts';

const attachmentName = 'diagnosis.json';

/** Finds the diagnosis among what a scenario has attached, without secrets. */
export function diagnosisIn(
  attachments: TestResult['attachments'],
  redact: (text: string) => string,
): DiagnosisRecord | undefined {
  const body = attachments.findLast(({ name }) => name === attachmentName)?.body;
  if (body === undefined) return undefined;
  const parsed = schemas.diagnosis.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) return undefined;
  return { ...parsed.data, sentence: redact(parsed.data.sentence) };
}
