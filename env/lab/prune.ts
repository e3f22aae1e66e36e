/**
 * Removes cached parts that this version of the lab no longer uses, so that the cache does not grow
 * with every change of a recipe.
 */
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Removes what lies beside the kept folders; gives the names of what was removed. */
export async function pruneBeside(kept: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const shelf of new Set(kept.map((path) => dirname(path)))) {
    for (const entry of await readdir(shelf, { withFileTypes: true })) {
      const path = join(shelf, entry.name);
      if (!entry.isDirectory() || kept.includes(path)) continue;
      await rm(path, { recursive: true, force: true });
      removed.push(entry.name);
    }
  }
  return removed;
}
