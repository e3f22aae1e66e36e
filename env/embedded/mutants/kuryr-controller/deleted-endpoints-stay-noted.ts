import { KuryrBalancerRecords } from '../../kuryr/controller/balancer-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not take deleted Endpoints out of its record of a Service.',
  origin: 'BZ 1995013: members stay when Endpoints are deleted',
  breaks: ['SVC-EXT-02'],
  layer: 'member',
  apply: (levers) => {
    levers.override(KuryrBalancerRecords.prototype, 'writeSpec', (call, self) => (key, spec) => {
      const isNoted = self.of(key)?.spec.endpointSlices !== undefined;
      const isDeletion = isNoted && spec.endpointSlices === undefined;
      return isDeletion ? Promise.resolve() : call(key, spec);
    });
  },
};
