import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'OVN keeps the flows of a load balancer and of its floating IP after both were deleted.',
  breaks: ['LB-FIP-03'],
  // What is deleted while its Service goes on stays too.
  mayBreak: ['LB-*', 'SVC-*', 'RES-*', 'DNS-*'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      loadBalancers: kept(() => view.loadBalancers()),
      listeners: kept(() => view.listeners()),
      pools: kept(() => view.pools()),
      members: kept(() => view.members()),
      floatingIps: kept(() => view.floatingIps()),
    }));
  },
};
type Rows<T> = () => readonly T[];

function kept<T extends { readonly id: string }>(rows: Rows<T>): Rows<T> {
  const last = new Map<string, T>();
  return () => {
    for (const row of rows()) {
      if ((row as { port_id?: string | null }).port_id !== null) last.set(row.id, row);
    }
    return [...last.values()];
  };
}
