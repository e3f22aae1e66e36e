import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia gives a load balancer the address after the one that it was asked for.',
  breaks: ['SVC-LB-01', 'SVC-TCP-01'],
  isEverywhere: true,
  layer: 'load balancer',
  apply: (levers) => {
    levers.state((state) => {
      levers.override(
        state.loadBalancers,
        'insert',
        (call) => (row) => call({ ...row, vip_address: next(row.vip_address) }),
      );
    });
  },
};
function next(address: string): string {
  const parts = address.split('.').map(Number);
  return [...parts.slice(0, 3), ((parts[3] ?? 0) % 250) + 1].join('.');
}
