import { expect, test } from '@playwright/test';
import { runHere } from './process.ts';

test.describe('a program on this machine', () => {
  test('is a process with pipes', async () => {
    const handle = runHere(['node', '-e', 'process.stdin.pipe(process.stdout)']);
    handle.stdin.end('hello');
    const chunks: string[] = [];
    for await (const chunk of handle.stdout) {
      chunks.push(String(chunk));
    }

    expect(chunks.join('')).toBe('hello');
    expect(await handle.exited).toBe(0);
  });

  test('says when its program cannot be started', async () => {
    await expect(runHere(['/no/such/program']).exited).rejects.toThrow('ENOENT');
  });
});
