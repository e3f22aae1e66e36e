import type { Mutant } from '../mutant.ts';
import { changeDeliveries, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The router hides pods from the outside behind the address next to its own.',
  breaks: ['POD-SNAT-01'],
  layer: 'router',
  apply: (levers) => {
    changeDeliveries(levers, (delivery, _, origin) => {
      const isLeaving =
        delivery.point.kind === 'external' && nodePortOf(origin.attachment) !== undefined;
      if (!isLeaving) return delivery;
      const { packet } = delivery;
      return { ...delivery, packet: { ...packet, source: neighbourOf(packet.source) } };
    });
  },
};
function neighbourOf(address: string): string {
  return address.replace(/\d+$/, (last) => String(Number(last) + 1));
}
