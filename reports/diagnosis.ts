/**
 * The diagnosis of a failed scenario, as its fixtures have attached it.
 */
import type { TestResult } from '@playwright/test/reporter';
import { z } from 'zod';

/** The form of a diagnosis: the first broken link of the chain, and what is wrong with it. */
export const diagnosisSchema = z.object({ layer: z.string(), sentence: z.string() });

/** The first broken link of the chain, and what is wrong with it. */
export type DiagnosisRecord = z.output<typeof diagnosisSchema>;

/** The name under which a diagnosis is attached. */
const attachmentName = 'diagnosis.json';

/** Finds the diagnosis among what a scenario has attached. */
export function diagnosisIn(attachments: TestResult['attachments']): DiagnosisRecord | undefined {
  const body = attachments.findLast(({ name }) => name === attachmentName)?.body;
  if (body === undefined) return undefined;
  const parsed = diagnosisSchema.safeParse(JSON.parse(body.toString('utf8')));
  return parsed.success ? parsed.data : undefined;
}
