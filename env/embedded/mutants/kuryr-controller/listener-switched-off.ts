import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes the UDP listener of a port that has a TCP listener administratively down.',
  breaks: ['SVC-MIX-01'],
  mayBreak: [
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
  layer: 'listener',
  apply: (levers) => {
    const withTcp = new Set<string>();
    levers.kuryrMakes('listeners', (fields) => {
      const place = `${String(fields['loadbalancer_id'])} ${String(fields['protocol_port'])}`;
      if (fields['protocol'] === 'TCP') withTcp.add(place);
      const isSecond = fields['protocol'] === 'UDP' && withTcp.has(place);
      return isSecond ? { ...fields, admin_state_up: false } : undefined;
    });
  },
};
