import { Cloud, isOverQuota } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'What was refused once for a quota is never asked for again, nor is anything of its kind.',
  origin: 'KK 3fc324fb: before it a quota that is used up ended the handler',
  breaks: ['NS-QUOTA-01', 'NS-QUOTA-02', 'NS-QUOTA-03', 'NS-QUOTA-04'],
  // What comes after on the same stack lacks it too.
  isEverywhere: true,
  layer: 'namespace network',
  apply: (levers) => {
    const refusals = new Map<string, Error>();
    const once = async <T>(path: string, make: () => Promise<T>): Promise<T> => {
      const kind = path.split('/').at(-1) ?? path;
      const refusal = refusals.get(kind);
      if (refusal !== undefined) throw refusal;
      try {
        return await make();
      } catch (error) {
        if (isOverQuota(error)) refusals.set(kind, error as Error);
        throw error;
      }
    };
    for (const method of ['create', 'createLb'] as const) {
      levers.override(
        Cloud.prototype,
        method,
        (call) => (path, fields) => once(path, () => call(path, fields)),
      );
    }
    levers.override(
      Cloud.prototype,
      'createAll',
      (call) => (path, rows) => once(path, () => call(path, rows)),
    );
  },
};
