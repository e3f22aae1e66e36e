import { Controller } from '../../kuryr/controller/controller.ts';
import { Octavia } from '../../kuryr/controller/octavia.ts';
import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A controller that is started again never takes away a member that was there before.',
  breaks: ['RES-CTRL-04'],
  mayBreak: ['RES-CTRL-03'],
  layer: 'member',
  apply: (levers) => {
    let cloud: CloudState | undefined;
    levers.state((state) => {
      cloud = state;
    });
    const before = new Set<string>();
    levers.override(Controller.prototype, 'stop', (call) => () => {
      for (const { id } of cloud?.members.all() ?? []) before.add(id);
      call();
    });
    levers.override(Octavia.prototype, 'releasePart', (call) => (balancerId, path) => {
      const [, member = ''] = /\/members\/([^/]+)$/.exec(path) ?? [];
      return before.has(member) ? Promise.resolve() : call(balancerId, path);
    });
  },
};
