import type { Mutant } from '../mutant.ts';
import { readsPolicies, withPeers } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'A peer with a podSelector alone means such pods of all namespaces.',
  breaks: ['POL-SEL-01', 'POL-SVC-05'],
  mayBreak: ['POL-PORT-02', 'POL-EGRESS-01', 'POL-NAME-01', 'POL-NAME-02'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) =>
      withPeers(spec, (peers) =>
        peers.map((peer) =>
          peer.podSelector === undefined ? peer : { namespaceSelector: {}, ...peer },
        ),
      ),
    );
  },
};
