import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes a load balancer anew at any free address instead of that of its Service.',
  breaks: ['SVC-REC-02', 'SVC-REC-03'],
  mayBreak: ['LB-FIP-05'],
  layer: 'load balancer',
  apply: (levers) => {
    const made = new Set<unknown>();
    levers.kuryrMakes('loadbalancers', (fields) => {
      const isAnew = made.has(fields['name']);
      made.add(fields['name']);
      return isAnew ? { ...fields, vip_address: undefined } : undefined;
    });
  },
};
