import { KuryrBalancerRecords } from '../../kuryr/controller/balancer-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr keeps a load balancer of another provider than the one that it is set to.',
  origin: 'BZ 1846862, 2055661: the provider changes, and load balancers stay',
  breaks: ['DRV-SWITCH-01'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(KuryrBalancerRecords.prototype, 'of', (call) => (key) => {
      const record = call(key);
      const { loadbalancer } = record?.status ?? {};
      if (record === undefined || loadbalancer === undefined) return record;
      const { provider = loadbalancer.provider } = record.spec;
      return {
        ...record,
        status: { ...record.status, loadbalancer: { ...loadbalancer, provider } },
      };
    });
  },
};
