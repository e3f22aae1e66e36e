import { Octavia } from '../../kuryr/controller/octavia.ts';
import { memberName } from '../../kuryr/names.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes the members of all ports of a Service at the target port of the first one.',
  breaks: ['SVC-PORT-01'],
  layer: 'member',
  apply: (levers) => {
    const firsts = new Map<string, number>();
    levers.override(Octavia.prototype, 'ensureMember', (call) => async (balancer, pool, wanted) => {
      const port = firsts.get(balancer.id) ?? wanted.port;
      firsts.set(balancer.id, port);
      const made = await call(balancer, pool, { ...wanted, port });
      // Kuryr notes what it wanted, and has nothing to mend.
      const name = memberName(wanted.target, wanted.port);
      return made && { ...made, name, port: wanted.port };
    });
  },
};
