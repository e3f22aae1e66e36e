import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron does not list the extension by which Kuryr marks what it makes.',
  breaks: ['PRE-NET-01'],
  // Kuryr marks networks and ports alike.
  layer: ['namespace network', 'port'],
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/extensions$/, (body) => ({
      ...body,
      extensions: (body['extensions'] as { alias: string }[]).filter(
        ({ alias }) => alias !== 'standard-attr-tag',
      ),
    }));
  },
};
