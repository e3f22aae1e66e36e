/**
 * The stacks of a run that has to start them: one for all scenarios, and for a whole run a spare one, on
 * which those are by themselves that disturb everybody else.
 */
import { type HostedStack, hostStack, type RunContext, type StackAccess } from '#env';

/** What was started; nothing where the stack is there without the run. */
export interface HostedStacks extends AsyncDisposable {
  readonly sockets: Pick<RunContext, 'stackSocket' | 'spareSocket'>;
  /** The way to the first one. */
  readonly access: StackAccess | undefined;
  /** Each that ends before its time, and how. */
  readonly broken: readonly Promise<string>[];
}

/** Starts one stack or two side by side; when one does not come up, none stays. */
export async function hostStacks(profile: string, count: 1 | 2): Promise<HostedStacks> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: count }, () => hostStack(profile)),
  );
  const stacks = outcomes.flatMap((one): HostedStack[] =>
    one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
  );
  const end = async (): Promise<void> => {
    await Promise.all(stacks.map((one) => one[Symbol.asyncDispose]()));
  };
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    await end();
    throw outcome.reason;
  }
  const [stack, spare] = stacks;
  return {
    sockets: {
      ...(stack === undefined ? {} : { stackSocket: stack.socketPath }),
      ...(spare === undefined ? {} : { spareSocket: spare.socketPath }),
    },
    access: stack?.access,
    broken: stacks.map(({ broken }) => broken),
    [Symbol.asyncDispose]: end,
  };
}
