import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A rule for TCP is made as one for UDP.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) =>
      fields['protocol'] === 'tcp' ? { ...fields, protocol: 'udp' } : undefined,
    );
  },
};
