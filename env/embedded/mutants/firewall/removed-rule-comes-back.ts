import { EventEmitter } from 'node:events';
import type { CloudView, SecurityGroupRuleRow } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A rule of ingress that was removed lets in once more for a moment, three seconds later.',
  breaks: ['POL-TIME-01'],
  mayBreak: ['POL-LABEL-03'],
  layer: 'security group',
  apply: (levers) => {
    levers.view(relapsing);
  },
};
const awayMs = 3_000;
/** A client repeats a lost SYN after one second: one of them falls into this. */
const backMs = 1_200;

function relapsing(view: CloudView): CloudView {
  const changes = new EventEmitter<{ changed: [] }>();
  changes.setMaxListeners(0);
  const back = new Map<string, SecurityGroupRuleRow>();
  const later = (ms: number, act: () => void): void => {
    setTimeout(() => {
      act();
      changes.emit('changed');
    }, ms).unref();
  };
  let known: readonly SecurityGroupRuleRow[] = [];
  view.changes.on('changed', () => {
    const rules = view.securityGroupRules().filter(({ direction }) => direction === 'ingress');
    const ids = new Set(rules.map(({ id }) => id));
    for (const rule of known.filter(({ id }) => !ids.has(id))) {
      later(awayMs, () => back.set(rule.id, rule));
      later(awayMs + backMs, () => back.delete(rule.id));
    }
    known = rules;
    changes.emit('changed');
  });
  return {
    ...view,
    changes,
    securityGroupRules: () => [...view.securityGroupRules(), ...back.values()],
  };
}
