/**
 * Which nodes a pod may run on: selectors, affinity to nodes, taints and tolerations.
 */
import type { Node, PodSpec } from '../objects.ts';
import { expressionMatcher } from '../store/selectors.ts';

type Toleration = NonNullable<PodSpec['tolerations']>[number];
type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
type NodeTerm = NonNullable<
  NonNullable<
    NonNullable<
      NonNullable<PodSpec['affinity']>['nodeAffinity']
    >['requiredDuringSchedulingIgnoredDuringExecution']
  >['nodeSelectorTerms']
>[number];

/** Tells whether a node has what a pod's node selector and node affinity ask for. */
export function fitsNode(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const isSelected = Object.entries(spec.nodeSelector ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return isSelected && (terms === undefined || terms.some((term) => fitsTerm(term, node)));
}

function fitsTerm(term: NodeTerm, { metadata }: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  const byField = { 'metadata.name': metadata.name };
  return (
    expressions.every(({ key, operator, values = [] }) =>
      expressionMatcher(key, operator, values)(metadata.labels ?? {}),
    ) &&
    fields.every(({ key, operator, values = [] }) =>
      expressionMatcher(key, operator, values)(byField),
    )
  );
}

/** How much a pod prefers a node, by its node affinity. */
export function preferenceFor(spec: PodSpec, node: Node): number {
  const preferred =
    spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return preferred
    .filter(({ preference }) => fitsTerm(preference, node))
    .reduce((sum, { weight }) => sum + weight, 0);
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', effect = '', operator, value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  // No key stands for all of them, but only with "Exists".
  if (operator === 'Exists') return key === '' || key === taint.key;
  return key === taint.key && value === (taint.value ?? '');
}

/** The first taint that keeps a pod from a node. */
export function untolerated(
  tolerations: readonly Toleration[] | undefined,
  { spec }: Node,
): Taint | undefined {
  return (spec.taints ?? [])
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .find((taint) => !(tolerations ?? []).some((one) => tolerates(one, taint)));
}

/** Tells whether a pod bears the taints of a node. */
export function toleratesTaints(
  tolerations: readonly Toleration[] | undefined,
  node: Node,
): boolean {
  return untolerated(tolerations, node) === undefined;
}
