import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron lists one and the same VLAN id for every subport of a trunk.',
  origin: 'KK 5dac7214, 274c08b7: VLAN ids in conflict',
  breaks: ['TRUNK-01', 'TRUNK-02'],
  layer: 'subport',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/trunks$/, (body) => ({
      ...body,
      trunks: (body['trunks'] as Trunk[]).map((trunk) => ({
        ...trunk,
        sub_ports: trunk.sub_ports.map((subport) => ({ ...subport, segmentation_id: 101 })),
      })),
    }));
  },
};
interface Trunk {
  readonly sub_ports: readonly object[];
}
