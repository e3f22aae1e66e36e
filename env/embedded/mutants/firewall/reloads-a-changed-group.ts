import { EventEmitter } from 'node:events';
import type { CloudView } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'While the rules of a group change, none of them lets anybody in for some seconds.',
  breaks: ['POL-UPDATE-02'],
  layer: 'security group',
  apply: (levers) => {
    levers.view(reloading);
  },
};
/** A lost SYN is repeated after one second: what is shorter nobody notices. */
const reloadMs = 2_500;

function reloading(view: CloudView): CloudView {
  const changes = new EventEmitter<{ changed: [] }>();
  changes.setMaxListeners(0);
  const until = new Map<string, number>();
  let known = new Map<string, string>();
  view.changes.on('changed', () => {
    const carried = new Set(view.ports().flatMap(({ security_groups: groups }) => groups));
    const now = rulesByGroup(view);
    for (const [id, rules] of now) {
      const before = known.get(id);
      if (!carried.has(id) || before === undefined || before === rules) continue;
      until.set(id, Date.now() + reloadMs);
      setTimeout(() => changes.emit('changed'), reloadMs + 20).unref();
    }
    known = now;
    changes.emit('changed');
  });
  const isReloading = (id: string): boolean => (until.get(id) ?? 0) > Date.now();
  return {
    ...view,
    changes,
    securityGroupRules: () =>
      view
        .securityGroupRules()
        .filter(
          ({ security_group_id: id, direction }) => direction === 'egress' || !isReloading(id),
        ),
  };
}

function rulesByGroup(view: CloudView): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { security_group_id: group, id } of view.securityGroupRules()) {
    ids.set(group, `${ids.get(group) ?? ''} ${id}`);
  }
  return ids;
}
