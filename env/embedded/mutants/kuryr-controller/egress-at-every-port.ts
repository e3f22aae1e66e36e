import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Rules of egress are made for all ports of their protocol.',
  breaks: ['POL-EGRESS-01', 'POL-SVC-04'],
  mayBreak: ['POL-BLOCK-03', 'POL-NAME-02', 'POL-NAME-04', 'POL-NAME-05', 'POL-SVC-03'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) =>
      fields['direction'] === 'egress' && typeof fields['port_range_min'] === 'number'
        ? { ...fields, port_range_min: 1, port_range_max: 65_535 }
        : undefined,
    );
  },
};
