import { Cloud } from '../../kuryr/api/cloud.ts';
import type { Mutant } from '../mutant.ts';

type Named = Awaited<ReturnType<Cloud['list']>>[number] & { readonly name: string };

export const mutant: Mutant = {
  fault:
    'Kuryr takes every security group of the project that no port carries for one of a deleted policy.',
  breaks: ['RES-OTHER-01'],
  layer: 'clean-up',
  apply: (levers) => {
    levers.override(Cloud.prototype, 'remove', (call, cloud) => async (collection, id) => {
      await call(collection, id);
      if (collection !== 'security-groups') return;
      const groups = await cloud.list<Named>('security-groups');
      const others = groups.filter(({ name }) => name !== 'default' && !name.startsWith('sg/'));
      // Neutron keeps those that a port carries.
      await Promise.all(others.map((group) => call(collection, group.id).catch(() => undefined)));
    });
  },
};
