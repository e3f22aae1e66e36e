import { Pods } from '../../kuryr/controller/pods.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of several policies that select a pod only the last one counts.',
  breaks: ['POL-SG-02'],
  mayBreak: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(
      Pods.prototype,
      'setGroups',
      (call) => (pod, groups) => call(pod, groups.slice(-1)),
    );
  },
};
