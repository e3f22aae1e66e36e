import {
  KuryrBalancerRecords,
  type BalancerRecord,
} from '../../kuryr/controller/balancer-records.ts';
import { Balancers } from '../../kuryr/controller/balancers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes the load balancer of a Service before one of its pods is ready.',
  breaks: ['SVC-LAZY-01'],
  mayBreak: ['DRV-ASK-01'],
  layer: 'load balancer',
  apply: (levers) => {
    let isBeginning = false;
    levers.override(Balancers.prototype, 'work', (call) => (key) => {
      // It looks at the record first of all.
      isBeginning = true;
      const working = call(key);
      isBeginning = false;
      return working;
    });
    levers.override(KuryrBalancerRecords.prototype, 'of', (call) => (key) => {
      const record = call(key);
      return isBeginning && record !== undefined ? asIfReady(record) : record;
    });
  },
};
function asIfReady(record: BalancerRecord): BalancerRecord {
  const { endpointSlices = [] } = record.spec;
  const slices = endpointSlices.length > 0 ? endpointSlices : [{ endpoints: [], ports: [] }];
  return { ...record, spec: { ...record.spec, endpointSlices: slices } };
}
