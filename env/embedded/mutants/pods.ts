/**
 * A lever on what Kuryr sees of pods.
 */
import { Kube } from '../kuryr/api/kube.ts';
import type { Pod } from '../kuryr/api/resources.ts';
import type { Levers } from './levers.ts';

/** Changes pods on their way from the API server to Kuryr's programs; whatever else asks sees them as they are. */
export function kuryrSeesPods(levers: Levers, change: (pod: Pod) => Pod): void {
  levers.override(Kube.prototype, 'list', (call) => async (kind, selector, signal) => {
    const found = await call(kind, selector, signal);
    return kind.plural === 'pods'
      ? { ...found, items: found.items.map((item) => change(item as Pod)) }
      : found;
  });
  levers.override(Kube.prototype, 'watch', (call) => (path, each, signal) => {
    if (!path.startsWith('/api/v1/pods?')) return call(path, each, signal);
    const changed: typeof each = (event) => {
      // Bookmarks and errors hold no pod.
      const isPod = event.type !== 'BOOKMARK' && event.type !== 'ERROR';
      each(isPod ? { ...event, object: change(event.object as Pod) } : event);
    };
    return call(path, changed, signal);
  });
}
