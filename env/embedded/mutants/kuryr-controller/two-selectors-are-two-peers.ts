import type { Mutant } from '../mutant.ts';
import { readsPolicies, withPeers } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A peer with two selectors is taken for two peers with one each.',
  breaks: ['POL-PEER-02', 'POL-ALLOW-01'],
  mayBreak: ['POL-EGRESS-01', 'POL-NAME-01', 'POL-NAME-02', 'POL-PEER-01'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      withPeers(spec, (peers) =>
        peers.flatMap((peer) => {
          const { podSelector, namespaceSelector } = peer;
          return podSelector === undefined || namespaceSelector === undefined
            ? [peer]
            : [{ podSelector }, { namespaceSelector }];
        }),
      ),
    );
  },
};
