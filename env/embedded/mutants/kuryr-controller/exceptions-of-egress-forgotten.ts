import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'The exceptions of a block are forgotten where a policy lets out.',
  breaks: ['POL-BLOCK-03'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      spec.egress === undefined
        ? spec
        : {
            ...spec,
            egress: spec.egress.map(({ to, ...rule }) =>
              to === undefined
                ? rule
                : {
                    ...rule,
                    to: to.map(({ ipBlock, ...peer }) =>
                      ipBlock === undefined ? peer : { ipBlock: { cidr: ipBlock.cidr } },
                    ),
                  },
            ),
          },
    );
  },
};
