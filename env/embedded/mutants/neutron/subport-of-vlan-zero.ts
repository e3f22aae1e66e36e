import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron lists a subport with VLAN id 0, which is none.',
  breaks: ['TRUNK-01'],
  mayBreak: ['TRUNK-*'],
  layer: 'subport',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/trunks$/, (body) => ({
      ...body,
      trunks: (body['trunks'] as Trunk[]).map((trunk) => ({
        ...trunk,
        sub_ports: trunk.sub_ports.map((subport, index) =>
          index === trunk.sub_ports.length - 1 ? { ...subport, segmentation_id: 0 } : subport,
        ),
      })),
    }));
  },
};
interface Trunk {
  readonly sub_ports: readonly object[];
}
