import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes the pools of UDP ports administratively down.',
  breaks: ['SVC-UDP-01'],
  mayBreak: [
    'SVC-MIX-01',
    'DNS-SVC-01',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'pool',
  apply: (levers) => {
    levers.kuryrMakes('pools', (fields) =>
      fields['protocol'] === 'UDP' ? { ...fields, admin_state_up: false } : undefined,
    );
  },
};
