import type { Mutant } from '../mutant.ts';
import { changeDeliveries } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The network between pods carries 60 bytes less than its MTU and says nothing.',
  origin: 'NET ovn/gaps.rst: OVN does not fragment',
  breaks: ['POD-NET-04'],
  mayBreak: ['POD-NET-01', 'POD-NET-02', 'POD-NET-03'],
  layer: 'namespace network',
  apply: (levers) => {
    changeDeliveries(levers, (delivery) => ({
      ...delivery,
      mtu: Math.min(delivery.mtu, delivery.mtu - 60),
    }));
  },
};
