/**
 * What the stages of a starting stack share.
 */
import type { Profile } from '../profile.ts';
import type { Disposals } from './disposals.ts';
import type { Fittings } from './fittings.ts';
import type { Tls } from './seams.ts';
import type { World } from './world.ts';

/** What the stages of a starting stack share. */
export interface Ground {
  readonly profile: Profile;
  /** The folder of the stack's files; only this user can read it. */
  readonly folder: string;
  readonly world: World;
  readonly tls: Tls;
  readonly disposals: Disposals;
  readonly fittings: Fittings;
  /** Somebody wants the stack to end, maybe before it is up. */
  readonly ending: AbortSignal;
}
