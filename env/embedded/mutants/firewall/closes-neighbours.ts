import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'A security group without ingress rules for pods closes the pods beside its own too.',
  breaks: ['POL-SG-01'],
  mayBreak: [
    'POL-DENY-02',
    'POL-DENY-01',
    'POL-ALLOW-01',
    'POL-PEER-01',
    'POL-BLOCK-01',
    'POL-PORT-01',
    'POL-RULE-01',
  ],
  layer: 'security group',
  apply: (levers) => {
    let hasPolicy = (): boolean => false;
    levers.state((state) => {
      // Kuryr describes the groups of its policies; the others are there from the beginning.
      hasPolicy = () => state.groups.all().some(({ name }) => name.includes('close'));
    });
    losePackets(levers, (arriving) => isBetweenPods(arriving) && hasPolicy());
  },
};
