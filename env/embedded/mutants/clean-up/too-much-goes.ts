import { NamespaceNetworks } from '../../kuryr/controller/namespace-networks.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'With the subnet of one deleted namespace Kuryr takes those of all namespaces off the router.',
  breaks: ['NS-DEL-01'],
  isEverywhere: true,
  layer: 'router',
  apply: (levers) => {
    const seen = new Set<string>();
    levers.override(NamespaceNetworks.prototype, 'route', (call) => (subnetId) => {
      seen.add(subnetId);
      return call(subnetId);
    });
    levers.state((state) => {
      levers.override(state.networks, 'remove', (call) => (id) => {
        for (const port of state.ports.all()) {
          const isGone = port.fixed_ips.some(({ subnet_id }) => seen.has(subnet_id));
          if (isGone && port.device_owner === 'network:router_interface') {
            state.ports.remove(port.id);
          }
        }
        return call(id);
      });
    });
  },
};
