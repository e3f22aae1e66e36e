import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Rules are made without protocol and port, and so open all of them to the admitted pod.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const anything = { protocol: null, port_range_min: null, port_range_max: null };
      return typeof fields['protocol'] === 'string' ? { ...fields, ...anything } : undefined;
    });
  },
};
