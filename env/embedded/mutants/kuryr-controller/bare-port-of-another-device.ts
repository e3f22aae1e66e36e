import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr writes the name of a bare pod into its port where its uid belongs.',
  on: 'bare',
  breaks: ['POD-PORT-05'],
  layer: 'port',
  apply: (levers) => {
    levers.kuryrMakes('ports', (fields) =>
      'device_id' in fields ? { ...fields, device_id: fields['name'] } : undefined,
    );
  },
};
