import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'The webhook passes over pods that use the resolvers of their node.',
  on: 'openshift-stein',
  breaks: ['DNS-CONF-02'],
  mayBreak: ['DNS-SVC-03'],
  layer: 'dns',
  apply: (levers) => {
    // Pods of the cluster DNS have search domains, those with servers of their own have timeouts.
    withResolvConf(levers, (text) =>
      /search|timeout/.test(text) ? text : text.replace(/^options use-vc$/m, ''),
    );
  },
};
