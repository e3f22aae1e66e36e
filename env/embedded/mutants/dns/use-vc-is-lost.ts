import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'The option use-vc does not arrive in resolv.conf.',
  origin: 'The webhook of OpenShift with failurePolicy Ignore',
  breaks: ['DNS-VC-01', 'DNS-VC-02', 'DNS-VC-03'],
  mayBreak: ['DNS-VC-05', 'DNS-TCP-01', 'DNS-TCP-03'],
  layer: 'dns',
  apply: (levers) => {
    withResolvConf(levers, (text) => text.replace(/ ?use-vc/, ''));
  },
};
