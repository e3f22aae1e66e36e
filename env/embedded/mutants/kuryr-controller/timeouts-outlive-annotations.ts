import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr leaves the timeouts of a listener as they are when the annotations are taken away.',
  breaks: ['SVC-TIME-02'],
  layer: 'listener',
  apply: (levers) => {
    levers.override(Cloud.prototype, 'updateLb', (call) => (path, fields) => {
      if (!path.startsWith('listeners/')) return call(path, fields);
      const kept = Object.entries(fields).filter(([, value]) => value !== null);
      return kept.length === 0 ? Promise.resolve() : call(path, Object.fromEntries(kept));
    });
  },
};
