import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr is left in member mode L3 with ovn, so that any address becomes a member.',
  breaks: ['LIM-SEL-01'],
  mayBreak: ['SVC-EXT-01', 'SVC-EXT-02', 'SVC-EXT-03'],
  layer: 'member',
  apply: (levers) => {
    levers.settings((settings) => ({ ...settings, member_mode: 'L3' }));
  },
};
