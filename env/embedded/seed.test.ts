/**
 * The seed of a profile decides what a stack makes up: with one seed, one and the same.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { OpenStackSession } from '../access/openstack.ts';
import { hostEmbedded } from './host.ts';

const neutron = { name: 'neutron', types: ['network'], stripped: /\/v2\.0\/?$/ };
const item = z.looseObject({ id: z.string(), name: z.string() });
const shelves = ['networks', 'subnets', 'routers', 'subnetpools'];

/** The ids of what a fresh stack consists of, by name. */
async function idsWith(seed: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-seed-'));
  const file = join(folder, 'seeded.yaml');
  await writeFile(
    file,
    `name: seeded\nstack: embedded\nseries: '2024.1'\noctavia: { provider: ovn }\nseed: ${seed}\n`,
  );
  const stack = await hostEmbedded(file);
  try {
    const session = await OpenStackSession.open(stack.access);
    const ids: Record<string, string> = {};
    for (const key of shelves) {
      const found = await session.list(neutron, { path: `/v2.0/${key}`, key, item });
      // What Kuryr makes meanwhile is there sooner or later.
      const ours = found.filter(({ name }) => /^(k8s-|kuryr-pool|public)/.test(name));
      for (const { id, name } of ours) ids[`${key} ${name}`] = id;
    }
    return ids;
  } finally {
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

test('the seed of a profile decides the ids of its stack', async () => {
  test.setTimeout(180_000);
  const first = await idsWith('one');

  expect(Object.keys(first).length).toBeGreaterThanOrEqual(8);
  expect(await idsWith('one')).toEqual(first);
  const other = await idsWith('two');
  expect(Object.keys(other).sort()).toEqual(Object.keys(first).sort());
  expect(Object.values(other).filter((id) => Object.values(first).includes(id))).toEqual([]);
});
