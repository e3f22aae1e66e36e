import { ProcessSockets } from '../../dataplane/sockets/modules.ts';
import type { ResolverName } from '../../dataplane/resolvers/models.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The old resolvers of musl and Go in the image are newer ones.',
  breaks: ['DNS-VC-05', 'DNS-TCP-03', 'DNS-TRUNC-02'],
  layer: 'dns',
  apply: (levers) => {
    levers.override(
      ProcessSockets.prototype,
      'addressesOf',
      (call) => (resolver, wanted) => call(newer[resolver] ?? resolver, wanted),
    );
  },
};
const newer: Partial<Readonly<Record<ResolverName, ResolverName>>> = {
  'go-1.12': 'go-1.13',
  'musl-1.2.3': 'musl-1.2.4',
};
