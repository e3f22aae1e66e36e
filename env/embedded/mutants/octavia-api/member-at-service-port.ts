import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr puts pods into their pool at the port of the Service instead of their target port.',
  origin: 'BZ 1828387, LP 1875428: service port and target port confused',
  breaks: ['SVC-LB-03', 'SVC-TCP-01', 'SVC-UDP-01'],
  mayBreak: [
    'DNS-SVC-01',
    'DNS-SVC-02',
    'DNS-UDP-01',
    'DNS-VC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
    'DNS-TCP-01',
    'DNS-TCP-03',
    'LB-FIP-04',
  ],
  layer: 'member',
  apply: (levers) => {
    levers.kuryrMakes('members', (fields) => ({ ...fields, protocol_port: 80 }));
  },
};
