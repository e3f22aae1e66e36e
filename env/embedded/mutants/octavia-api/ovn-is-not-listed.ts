import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia does not list the provider ovn, although it has load balancers of it.',
  breaks: ['DRV-LIST-01', 'PRE-LB-03'],
  mayBreak: ['PRE-ADV-01'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /\/providers$/, (body) => ({
      ...body,
      providers: (body['providers'] as { name: string }[]).filter(({ name }) => name !== 'ovn'),
    }));
  },
};
