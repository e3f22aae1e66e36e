/**
 * The contract of the embedded stack: the script of recordings, run on it, sees what it has seen on the
 * lab, but for what accepted.yaml lists with reasons.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { judge, readAccepted } from '../../parity/accepted.ts';
import { differencesOf, lineOf } from '../../parity/compare.ts';
import { runScript } from '../../parity/script.ts';
import { readRecording } from '../../parity/trace.ts';
import { openForParity } from './open.ts';

const recording = fileURLToPath(new URL('lab', import.meta.url));
const accepted = fileURLToPath(new URL('accepted.yaml', import.meta.url));

test('the embedded stack answers as the lab has answered', async () => {
  test.setTimeout(300_000);
  const started = new Date();
  const stack = await openForParity();
  try {
    const chapters = await runScript(stack, { runId: 'record-embedded' });
    const here = new Map(chapters.map((chapter) => [chapter.chapter, chapter]));
    const differences = differencesOf(await readRecording(recording), here);
    const { unexplained, idle } = judge(differences, await readAccepted(accepted));

    expect(unexplained.map(lineOf), 'differences from the lab').toEqual([]);
    expect(idle, 'accepted differences that are none any more').toEqual([]);
    expect(await stack.complaints?.(started)).toEqual([]);
  } finally {
    await stack[Symbol.asyncDispose]();
  }
});
