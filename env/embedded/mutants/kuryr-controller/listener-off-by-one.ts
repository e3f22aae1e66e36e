import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes UDP listeners at the port after the one of the Service.',
  breaks: ['SVC-UDP-01', 'SVC-LB-02'],
  mayBreak: ['SVC-MIX-01'],
  layer: 'listener',
  apply: (levers) => {
    // Not that of the cluster DNS, without which nothing would start.
    levers.kuryrMakes('listeners', (fields) =>
      fields['protocol'] === 'UDP' && fields['protocol_port'] !== 53
        ? { ...fields, protocol_port: Number(fields['protocol_port']) + 1 }
        : undefined,
    );
  },
};
