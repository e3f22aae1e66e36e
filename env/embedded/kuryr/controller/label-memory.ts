/**
 * The labels of pods as a policy has seen them. From Victoria on Kuryr's handler of pod labels looks for
 * the interfaces of a pod in the wrong place, finds none, and does nothing: a changed label counts only
 * when the policy is looked at anew, which the watcher has done every two minutes. The lab has shown it.
 */
import type { Labels, NetworkPolicy, Pod } from '../api/resources.ts';
import type { Inventory } from './policy-inventory.ts';
import { matches } from './selectors.ts';

/** A pod with the labels that count. */
export type Seeing = (pod: Pod) => Pod;

interface Look {
  readonly spec: string;
  readonly takenMs: number;
  readonly labels: Map<string, Labels>;
}

/** What each policy has seen. */
export class LabelMemory {
  readonly #lookMs: number;
  readonly #looks = new Map<string, Look>();

  /** `lookMs`: how often a policy is looked at anew. */
  constructor(lookMs: number) {
    this.#lookMs = lookMs;
  }

  /** Pods as one policy sees them; a pod that it has not seen yet shows its labels of now. */
  of(policy: NetworkPolicy): Seeing {
    const { uid } = policy.metadata;
    const spec = JSON.stringify(policy.spec);
    const nowMs = performance.now();
    const known = this.#looks.get(uid);
    const isFresh = known?.spec === spec && nowMs - known.takenMs < this.#lookMs;
    const look = isFresh ? known : { spec, takenMs: nowMs, labels: new Map<string, Labels>() };
    this.#looks.set(uid, look);
    return (pod) => {
      const { uid: podUid, labels: now = {} } = pod.metadata;
      // Only what runs counts: labels that a pod has had before its address are not remembered.
      if (pod.status?.podIP === undefined) return pod;
      const labels = look.labels.get(podUid) ?? now;
      look.labels.set(podUid, labels);
      return { ...pod, metadata: { ...pod.metadata, labels } };
    };
  }

  forget({ metadata: { uid } }: NetworkPolicy): void {
    this.#looks.delete(uid);
  }
}

/** An inventory whose pods are seen so. */
export function seenBy(inventory: Inventory, seeing: Seeing): Inventory {
  return {
    ...inventory,
    pods: (selector, namespace) =>
      inventory
        .pods({}, namespace)
        .map(seeing)
        .filter(({ metadata }) => matches(selector, metadata.labels)),
  };
}
