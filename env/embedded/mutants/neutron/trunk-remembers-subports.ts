import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A trunk still lists subports whose ports were deleted.',
  origin: 'BZ 1873449, KK a660eae0: subports that are not detached',
  breaks: ['TRUNK-04'],
  layer: 'subport',
  apply: (levers) => {
    const seen = new Map<string, Map<string, Subport>>();
    levers.answers('GET', /^\/v2\.0\/trunks$/, (body) => ({
      ...body,
      trunks: (body['trunks'] as Trunk[]).map((trunk) => {
        const known = seen.get(trunk.id) ?? new Map<string, Subport>();
        seen.set(trunk.id, known);
        for (const subport of trunk.sub_ports) known.set(subport.port_id, subport);
        return { ...trunk, sub_ports: [...known.values()] };
      }),
    }));
  },
};
interface Subport {
  readonly port_id: string;
}

interface Trunk {
  readonly id: string;
  readonly sub_ports: readonly Subport[];
}
