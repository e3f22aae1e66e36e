import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Octavia shows a second listener for each port of a Service.',
  breaks: ['SVC-LB-02'],
  isEverywhere: true,
  layer: 'listener',
  apply: (levers) => {
    levers.answers('GET', /listeners$/, (body, { caller }) => {
      const listeners = body['listeners'] as { id: string; protocol_port: number }[];
      const more = listeners.map((one) => ({
        ...one,
        id: `${one.id}-2`,
        protocol_port: one.protocol_port + 1,
      }));
      return { ...body, listeners: caller.isAdmin ? [...listeners, ...more] : listeners };
    });
  },
};
