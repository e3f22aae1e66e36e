import type { Mutant } from '../mutant.ts';
import { CloudState } from '../../openstack/state.ts';

export const mutant: Mutant = {
  fault: 'Everything that takes the cloud time takes three times as long.',
  breaks: [],
  apply: (levers) => {
    levers.override(CloudState.prototype, 'later', (call) => ([least, most], act) => {
      call([3 * least, 3 * most], act);
    });
  },
};
