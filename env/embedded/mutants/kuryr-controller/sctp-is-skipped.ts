import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr skips ports over SCTP on a cloud that balances them.',
  origin: "BZ 1788634: Octavia's version is not read rightly",
  breaks: ['SVC-SCTP-01'],
  layer: 'listener',
  apply: (levers) => {
    levers.override(
      Octavia.prototype,
      'ensureListener',
      (call) => (balancer, wanted) =>
        wanted.protocol === 'SCTP' ? Promise.resolve(undefined) : call(balancer, wanted),
    );
  },
};
