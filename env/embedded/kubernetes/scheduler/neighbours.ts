/**
 * Where other pods are: affinity and anti-affinity between pods, and spreading over topology domains.
 */
import type { Node, Pod } from '../objects.ts';
import { selectorMatcher } from '../store/selectors.ts';

/** A node with the pods that run on it. */
export interface Place {
  readonly node: Node;
  readonly pods: readonly Pod[];
}

type Affinity = NonNullable<Pod['spec']['affinity']>;
type Term = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

const domainOf = ({ metadata }: Node, key: string): string | undefined => metadata.labels?.[key];

function isMeant(term: Term, [owner, other]: [Pod, Pod]): boolean {
  const namespaces = term.namespaces ?? [];
  const own = owner.metadata.namespace ?? '';
  const others = other.metadata.namespace ?? '';
  const isAnywhere = term.namespaceSelector !== undefined;
  const isInside =
    isAnywhere || (namespaces.length === 0 ? own === others : namespaces.includes(others));
  return isInside && selectorMatcher(term.labelSelector)(other.metadata.labels ?? {});
}

/** The pods in the same domain as a node. */
function near(place: Place, places: readonly Place[], key: string): Pod[] {
  const domain = domainOf(place.node, key);
  if (domain === undefined) return [];
  return places.filter(({ node }) => domainOf(node, key) === domain).flatMap(({ pods }) => pods);
}

/** Tells why other pods keep a pod from a node; undefined when they do not. */
export function neighbourProblem(
  pod: Pod,
  place: Place,
  places: readonly Place[],
): string | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const wants = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const isMissed = wants.some((term) => {
    const isFirst =
      isMeant(term, [pod, pod]) &&
      !places.some(({ pods }) => pods.some((other) => isMeant(term, [pod, other])));
    const found = near(place, places, term.topologyKey).some((other) =>
      isMeant(term, [pod, other]),
    );
    return !isFirst && !found;
  });
  if (isMissed) return "didn't match pod affinity rules";
  const avoids = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const isAvoided = avoids.some((term) =>
    near(place, places, term.topologyKey).some((other) => isMeant(term, [pod, other])),
  );
  if (isAvoided) return "didn't match pod anti-affinity rules";
  if (isUnwelcome(pod, place, places)) {
    return "didn't satisfy existing pods anti-affinity rules";
  }
  return spreadProblem(pod, place, places);
}

/** Pods that are there may avoid the new one. */
function isUnwelcome(pod: Pod, place: Place, places: readonly Place[]): boolean {
  return places.some(({ node, pods }) =>
    pods.some((other) =>
      (
        other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
      ).some(
        (term) =>
          domainOf(node, term.topologyKey) !== undefined &&
          domainOf(node, term.topologyKey) === domainOf(place.node, term.topologyKey) &&
          isMeant(term, [other, pod]),
      ),
    ),
  );
}

function spreadProblem(pod: Pod, place: Place, places: readonly Place[]): string | undefined {
  const { namespace } = pod.metadata;
  for (const rule of pod.spec.topologySpreadConstraints ?? []) {
    if (rule.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const matches = selectorMatcher(rule.labelSelector);
    const counts = new Map<string, number>();
    for (const { node, pods } of places) {
      const domain = domainOf(node, rule.topologyKey);
      if (domain === undefined) continue;
      const count = pods.filter(
        ({ metadata }) => metadata.namespace === namespace && matches(metadata.labels ?? {}),
      ).length;
      counts.set(domain, (counts.get(domain) ?? 0) + count);
    }
    const own = domainOf(place.node, rule.topologyKey);
    const isFull =
      own === undefined || (counts.get(own) ?? 0) + 1 - Math.min(...counts.values()) > rule.maxSkew;
    if (isFull) return "didn't match pod topology spread constraints";
  }
  return undefined;
}

/** How much a pod likes the pods around a node: what it prefers less what it would rather avoid. */
export function sympathy(pod: Pod, place: Place, places: readonly Place[]): number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const score = (
    list: NonNullable<Affinity['podAffinity']>['preferredDuringSchedulingIgnoredDuringExecution'],
  ): number =>
    (list ?? [])
      .filter(({ podAffinityTerm: term }) =>
        near(place, places, term.topologyKey).some((other) => isMeant(term, [pod, other])),
      )
      .reduce((sum, { weight }) => sum + weight, 0);
  return (
    score(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution) -
    score(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution)
  );
}
