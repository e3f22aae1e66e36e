import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of several security groups of a port only the first one is enforced.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      ports: () =>
        view.ports().map((port) => ({
          ...port,
          security_groups: port.security_groups.slice(0, 1),
        })),
    }));
  },
};
