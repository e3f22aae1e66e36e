import { EventEmitter } from 'node:events';
import type { CloudView, PortRow } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'A port that a security group has closed stays closed for half a minute after it has other groups.',
  breaks: ['TRUNK-SG-01'],
  mayBreak: [
    'POL-TIME-01',
    'POL-UPDATE-01',
    'POL-UPDATE-02',
    'POL-REMOVE-01',
    'POL-SG-03',
    'POL-LABEL-01',
    'POL-LABEL-02',
    'POL-LABEL-03',
    'POL-RANDOM-01',
    'POL-SVC-01',
    'POL-SVC-02',
  ],
  // A pod whose node does not get through is not ready either.
  layer: ['security group', 'pod'],
  apply: (levers) => {
    levers.view(delayed);
  },
};
const lateMs = 30_000;

interface Enforced {
  readonly groups: readonly string[];
  readonly isClosed: boolean;
  /** Other groups count from then on; 0 while there are no other ones. */
  readonly untilMs: number;
}

function delayed(view: CloudView): CloudView {
  const known = new Map<string, Enforced>();
  const changes = new EventEmitter<{ changed: [] }>();
  changes.setMaxListeners(0);
  view.changes.on('changed', () => {
    changes.emit('changed');
    setTimeout(() => changes.emit('changed'), lateMs).unref();
  });
  const isClosing = (groups: readonly string[]): boolean =>
    !view
      .securityGroupRules()
      .some((rule) => rule.direction === 'ingress' && groups.includes(rule.security_group_id));
  const groupsOf = ({ id, security_groups: groups }: PortRow): readonly string[] => {
    const last = known.get(id);
    // A group that comes beside the one that closes is none of this.
    const isOther = last !== undefined && !last.groups.every((group) => groups.includes(group));
    if (last?.isClosed === true && isOther) {
      const untilMs = last.untilMs === 0 ? Date.now() + lateMs : last.untilMs;
      known.set(id, { ...last, untilMs });
      if (Date.now() < untilMs) return last.groups;
    }
    known.set(id, { groups, isClosed: isClosing(groups), untilMs: 0 });
    return groups;
  };
  return {
    ...view,
    changes,
    ports: () => view.ports().map((port) => ({ ...port, security_groups: groupsOf(port) })),
  };
}
