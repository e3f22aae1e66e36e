import { Table } from '../../openstack/table.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The cloud lists everything in the reverse order of its making.',
  breaks: [],
  apply: (levers) => {
    levers.override(
      Table.prototype,
      'all',
      (call) => (): ReturnType<typeof call> => call().toReversed() as ReturnType<typeof call>,
    );
  },
};
