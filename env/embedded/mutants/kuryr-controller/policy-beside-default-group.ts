import { Pods } from '../../kuryr/controller/pods.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A pod that a policy selects keeps the default group too, which admits everybody.',
  breaks: ['POL-DENY-01', 'POL-SG-01', 'POL-SG-02'],
  layer: 'security group',
  apply: (levers) => {
    let standing: readonly string[] = [];
    levers.settings((settings) => {
      standing = settings.pod_security_groups;
      return settings;
    });
    levers.override(
      Pods.prototype,
      'setGroups',
      (call) => (pod, groups) => call(pod, [...new Set([...groups, ...standing])]),
    );
  },
};
