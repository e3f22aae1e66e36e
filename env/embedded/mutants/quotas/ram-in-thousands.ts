import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The quota of RAM counts a thousand megabytes for each gigabyte.',
  on: 'openshift',
  breaks: ['QUOTA-VM-01'],
  layer: 'kubernetes',
  apply: (levers) => {
    levers.asks('PUT', /\/os-quota-sets\/[^/]+$/, (body) => {
      const granted = body['quota_set'] as Record<string, number>;
      const { ram } = granted;
      return ram === undefined ? body : { quota_set: { ...granted, ram: (ram / 1_024) * 1_000 } };
    });
  },
};
