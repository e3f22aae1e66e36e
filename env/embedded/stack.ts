/**
 * The embedded stack as the processes of a run see it: it lives in a process of its own, which the run
 * has started, and nothing of it is in theirs.
 */
import { StackError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import type { Stack } from '../stack.ts';
import { ask, runAt, stopPart } from './control-client.ts';
import { descriptionForm, evidenceForm } from './control-forms.ts';
import { z } from 'zod';

/** Opens the embedded stack that the run has started. */
export async function openEmbedded(profile: Profile, socket: string | undefined): Promise<Stack> {
  if (socket === undefined) {
    throw new StackError(
      'STACK_NOT_HOSTED',
      'Opening the embedded stack: none was started for this run. Start scenarios with "npm run conformance".',
    );
  }
  const { access, facts } = await ask(socket, { op: 'describe' }, descriptionForm);
  return {
    profile,
    facts,
    access,
    outside: (argv) => runAt(socket, 'outside', argv),
    machine: (argv) => runAt(socket, 'machine', argv),
    evidence: () => ask(socket, { op: 'evidence' }, evidenceForm),
    complaints: (since) =>
      ask(socket, { op: 'complaints', sinceMs: since.getTime() }, z.array(z.string())),
    markBalancer: async (id, status) => {
      await ask(socket, { op: 'mark', id, status }, z.object({}));
    },
    stop: (part) => stopPart(socket, part),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
