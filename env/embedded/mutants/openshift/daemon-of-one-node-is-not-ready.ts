import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'On one node the daemon of Kuryr is never ready.',
  on: 'openshift',
  breaks: ['OCP-NET-03'],
  layer: 'kubernetes',
  apply: (levers) => {
    let unready: string | undefined;
    levers.dataPlane((plane) => {
      levers.override(plane, 'setHealth', (call) => (source) => {
        call({
          status: async (asked) => {
            if (asked.part !== 'daemon' || asked.path !== '/ready') return source.status(asked);
            unready ??= asked.node;
            return asked.node === unready ? 500 : source.status(asked);
          },
        });
      });
      return plane;
    });
  },
};
