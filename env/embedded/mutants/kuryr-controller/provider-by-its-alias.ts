import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr asks for the provider octavia, which is another name of amphora.',
  origin: 'BZ 1842466: load balancers are looked up by their provider',
  on: 'amphora',
  breaks: ['DRV-ASK-01'],
  // Load balancers are listed under the name amphora, so that none is found again.
  mayBreak: [
    'DRV-SWITCH-01',
    'SVC-REC-01',
    'SVC-REC-02',
    'SVC-REC-03',
    'SVC-REC-04',
    'SVC-REC-05',
    'SVC-REC-06',
    'RES-CTRL-01',
    'RES-CTRL-02',
    'RES-CTRL-03',
    'RES-CTRL-04',
    'RES-CTRL-05',
  ],
  layer: 'load balancer',
  apply: (levers) => {
    levers.settings((settings) => ({ ...settings, endpoints_driver_octavia_provider: 'octavia' }));
  },
};
