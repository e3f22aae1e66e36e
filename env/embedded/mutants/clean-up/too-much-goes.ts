import { NamespaceNetworks } from '../../kuryr/controller/namespace-networks.ts';
import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'With a deleted namespace Kuryr takes the pods of all namespaces off their trunks.',
  breaks: ['NS-DEL-01', 'TRUNK-04'],
  isEverywhere: true,
  layer: 'subport',
  apply: (levers) => {
    let cloud: CloudState | undefined;
    levers.state((state) => {
      cloud = state;
    });
    levers.override(NamespaceNetworks.prototype, 'remove', (call) => async (netId, subnetId) => {
      await call(netId, subnetId);
      for (const { id } of cloud?.trunks.all() ?? []) cloud?.trunks.update(id, { sub_ports: [] });
    });
  },
};
