import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The second listener of a load balancer ends in ERROR.',
  on: 'amphora',
  breaks: ['SVC-MIX-01', 'SVC-LB-02'],
  isEverywhere: true,
  layer: 'listener',
  apply: (levers) => {
    levers.answers('GET', /listeners$/, (body, { caller }) => ({
      ...body,
      listeners: (body['listeners'] as object[]).map((listener, index) =>
        caller.isAdmin && index === 1 ? { ...listener, provisioning_status: 'ERROR' } : listener,
      ),
    }));
  },
};
