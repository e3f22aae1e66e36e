import { ProcessSockets } from '../../dataplane/sockets/modules.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The c-ares of the image is one that does not know use-vc.',
  breaks: ['DNS-VC-04'],
  mayBreak: ['DNS-UDP-01', 'DNS-VC-01', 'DNS-VC-03'],
  layer: 'dns',
  apply: (levers) => {
    let isOfLibrary = false;
    levers.override(ProcessSockets.prototype, 'addressesOf', (call) => (resolver, wanted) => {
      isOfLibrary = true;
      const found = call(resolver, wanted);
      isOfLibrary = false;
      return found;
    });
    levers.override(ProcessSockets.prototype, 'asking', (call) => () => {
      const asking = call();
      return isOfLibrary ? asking : { ...asking, conf: { ...asking.conf, useVc: false } };
    });
  },
};
