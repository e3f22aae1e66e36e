/**
 * A mutating webhook for pods, called in place: it sees each new pod before it is stored.
 */
import type { Admission } from '../api/verbs.ts';
import type { Pod } from '../objects.ts';

/** Lets somebody else change the spec of new pods. */
export function podWebhook(changed: (pod: Pod) => Pick<Pod, 'spec'>): Admission {
  return {
    mutate({ kind, object, current }) {
      if (kind.kind !== 'Pod' || current !== undefined) return;
      const pod = object as Pod;
      pod.spec = changed(pod).spec;
    },
  };
}
