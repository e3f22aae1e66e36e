import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Pools of UDP listeners end in ERROR.',
  breaks: ['SVC-UDP-01'],
  isEverywhere: true,
  layer: 'pool',
  apply: (levers) => {
    levers.answers('GET', /pools$/, (body, { caller }) => ({
      ...body,
      pools: (body['pools'] as { protocol: string }[]).map((pool) =>
        caller.isAdmin && pool.protocol === 'UDP'
          ? { ...pool, provisioning_status: 'ERROR' }
          : pool,
      ),
    }));
  },
};
