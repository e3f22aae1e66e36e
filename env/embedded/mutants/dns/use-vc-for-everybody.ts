import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'Every pod is told use-vc, also on a cloud whose load balancers carry UDP.',
  breaks: ['DNS-UDP-01'],
  mayBreak: ['DNS-VC-01', 'DNS-VC-03', 'DNS-CONF-01', 'DNS-TRUNC-01'],
  layer: 'dns',
  apply: (levers) => {
    withResolvConf(levers, (text) => (text.includes('use-vc') ? text : `${text}options use-vc\n`));
  },
};
