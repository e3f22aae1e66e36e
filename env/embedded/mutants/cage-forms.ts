/**
 * What is said to a cage, one JSON document a line.
 */
import { z } from 'zod';

/** The name of a cage's socket in its folder. */
export const cageSocketName = 'cage.sock';

/** What a cage is to hold: a mutant on the stack of a profile. */
export const cageOrderForm = z.object({
  profile: z.string(),
  mutant: z.string(),
  /** Who asks: a process that asks for the same mutant again gets the stack that is there. */
  asker: z.number(),
});

/** What a cage is to hold. */
export type CageOrder = z.output<typeof cageOrderForm>;

/** Where the stack is, or why it is not there. */
export const cageAnswerForm = z.union([
  z.object({ stackSocket: z.string() }),
  z.object({ problem: z.string() }),
]);
