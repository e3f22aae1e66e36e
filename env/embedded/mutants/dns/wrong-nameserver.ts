import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'Pods are told an address of the cluster DNS at which nobody is.',
  breaks: ['DNS-SVC-01'],
  mayBreak: ['DNS-SVC-02'],
  layer: 'dns',
  apply: (levers) => {
    // Pods that name their servers themselves have no search domains.
    withResolvConf(levers, (text) =>
      text.includes('search') ? text.replace(/^nameserver .*$/m, 'nameserver 192.0.2.53') : text,
    );
  },
};
