import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'Pods get no search domains, so that only full names are found.',
  breaks: ['DNS-SVC-01'],
  mayBreak: ['DNS-SVC-02'],
  layer: 'dns',
  apply: (levers) => {
    withResolvConf(levers, (text) => text.replace(/^search .*$/m, ''));
  },
};
