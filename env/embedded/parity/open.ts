/**
 * Starts an embedded stack for a comparison with the lab and gives it in the form of any stack.
 */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadProfile } from '../../profile.ts';
import type { Stack } from '../../stack.ts';
import { ask, runAt } from '../control-client.ts';
import { descriptionForm, evidenceForm } from '../control-forms.ts';
import { hostEmbedded } from '../host.ts';

const profileFile = fileURLToPath(new URL('profile.yaml', import.meta.url));

/** Starts the stack; it ends when it is disposed of. */
export async function openForParity(): Promise<Stack> {
  const profile = await loadProfile(profileFile);
  const hosted = await hostEmbedded(profileFile);
  const { socketPath } = hosted;
  const { access, facts } = await ask(socketPath, { op: 'describe' }, descriptionForm);
  return {
    profile,
    facts,
    access,
    outside: (argv) => runAt(socketPath, 'outside', argv),
    evidence: () => ask(socketPath, { op: 'evidence' }, evidenceForm),
    complaints: (since) =>
      ask(socketPath, { op: 'complaints', sinceMs: since.getTime() }, z.array(z.string())),
    [Symbol.asyncDispose]: () => hosted[Symbol.asyncDispose](),
  };
}
