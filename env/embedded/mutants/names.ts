/**
 * A lever on what containers know of names.
 */
import type { Levers } from './levers.ts';

/** Changes the text of resolv.conf in every container. */
export function withResolvConf(levers: Levers, change: (text: string) => string): void {
  levers.dataPlane((plane) => {
    levers.override(
      plane,
      'start',
      (call) => (spec) => call({ ...spec, resolvConf: change(spec.resolvConf) }),
    );
    return plane;
  });
}
