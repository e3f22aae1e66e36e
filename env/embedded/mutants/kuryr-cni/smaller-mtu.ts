import { SimulatedNetns } from '../../dataplane/sockets/netns.ts';
import type { Nic } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The CNI plugin sets the MTU of an interface 100 bytes smaller than KuryrPort says.',
  origin: 'KK 574f5eab, 07a3723f: MTU of the interface',
  breaks: ['POD-NET-04', 'POD-MTU-01'],
  layer: 'pod',
  apply: (levers) => {
    levers.override(SimulatedNetns.prototype, 'addNic', (call) => (nic) => {
      call(smaller(nic));
    });
  },
};
function smaller(nic: Nic): Nic {
  return nic.attachment.kind === 'vlan' ? { ...nic, mtu: nic.mtu - 100 } : nic;
}
