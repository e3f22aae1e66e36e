import type { NameReply } from '../../dataplane/programs/program.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The cluster DNS answers with an address that is not that of the Service.',
  breaks: ['DNS-SVC-01'],
  mayBreak: ['DNS-SVC-02'],
  layer: 'dns',
  apply: (levers) => {
    levers.dataPlane((plane) => {
      levers.override(plane, 'setRecords', (call) => (source) => {
        call({ answer: (query) => elsewhere(source.answer(query)) });
      });
      return plane;
    });
  },
};
function elsewhere(reply: NameReply): NameReply {
  return {
    ...reply,
    answers: (reply.answers ?? []).map((answer) => ({ ...answer, data: '192.0.2.9' })),
  };
}
