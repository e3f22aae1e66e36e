import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A rule of egress that names a port by its name opens every port of the peer.',
  breaks: ['POL-NAME-02'],
  mayBreak: ['POL-NAME-04', 'POL-NAME-05'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      spec.egress === undefined
        ? spec
        : {
            ...spec,
            egress: spec.egress.map(({ ports = [], ...rule }) =>
              ports.length === 0 || ports.some(({ port }) => typeof port === 'string')
                ? rule
                : { ...rule, ports },
            ),
          },
    );
  },
};
