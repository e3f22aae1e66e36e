import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr does not note a member that it finds in Octavia instead of making it.',
  breaks: ['SVC-REC-01'],
  layer: 'load balancer',
  apply: (levers) => {
    const noted = new Set<string>();
    levers.override(Octavia.prototype, 'ensureMember', (call) => async (balancer, pool, wanted) => {
      const member = await call(balancer, pool, wanted);
      if (member === undefined || noted.has(member.id)) return undefined;
      noted.add(member.id);
      return member;
    });
  },
};
