import { Controller } from '../../kuryr/controller/controller.ts';
import { WorkQueue } from '../../kuryr/queue.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A controller that is started again looks at what changes, and never at what was there.',
  breaks: ['RES-CTRL-02', 'RES-CTRL-05'],
  mayBreak: ['RES-CTRL-01', 'RES-CTRL-03', 'RES-CTRL-04'],
  layer: 'pod',
  apply: (levers) => {
    let isStartedAgain = false;
    levers.override(Controller.prototype, 'stop', (call) => () => {
      isStartedAgain = true;
      call();
    });
    levers.override(WorkQueue.prototype, 'add', (call, queue) => (key) => {
      // Until a queue is opened, what is added is what was there.
      if (!isStartedAgain || opened.has(queue)) call(key);
    });
    levers.override(WorkQueue.prototype, 'open', (call, queue) => () => {
      opened.add(queue);
      call();
    });
  },
};
const opened = new WeakSet<WorkQueue>();
