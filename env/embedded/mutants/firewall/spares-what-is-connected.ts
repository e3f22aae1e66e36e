import { TrackedPath } from '../../dataplane/sockets/path.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Security groups decide about new connections only; one that is there goes on for ever.',
  breaks: ['POL-CONN-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(TrackedPath.prototype, 'isOpen', () => () => true);
  },
};
