import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The second member of a pool stays in PENDING_CREATE and gets no traffic.',
  breaks: ['SVC-LB-03', 'SVC-TCP-01'],
  mayBreak: ['SVC-UDP-01', 'SVC-MIX-01', 'LB-FIP-01', 'LB-FIP-02', 'LB-FIP-03'],
  layer: 'member',
  apply: (levers) => {
    const count = new Map<string, number>();
    levers.state((state) => {
      const stuck = new Set<string>();
      levers.override(state.members, 'insert', (call) => (row) => {
        const seen = (count.get(row.pool_id) ?? 0) + 1;
        count.set(row.pool_id, seen);
        if (seen === 2) stuck.add(row.id);
        return call(row);
      });
      levers.override(
        state.members,
        'update',
        (call) => (id, fields) =>
          stuck.has(id) && fields.provisioning_status === 'ACTIVE' ? undefined : call(id, fields),
      );
    });
  },
};
