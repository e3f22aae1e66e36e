import { expect, test } from '@playwright/test';

import type { MemoryUse } from './memory.ts';
import { complaintsOf, programGrowth, type SoakResult, wordsOfGrowth } from './soak.ts';

function use(etcd: number, pods: number): MemoryUse {
  const byProgram = new Map([
    ['etcd', etcd],
    ['pods', pods],
    ['neutron', 2000],
  ]);
  return { processes: 60, mebibytes: etcd + pods + 2000, byProgram };
}

function soakOf(memory: readonly MemoryUse[], others: Partial<SoakResult> = {}): SoakResult {
  return { cycles: memory.length, failures: [], memory, links: [], ...others };
}

test.describe('what a soak complains of', () => {
  test('nothing, when memory goes up and down', () => {
    const memory = [use(100, 50), use(160, 10), use(90, 80), use(120, 40), use(110, 50)];
    expect(complaintsOf(soakOf(memory))).toEqual([]);
  });

  test('memory that has grown, and the program that took it', () => {
    const memory = Array.from({ length: 8 }, (_, cycle) => use(100 + cycle * 60, 50 - cycle));
    const result = soakOf(memory);
    expect(complaintsOf(result)).toEqual([
      'memory has grown: the lab 2209 -> 2563 MiB (+354); most of it: etcd 160 -> 520 MiB (+360), neutron 2000 -> 2000 MiB (+0), pods 50 -> 44 MiB (-6)',
    ]);
    expect(programGrowth(result).map((each) => each.of)).toEqual(['etcd', 'neutron', 'pods']);
  });

  test('a program that came later counts from nothing', () => {
    const without = { processes: 1, mebibytes: 10, byProgram: new Map([['a', 10]]) };
    const withIt = { ...without, byProgram: new Map([...without.byProgram, ['late', 7]]) };
    const [first] = programGrowth(soakOf([without, without, without, withIt]));
    expect(first === undefined ? '' : wordsOfGrowth(first)).toBe('late 0 -> 7 MiB (+7)');
  });

  test('each failed cycle and each broken link', () => {
    const links = [
      { name: 'process etcd', problem: 'it has no process' },
      { name: 'process neutron', problem: undefined },
    ];
    const result = soakOf([use(1, 1)], { failures: ['cycle 3: late'], links });
    expect(complaintsOf(result)).toEqual([
      'cycle 3: late',
      'broken link "process etcd": it has no process',
    ]);
  });

  test('a soak without a cycle is not judged', () => {
    expect(() => complaintsOf(soakOf([]))).toThrow(/not one cycle ran/);
  });
});
