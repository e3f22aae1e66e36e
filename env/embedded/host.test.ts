/**
 * The life of a stack's process: up, reached, and gone with all its files, however its parent ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { KubernetesAccess } from '../access/kubernetes.ts';
import { OpenStackSession } from '../access/openstack.ts';
import { hostEmbedded } from './host.ts';

const host = new URL('host.ts', import.meta.url).href;
const tsx = fileURLToPath(import.meta.resolve('tsx'));

async function until(isSo: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (isSo()) return true;
    await pause(50);
  }
  return isSo();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A process that hosts a stack, says where, and waits. */
async function parentOf(profile: string): Promise<{ child: ChildProcess; socketPath: string }> {
  const program = `import { hostEmbedded } from ${JSON.stringify(host)};
    const stack = await hostEmbedded(${JSON.stringify(profile)});
    console.log(stack.socketPath);
    setInterval(() => {}, 1000);`;
  const child = spawn(execPath, ['--import', tsx, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const socketPath = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString().trim());
    });
    child.once('exit', () => {
      reject(new Error('the parent has ended'));
    });
  });
  return { child, socketPath };
}

test.describe('the process of an embedded stack', () => {
  test('serves both APIs from files that only this user reads, and leaves nothing', async () => {
    const stack = await hostEmbedded('embedded');
    const { kubeconfigPath, cloudsYamlPath, cloudName } = stack.access;
    const folder = dirname(stack.socketPath);

    using kubernetes = await KubernetesAccess.open(kubeconfigPath);
    const nodes = await kubernetes.call('Listing nodes', ({ core }) => core.listNode());
    const session = await OpenStackSession.open({ cloudsYamlPath, cloudName });

    expect(nodes.items).toHaveLength(2);
    expect(await session.projectId()).toBeTruthy();
    for (const path of [kubeconfigPath, cloudsYamlPath]) {
      expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);

    await stack[Symbol.asyncDispose]();

    expect(existsSync(folder)).toBe(false);
    await expect(kubernetes.call('Listing nodes', ({ core }) => core.listNode())).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  test('ends with its parent, also when that one is killed', async () => {
    const { child, socketPath } = await parentOf('embedded');
    const children = await readFile(
      `/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`,
      'utf8',
    )
      .then((text) => text.trim().split(' ').map(Number))
      .catch(() => []);
    child.kill('SIGKILL');

    expect(await until(() => !existsSync(dirname(socketPath)))).toBe(true);
    expect(await until(() => !children.some(isAlive))).toBe(true);
  });

  test('that cannot start says why, and leaves nothing', async () => {
    await expect(hostEmbedded('no-such-profile')).rejects.toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      message: expect.stringContaining('Starting the embedded stack: Reading "'),
    });
  });
});
