import type { BalancerSpec, BalancerStatus } from '../../kuryr/api/records.ts';
import { BalancerMembers } from '../../kuryr/controller/balancer-members.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr keeps the members at the old target port of a port that is given another one.',
  breaks: ['SVC-PORT-03'],
  layer: 'member',
  apply: (levers) => {
    levers.override(
      BalancerMembers.prototype,
      'removeUnused',
      (call) => (key, spec, status) => call(key, atAnyPort(spec, status), status),
    );
  },
};
/** Every address as if it were ready at each port at which some member is. */
function atAnyPort(spec: BalancerSpec, { members = [] }: BalancerStatus): BalancerSpec {
  const known = members.map(({ port }) => port);
  const endpointSlices = (spec.endpointSlices ?? []).map((slice) => ({
    ...slice,
    ports: slice.ports.flatMap((one) => [one.port, ...known].map((port) => ({ ...one, port }))),
  }));
  return { ...spec, endpointSlices };
}
