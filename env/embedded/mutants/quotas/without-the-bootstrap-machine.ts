import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quotas of machines leave out the one from which OpenShift is installed.',
  on: 'openshift',
  breaks: ['QUOTA-VM-01', 'QUOTA-VM-02', 'QUOTA-VM-03', 'QUOTA-VM-04'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.asks('PUT', /\/os-quota-sets\/[^/]+$/, (body) => {
      const granted = Object.entries(body['quota_set'] as Record<string, number>);
      const forSix = granted.map(([name, figure]) => [name, (figure / 7) * 6] as const);
      return { quota_set: Object.fromEntries(forSix) };
    });
  },
};
