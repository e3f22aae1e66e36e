import type { Fields } from '../levers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia keeps the allowed addresses of a listener that is to allow everybody again.',
  origin: 'BZ 1886749: access through the load balancer stayed cut without the policy',
  on: 'amphora',
  breaks: ['POL-SVC-02'],
  mayBreak: ['POL-SVC-07'],
  layer: 'listener',
  apply: (levers) => {
    levers.asks('PUT', /\/listeners\/[^/]+$/, (body) => {
      const { allowed_cidrs: cidrs, ...rest } = body['listener'] as Fields;
      return cidrs === null ? { ...body, listener: rest } : body;
    });
  },
};
