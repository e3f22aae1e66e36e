import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia shows the second pool of a load balancer in PENDING_UPDATE, although it works.',
  breaks: ['SVC-LB-04'],
  mayBreak: ['SVC-MIX-01'],
  layer: 'pool',
  apply: (levers) => {
    levers.answers('GET', /pools$/, (body, { caller }) => {
      const seen = new Set<string>();
      const pools = (body['pools'] as Pool[]).map((pool) => {
        const owner = pool.loadbalancers[0]?.id ?? '';
        const isSecond = seen.has(owner);
        seen.add(owner);
        return caller.isAdmin && isSecond
          ? { ...pool, provisioning_status: 'PENDING_UPDATE' }
          : pool;
      });
      return { ...body, pools };
    });
  },
};
interface Pool {
  readonly loadbalancers: readonly { readonly id: string }[];
}
