import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The range of ports in a rule begins one port too late.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const first = fields['port_range_min'];
      if (typeof first !== 'number') return undefined;
      const last = Number(fields['port_range_max']);
      return { ...fields, port_range_min: first + 1, port_range_max: Math.max(last, first + 1) };
    });
  },
};
