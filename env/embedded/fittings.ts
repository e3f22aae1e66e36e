/**
 * Where a composer may put something of its own between two parts of a stack: the settings that Kuryr is
 * given, the tables that the cloud begins with, what the data plane sees of them, and the data plane as the
 * kubelets and the stack's own process see it. A stack that is composed without any has none of this.
 */
import type { EmbeddedDataPlane } from './dataplane/data-plane.ts';
import type { KuryrSettings } from './kuryr/settings.ts';
import type { CloudState } from './openstack/state.ts';
import type { CloudView } from './seams.ts';

/** What is put between the parts. */
export interface Fittings {
  /** The settings of Kuryr, from those that follow from the axes. */
  settings(settings: KuryrSettings): KuryrSettings;
  /** Sees the empty tables of the cloud before any service uses them. */
  state(state: CloudState): void;
  /** What the data plane sees of the cloud. */
  view(view: CloudView): CloudView;
  /** The data plane as everybody else sees it. */
  dataPlane(dataPlane: EmbeddedDataPlane): EmbeddedDataPlane;
}

/** Nothing between any parts. */
export const plainFittings: Fittings = {
  settings: (settings) => settings,
  state: () => undefined,
  view: (view) => view,
  dataPlane: (dataPlane) => dataPlane,
};
