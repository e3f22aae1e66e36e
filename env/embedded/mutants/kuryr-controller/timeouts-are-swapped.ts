import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes listeners with the timeouts of clients and of members swapped.',
  breaks: ['SVC-TIME-01'],
  layer: 'listener',
  apply: (levers) => {
    levers.kuryrMakes('listeners', (fields) => {
      const { timeout_client_data: ofClient, timeout_member_data: ofMember } = fields;
      return { ...fields, timeout_client_data: ofMember, timeout_member_data: ofClient };
    });
  },
};
