import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia boots an amphora for a load balancer of the ovn provider, which nobody uses.',
  breaks: ['LB-OVN-02'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /amphorae$/, (body) => ({
      ...body,
      amphorae: [
        ...(body['amphorae'] as object[]),
        ...balancers.map((id) => ({ ...amphora, id: `amphora-${id}`, loadbalancer_id: id })),
      ],
    }));
    const balancers: string[] = [];
    levers.state((state) => {
      levers.override(state.loadBalancers, 'insert', (call) => (row) => {
        balancers.push(row.id);
        return call(row);
      });
    });
  },
};
const amphora = { status: 'ALLOCATED', role: 'STANDALONE', compute_id: 'none' } as const;
