import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron lists the extension for trunks without that for their details.',
  breaks: ['PRE-TRUNK-01'],
  layer: 'subport',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/extensions$/, (body) => ({
      ...body,
      extensions: (body['extensions'] as { alias: string }[]).filter(
        ({ alias }) => alias !== 'trunk-details',
      ),
    }));
  },
};
