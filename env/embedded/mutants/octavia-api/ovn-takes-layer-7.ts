import type { Fields } from '../levers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The ovn provider takes a listener over HTTP and makes one over TCP of it.',
  breaks: ['DRV-OVN-01'],
  layer: 'listener',
  apply: (levers) => {
    levers.asks('POST', /\/listeners$/, (body) => {
      const listener = body['listener'] as Fields;
      const isHttp = listener['protocol'] === 'HTTP';
      return isHttp ? { ...body, listener: { ...listener, protocol: 'TCP' } } : body;
    });
  },
};
