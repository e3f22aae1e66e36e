/**
 * A lever on the known deviations of Kuryr.
 */
import type { Deviations } from '../kuryr/release.ts';
import type { Levers } from './levers.ts';

/** Gives a mended Kuryr one of its deviations back. */
export function deviates(levers: Levers, name: keyof Deviations): void {
  levers.settings((settings) => ({
    ...settings,
    deviations: { ...settings.deviations, [name]: true },
  }));
}
