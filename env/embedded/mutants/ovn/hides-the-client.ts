import type { Mutant } from '../mutant.ts';
import { changeDeliveries } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'Pods behind a Service see the address of the Service instead of that of the client.',
  breaks: ['LB-OVN-03'],
  mayBreak: ['LB-OVN-04'],
  layer: 'load balancer',
  apply: (levers) => {
    changeDeliveries(levers, (delivery, sent, origin) =>
      delivery.memberId === undefined || origin.attachment.kind === 'external'
        ? delivery
        : { ...delivery, packet: { ...delivery.packet, source: sent.destination } },
    );
  },
};
