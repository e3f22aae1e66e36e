import { deviates } from '../deviations.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A label of a pod that changes counts only when the policy is looked at anew.',
  origin: 'kuryr-kubernetes 3.0 to 10.0, PodLabelHandler._has_vifs',
  on: 'mended',
  breaks: ['POL-LABEL-01', 'POL-LABEL-02'],
  layer: 'security group',
  apply: (levers) => {
    deviates(levers, 'labelsUnfollowed');
  },
};
