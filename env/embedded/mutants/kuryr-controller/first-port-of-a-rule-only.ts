import type { Mutant } from '../mutant.ts';
import { readsPolicies, withRules } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'Of several ports of a rule only the first one is opened.',
  breaks: ['POL-PORT-02', 'POL-EGRESS-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      withRules(spec, ({ ports, ...rule }) =>
        ports === undefined ? rule : { ...rule, ports: ports.slice(0, 1) },
      ),
    );
  },
};
