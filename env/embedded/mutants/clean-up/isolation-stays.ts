import { Pods } from '../../kuryr/controller/pods.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not give the default group back to pods whose last policy is removed.',
  breaks: ['POL-REMOVE-01'],
  isEverywhere: true,
  layer: 'security group',
  apply: (levers) => {
    let standing = '';
    levers.settings((settings) => {
      standing = settings.pod_security_groups.join();
      return settings;
    });
    levers.override(
      Pods.prototype,
      'setGroups',
      (call) => (pod, groups) =>
        groups.join() === standing ? Promise.resolve() : call(pod, groups),
    );
  },
};
