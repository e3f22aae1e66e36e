import type { Service } from '../../kuryr/api/resources.ts';
import { KuryrBalancerRecords } from '../../kuryr/controller/balancer-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr asks for session persistence where a Service has session affinity.',
  breaks: ['SVC-AFF-01'],
  layer: 'pool',
  apply: (levers) => {
    const sticky = new Set<string>();
    levers.override(KuryrBalancerRecords.prototype, 'open', (call) => (service, spec) => {
      const { namespace = '', name } = service.metadata;
      const { sessionAffinity } = service.spec as WithAffinity;
      if (sessionAffinity === 'ClientIP') sticky.add(`${namespace}/${name}`);
      return call(service, spec);
    });
    levers.kuryrMakes('pools', (fields) => {
      const [balancer = ''] = String(fields['name']).split(':');
      return sticky.has(balancer)
        ? { ...fields, session_persistence: { type: 'SOURCE_IP' } }
        : undefined;
    });
  },
};
type WithAffinity = Service['spec'] & { readonly sessionAffinity?: string };
