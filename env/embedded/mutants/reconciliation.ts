/**
 * A lever on what Kuryr finds when it looks, again and again, whether Octavia still has what it has made.
 */
import { type CloudRow, Cloud } from '../kuryr/api/cloud.ts';
import type { Levers } from './levers.ts';

/** Has it find everything that it has ever made at some paths, whether it is there or not. */
export function findWhatIsGone(levers: Levers, isMeant: (path: string) => boolean): void {
  const made = new Map<string, CloudRow[]>();
  levers.override(Cloud.prototype, 'createLb', (call) => async (path, fields) => {
    const row = await call(path, fields);
    made.set(path, [...(made.get(path) ?? []), row]);
    return row;
  });
  levers.override(Cloud.prototype, 'listLb', (call) => async (path, query = {}) => {
    // By tags it looks for everything of its own; by other fields it looks for what it is to make.
    if (!isMeant(path) || !('tags' in query)) return call(path, query);
    const present = await call(path, query).catch(() => []);
    return [...present, ...(made.get(path) ?? [])];
  });
}
