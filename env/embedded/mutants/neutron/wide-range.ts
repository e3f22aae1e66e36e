import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron stores the range of ports of a rule as the whole range of its protocol.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.state((state) => {
      levers.override(
        state.rules,
        'insert',
        (call) => (row) =>
          call(
            row.port_range_min === null
              ? row
              : { ...row, protocol: null, port_range_min: null, port_range_max: null },
          ),
      );
    });
  },
};
