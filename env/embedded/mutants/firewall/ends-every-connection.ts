import { TrackedPath } from '../../dataplane/sockets/path.ts';
import type { CloudView } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A change of the rules of any group ends the connections that were there before.',
  breaks: ['POL-CONN-02'],
  // A sample that is on its way just then is lost.
  mayBreak: ['POL-UPDATE-02'],
  layer: 'security group',
  apply: (levers) => {
    let rules = '';
    let epoch = 0;
    levers.view((view) => {
      view.changes.on('changed', () => {
        const now = rulesOf(view);
        if (now !== rules) epoch += 1;
        rules = now;
      });
      return view;
    });
    const born = new WeakMap<TrackedPath, number>();
    levers.override(TrackedPath.prototype, 'isOpen', (call, self) => () => {
      const since = born.get(self) ?? epoch;
      born.set(self, since);
      return since === epoch && call();
    });
  },
};

function rulesOf(view: CloudView): string {
  return view
    .securityGroupRules()
    .map(({ id }) => id)
    .join();
}
