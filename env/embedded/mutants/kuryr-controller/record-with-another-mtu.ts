import { Places } from '../../kuryr/controller/context.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr gives the interfaces of pods an MTU that is 50 bytes smaller than that of their network.',
  origin: 'LP 1863212: MTU of pods and of their network differ',
  breaks: ['POD-NET-04'],
  layer: 'port',
  apply: (levers) => {
    levers.override(Places.prototype, 'of', (call) => async (subnetId) => {
      const place = await call(subnetId);
      return { ...place, network: { ...place.network, mtu: place.network.mtu - 50 } };
    });
  },
};
