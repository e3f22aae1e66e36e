/**
 * A lever on the members of load balancers.
 */
import { BalancerMembers } from '../kuryr/controller/balancer-members.ts';
import type { Levers } from './levers.ts';

/** Has Kuryr keep the last members of a load balancer when no pod is ready any more. */
export function keepLastMembers(levers: Levers): void {
  levers.override(BalancerMembers.prototype, 'removeUnused', (call) => (key, spec, status) => {
    const { endpointSlices = [] } = spec;
    const isAnybodyReady = endpointSlices.some(({ endpoints }) => endpoints.length > 0);
    return isAnybodyReady ? call(key, spec, status) : Promise.resolve(status);
  });
}
