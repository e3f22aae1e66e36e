/**
 * Tests of the lab itself, on a host that can carry it: it leaves the host as it was, goes on after a
 * kill at any point, and names the link that is broken. They take the lab down: run them alone, as root.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

import { expect, test } from '@playwright/test';

import { hostEnvironment } from '../config.ts';
import { cgroupHost, labGroups, processesIn } from './base/cgroups.ts';
import { stopDaemon } from './base/daemons.ts';
import { layoutOf } from './base/layout.ts';
import { on } from './base/machines.ts';
import { run } from './base/shell.ts';
import { describeMachines } from './machines.ts';

test.describe.configure({ mode: 'serial', timeout: 30 * 60_000 });

const layout = layoutOf(hostEnvironment().cacheHome);
const program = fileURLToPath(new URL('../../bin/kuryr-conformance.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs a lab command; with a limit it is killed for good after so many milliseconds. */
async function lab(words: readonly string[], killAfterMs?: number): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'lab', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const limit =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  return { code, text };
}

const sysctls =
  '^(vm|kernel\\.panic|kernel\\.keys|net\\.ipv4\\.ip_forward|net\\.ipv4\\.conf|net\\.ipv6\\.conf|net\\.bridge)';

/** What the lab must not change: addresses, routes, kernel settings, mounts, namespaces, groups. */
async function hostPicture(): Promise<Record<string, string>> {
  const groups = labGroups(await cgroupHost());
  const left = await Promise.all(groups.map(processesIn));
  return {
    links: await run(['ip', '-o', 'link']),
    addresses: await run(['ip', '-o', 'address']),
    routes: await run(['ip', 'route', 'show', 'table', 'all']),
    sysctls: await run([
      'sh',
      '-c',
      'sysctl -a 2>/dev/null | grep -E "$1" | grep -v "vm.stat"',
      'sh',
      sysctls,
    ]),
    mounts: await run(['cat', '/proc/self/mounts']),
    namespaces: await run(['sh', '-c', 'lsns -n -o TYPE,PATH -t net,mnt | sort | uniq']),
    listeners: await run(['sh', '-c', 'ss -Hltn "src 127.0.0.20"']),
    // Wherever they are, and not only where the lab looks for them.
    groups: await run(['find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', 'kuryr-conformance*']),
    processes: left.flat().join('\n'),
    state: String(existsSync(layout.run)),
  };
}

async function goDown(): Promise<void> {
  const down = await lab(['down']);
  expect(down.code, down.text).toBe(0);
}

async function goUp(...words: readonly string[]): Promise<string> {
  const up = await lab(['up', ...words]);
  expect(up.code, up.text).toBe(0);
  return up.text;
}

async function expectHealthy(): Promise<void> {
  const status = await lab(['status']);
  expect(status.text).toContain('The lab is healthy');
  expect(status.code, status.text).toBe(0);
}

test('the lab leaves the host as it was', async () => {
  await goDown();
  const before = await hostPicture();

  const text = await goUp();
  await test.info().attach('steps of a warm up', { body: text });
  await expectHealthy();
  const during = await hostPicture();
  await goDown();

  expect(during['processes']).not.toBe('');
  expect(await hostPicture()).toEqual(before);
});

test('with bare pods the lab is healthy, refuses the other mode, and leaves the host as it was', async () => {
  await goDown();
  const before = await hostPicture();

  const text = await goUp('--pods', 'bare');
  await test.info().attach('steps of a warm up with bare pods', { body: text });
  await expectHealthy();
  const status = await lab(['status']);
  expect(status.text).toContain('ok     node n1: port on the switch');
  expect(status.text).not.toContain('trunk');
  const other = await lab(['up']);
  expect(other.code).toBe(2);
  expect(other.text).toContain('Take it down first');
  await expectHealthy();
  await goDown();

  expect(await hostPicture()).toEqual(before);
});

for (const seconds of [1, 3, 8, 16, 30]) {
  test(`"down" leaves nothing when "up" was killed after ${seconds} s`, async () => {
    await goDown();
    const before = await hostPicture();

    const killed = await lab(['up'], seconds * 1000);
    await goDown();

    expect(killed.code).toBe(null);
    expect(await hostPicture()).toEqual(before);
  });
}

test('"up" goes on after kills at several points', async () => {
  await goDown();

  for (const seconds of [2, 5, 10, 20, 35]) await lab(['up'], seconds * 1000);
  await goUp();

  await expectHealthy();
});

test('"up" on a lab that is up changes nothing and is quick', async () => {
  const before = await hostPicture();

  await goUp();

  expect((await hostPicture())['processes']?.split('\n').length).toBeGreaterThan(20);
  expect((await hostPicture())['mounts']).toBe(before['mounts']);
  await expectHealthy();
});

test('"status" names a process that has ended, and "up" starts it again', async () => {
  await stopDaemon('kuryr-controller');

  const status = await lab(['status']);
  expect(status.code).toBe(1);
  expect(status.text).toContain('look first at "process kuryr-controller"');

  await goUp();
  await expectHealthy();
});

test('"status" names a node without a route, and "up" mends it', async () => {
  const worker = describeMachines(layout, { workers: 2, podMode: 'nested' }).workers[0]?.machine;
  await on(worker ?? { name: 'n1' }, 'ip', 'route', 'del', 'default');

  const status = await lab(['status']);
  expect(status.code).toBe(1);
  expect(status.text).toContain('n1 has no default route by 10.10.0.1');

  await goUp();
  await expectHealthy();
});

test('two commands at once: the second waits or says that the lab is busy', async () => {
  const first = lab(['up']);
  await delay(200);
  const second = await lab(['up']);

  expect([0, 1, 2, 64]).toContain(second.code);
  expect((await first).code).toBe(0);
  await expectHealthy();
});
