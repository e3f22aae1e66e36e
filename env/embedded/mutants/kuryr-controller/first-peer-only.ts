import type { Mutant } from '../mutant.ts';
import { readsPolicies, withPeers } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'Of several peers of a rule only the first one is admitted.',
  breaks: ['POL-PEER-02', 'POL-UPDATE-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) => withPeers(spec, (peers) => peers.slice(0, 1)));
  },
};
