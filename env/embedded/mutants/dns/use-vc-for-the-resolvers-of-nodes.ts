import type { Mutant } from '../mutant.ts';
import { withResolvConf } from '../names.ts';

export const mutant: Mutant = {
  fault: 'Pods with the resolvers of their node are told use-vc, though nothing calls for it.',
  breaks: ['DNS-CONF-01'],
  mayBreak: ['DNS-SVC-02', 'DNS-SVC-03'],
  layer: 'dns',
  apply: (levers) => {
    // Pods of the cluster DNS have search domains, those with servers of their own have timeouts.
    withResolvConf(levers, (text) =>
      /search|timeout/.test(text) ? text : `${text}options use-vc\n`,
    );
  },
};
