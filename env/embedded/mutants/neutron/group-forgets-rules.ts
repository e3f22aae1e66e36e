import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron accepts a rule of a security group and loses it.',
  breaks: ['POL-ALLOW-01'],
  mayBreak: ['POL-*'],
  layer: 'security group',
  apply: (levers) => {
    levers.state((state) => {
      levers.override(state.rules, 'insert', (call) => (row) => {
        const made = call(row);
        // Only such as policies that name a port have; others are what the nodes need.
        if (row.port_range_min !== null) state.rules.remove(row.id);
        return made;
      });
    });
  },
};
