import type { Mutant } from '../mutant.ts';
import { readsPolicies, withPeers } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'An exception of a block takes the whole subnet around it along.',
  breaks: ['POL-BLOCK-02', 'POL-BLOCK-03'],
  mayBreak: ['POL-BLOCK-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      withPeers(spec, (peers) =>
        peers.map(({ ipBlock, ...peer }) => {
          if (ipBlock?.except === undefined) return ipBlock === undefined ? peer : { ipBlock };
          const except = ipBlock.except.map((block) => block.replace(/\/32$/, '/26'));
          return { ipBlock: { ...ipBlock, except } };
        }),
      ),
    );
  },
};
