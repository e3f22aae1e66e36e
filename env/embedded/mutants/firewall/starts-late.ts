import type { CloudView, PortRow } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';
import { EventEmitter } from 'node:events';

export const mutant: Mutant = {
  fault: 'Other security groups of a port that is in use are enforced half a minute late.',
  breaks: ['POL-DENY-01', 'POL-SG-01'],
  mayBreak: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.view(delayed);
  },
};
const lateMs = 30_000;

interface Known {
  readonly groups: readonly string[];
  readonly wanted: string;
  readonly atMs: number;
}

/** New ports have their groups at once; changes wait. */
function delayed(view: CloudView): CloudView {
  const known = new Map<string, Known>();
  const changes = new EventEmitter<{ changed: [] }>();
  changes.setMaxListeners(0);
  view.changes.on('changed', () => {
    changes.emit('changed');
    setTimeout(() => changes.emit('changed'), lateMs).unref();
  });
  const groupsOf = ({ id, security_groups: groups }: PortRow): readonly string[] => {
    const last = known.get(id);
    const wanted = groups.join();
    if (last === undefined) {
      known.set(id, { groups, wanted, atMs: 0 });
      return groups;
    }
    if (last.wanted !== wanted) known.set(id, { ...last, wanted, atMs: Date.now() + lateMs });
    const now = known.get(id) ?? last;
    if (now.atMs > Date.now()) return now.groups;
    known.set(id, { groups, wanted, atMs: 0 });
    return groups;
  };
  return {
    ...view,
    changes,
    ports: () => view.ports().map((port) => ({ ...port, security_groups: groupsOf(port) })),
  };
}
