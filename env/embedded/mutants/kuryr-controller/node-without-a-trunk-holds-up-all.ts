import { Pods } from '../../kuryr/controller/pods.ts';
import { NotReady } from '../../kuryr/queue.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'While a pod waits on a node without a trunk, Kuryr wires no other pod either.',
  origin: 'KK 0c875004: a node without a trunk',
  breaks: ['TRUNK-06'],
  layer: 'pod',
  apply: (levers) => {
    const waiting = new Set<string>();
    levers.override(Pods.prototype, 'work', (call) => async (key) => {
      if (waiting.size > 0 && !waiting.has(key)) throw new NotReady('Another pod has no trunk.');
      try {
        await call(key);
        waiting.delete(key);
      } catch (error) {
        if ((error as Error).message.includes('missing trunk details')) waiting.add(key);
        throw error;
      }
    });
  },
};
