/**
 * Steps of `up`: each says what it needs, they run side by side where they can, and each prints one line
 * when it ends and a sign of life while it takes long.
 */
import { StackError } from '../../errors.ts';

/** One step; doing it again when it is done must be quick and harmless. */
export interface Step {
  readonly name: string;
  /** Names of the steps that must have ended before. */
  readonly after?: readonly string[];
  /** Does the work; a returned text is printed behind the name. */
  readonly run: () => Promise<string | undefined>;
}

/** Time that a step took. */
export interface StepTime {
  readonly name: string;
  readonly seconds: number;
}

/** Where progress lines go. */
export type Say = (line: string) => void;

const signOfLifeMs = 20_000;

function seconds(sinceMs: number): number {
  return Math.round((Date.now() - sinceMs) / 100) / 10;
}

async function perform(step: Step, startedMs: number, say: Say): Promise<StepTime> {
  const beganMs = Date.now();
  const at = (): string => `[${seconds(startedMs).toFixed(1).padStart(6)} s]`;
  const alive = setInterval(() => {
    say(`${at()} ...   ${step.name} (${seconds(beganMs)} s so far)`);
  }, signOfLifeMs);
  try {
    const note = await step.run();
    const took = seconds(beganMs);
    say(`${at()} ok    ${step.name}${note === undefined ? '' : `: ${note}`} (${took} s)`);
    return { name: step.name, seconds: took };
  } catch (error) {
    say(`${at()} FAILED ${step.name} (${seconds(beganMs)} s)`);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

/** Runs steps in the order of their needs; the first failure stops what has not begun. */
export async function runSteps(steps: readonly Step[], say: Say): Promise<StepTime[]> {
  const startedMs = Date.now();
  const running = new Map<string, Promise<StepTime>>();
  const failure: { first?: unknown } = {};
  for (const step of steps) {
    const needs = (step.after ?? []).map((name) => {
      const need = running.get(name);
      if (need === undefined) {
        throw new StackError(
          'LAB_STEP_ORDER',
          `Step "${step.name}" comes after "${name}", which is not listed before it.`,
        );
      }
      return need;
    });
    const work = Promise.all(needs).then(async () => {
      if ('first' in failure) throw failure.first;
      return perform(step, startedMs, say);
    });
    running.set(
      step.name,
      work.catch((error: unknown) => {
        failure.first ??= error;
        throw error;
      }),
    );
  }
  const results = await Promise.allSettled(running.values());
  if ('first' in failure) throw failure.first;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
