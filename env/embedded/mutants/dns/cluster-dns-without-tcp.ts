import type { Mutant } from '../mutant.ts';
import { withoutClusterDns } from '../names.ts';

export const mutant: Mutant = {
  fault: 'Behind the TCP port of the cluster DNS there is no server.',
  origin: 'BZ 1949551: pools without members',
  breaks: ['DNS-SVC-03'],
  mayBreak: ['DNS-SVC-02', 'DNS-CONF-01'],
  layer: 'dns',
  apply: (levers) => {
    withoutClusterDns(levers, 'TCP');
  },
};
