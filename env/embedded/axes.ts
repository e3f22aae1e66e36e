/**
 * Turns a profile into the axes of a stack.
 */
import { StackError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { lineOf } from '../profile-embedded.ts';
import type { Axes } from './world.ts';

/** The axes that a profile describes; what it leaves out was added when it was loaded. */
export function axesOf(profile: Profile): Axes {
  const { series, ml2, nodes, octavia, openshift, podMode } = profile;
  const kuryr = lineOf(profile.kuryr);
  if (kuryr === undefined || ml2 === undefined || nodes === undefined) {
    throw new StackError(
      'STACK_NOT_STARTED',
      `Reading the axes of profile "${profile.name}": it is none of an embedded stack.`,
    );
  }
  return {
    series,
    kuryr,
    octavia: octavia.provider,
    ml2: ml2.backend,
    firewall: ml2.firewall,
    podMode,
    cluster: openshift === undefined ? { kind: 'kind' } : { kind: 'openshift', release: openshift },
    workers: nodes,
  };
}

/** The release of Kubernetes that belongs to the axes: OpenShift 4.14 is Kubernetes 1.27. */
export function kubernetesVersionOf({ cluster }: Axes): string {
  if (cluster.kind === 'kind') return '1.28.15';
  return `1.${Number(cluster.release.replace(/^4\./, '')) + 13}.0`;
}
