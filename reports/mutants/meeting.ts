/**
 * A meeting: one scenario on the stack of one mutant, and what became of it.
 */
import { z } from 'zod';

/** What a scenario makes of a mutant. */
export const meetingResults = ['red', 'green', 'undecided', 'not-applicable'] as const;

/** The form of one line of a run of mutants. */
export const meetingSchema = z.object({
  mutant: z.string(),
  scenario: z.string(),
  requirements: z.array(z.string()),
  result: z.enum(meetingResults),
  message: z.string(),
  durationMs: z.number(),
  /** The broken link that the diagnosis of a red scenario names. */
  layer: z.string().optional(),
  sentence: z.string().optional(),
});

/** What became of one scenario on one mutant. */
export type Meeting = z.output<typeof meetingSchema>;
