/**
 * Which security groups the port of a pod gets: those of the policies that select it, or the default
 * ones when none does.
 */
import { isGoing, type Labels, type Pod, type Selector } from '../api/resources.ts';
import { NotReady } from '../queue.ts';
import { type Context, hasPolicies } from './context.ts';
import { asksForEmptyValue, matches } from './selectors.ts';

/** One policy, as far as groups follow from it. */
interface SelectingPolicy {
  readonly name: string;
  readonly selector: Selector | undefined;
  readonly groupId: string | undefined;
}

function policiesIn({ release, caches }: Context, namespace: string): SelectingPolicy[] {
  if (release.policyRecord === 'KuryrNetPolicy') {
    return caches.kuryrNetPolicies.in(namespace).map(({ metadata, spec }) => ({
      name: metadata.name,
      selector: spec.podSelector,
      groupId: spec.securityGroupId,
    }));
  }
  // A policy that is going does not count for pods that come meanwhile.
  const staying = caches.kuryrPolicies.in(namespace).filter((policy) => !isGoing(policy));
  return staying.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    selector: spec.podSelector,
    groupId: status.securityGroupId,
  }));
}

/** The groups of pods with certain labels in a namespace. */
export function groupsFor(
  context: Context,
  pod: { readonly namespace: string; readonly labels: Labels | undefined },
  options: { readonly without?: string } = {},
): readonly string[] {
  const { settings, deviations } = context;
  if (!hasPolicies(context)) return settings.pod_security_groups;
  const groups = policiesIn(context, pod.namespace)
    .filter(({ selector }) => matches(selector, pod.labels))
    .filter(({ selector }) => !deviations.emptyValueIsMissing || !asksForEmptyValue(selector))
    .map(({ name, groupId }) => {
      if (groupId === undefined) {
        throw new NotReady(`SG for NP ${pod.namespace}/${name} not created yet, will retry.`);
      }
      return groupId;
    })
    .filter((id) => id !== options.without);
  return groups.length > 0 ? groups : settings.pod_security_groups;
}

/** The groups of a pod. */
export function groupsOf(
  context: Context,
  { metadata }: Pod,
  options: { readonly without?: string } = {},
): readonly string[] {
  return groupsFor(
    context,
    { namespace: metadata.namespace ?? '', labels: metadata.labels },
    options,
  );
}
