import { Pods } from '../../kuryr/controller/pods.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Pods that run already never get the security group of a policy.',
  origin: 'BZ 1900562: ports and policies drift apart',
  breaks: ['POL-DENY-01', 'POL-SG-02', 'POL-SG-01'],
  mayBreak: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(Pods.prototype, 'setGroups', () => () => Promise.resolve());
  },
};
