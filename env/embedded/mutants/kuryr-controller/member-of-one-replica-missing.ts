import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Of several pods behind a TCP port, the second is never made a member.',
  origin: 'BZ 1949551: pools without some of their members',
  breaks: ['SVC-LB-03', 'SVC-TCP-01'],
  mayBreak: ['SVC-MIX-01', 'LB-FIP-01', 'LB-FIP-02', 'LB-FIP-03'],
  layer: 'member',
  apply: (levers) => {
    levers.override(
      Octavia.prototype,
      'ensureMember',
      (call) => (balancer, pool, wanted) =>
        pool.protocol === 'TCP' && wanted.target.name.endsWith('-1')
          ? Promise.resolve(undefined)
          : call(balancer, pool, wanted),
    );
  },
};
