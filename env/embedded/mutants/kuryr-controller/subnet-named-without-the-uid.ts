import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr calls the subnet of a namespace after its name alone, as it did before 7.0.',
  origin: 'KK 5afa4925: names with the uid of the namespace',
  breaks: ['NS-NAME-01'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.kuryrMakes('subnets', (fields) => ({
      ...fields,
      name: String(fields['name']).replace(/^.*\/(.*)$/, 'ns/$1-subnet'),
    }));
  },
};
