import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr puts pods into their pool at the port of the Service instead of their target port.',
  origin: 'BZ 1828387, LP 1875428: service port and target port confused',
  breaks: ['SVC-LB-03', 'SVC-TCP-01', 'SVC-UDP-01'],
  // Hardly a Service here has the port of its pods.
  isEverywhere: true,
  layer: 'member',
  apply: (levers) => {
    levers.kuryrMakes('members', (fields) => ({ ...fields, protocol_port: 80 }));
  },
};
