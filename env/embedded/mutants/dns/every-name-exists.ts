import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The cluster DNS answers every name below the domain of the cluster.',
  breaks: ['DNS-SVC-01'],
  mayBreak: ['DNS-SVC-02'],
  layer: 'dns',
  apply: (levers) => {
    levers.dataPlane((plane) => {
      levers.override(plane, 'setRecords', (call) => (source) => {
        call({
          answer: (query) => {
            const reply = source.answer(query);
            const isAbsent = reply.rcode === 'NXDOMAIN' && query.name.endsWith('cluster.local');
            const answer = { type: 'A', name: query.name, ttl: 5, data: '192.0.2.9' };
            return isAbsent && query.type === 'A' ? { answers: [answer] } : reply;
          },
        });
      });
      return plane;
    });
  },
};
