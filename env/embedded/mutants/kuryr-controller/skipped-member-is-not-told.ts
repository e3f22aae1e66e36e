import { Events } from '../../kuryr/controller/events.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr leaves an address out of a load balancer and says so nowhere.',
  breaks: ['LIM-SEL-01'],
  layer: 'member',
  apply: (levers) => {
    levers.override(Events.prototype, 'add', (call) => (about, what) => {
      if (what.reason !== 'KuryrSkipMember') call(about, what);
    });
  },
};
