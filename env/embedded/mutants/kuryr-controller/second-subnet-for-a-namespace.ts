import { Cloud } from '../../kuryr/api/cloud.ts';
import { NamespaceNetworks } from '../../kuryr/controller/namespace-networks.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr makes two subnets in the network of a namespace and uses the first.',
  origin: 'KK: retries of subnet creation before the CRD is written',
  breaks: ['NS-NET-01'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.override(
      NamespaceNetworks.prototype,
      'subnet',
      (call) => async (namespace, projectId, netId) => {
        const first = await call(namespace, projectId, netId);
        await extra?.(netId, projectId);
        return first;
      },
    );
    let extra: ((netId: string, projectId: string) => Promise<unknown>) | undefined;
    levers.override(Cloud.prototype, 'create', (call, self) => async (collection, fields) => {
      const made = await call(collection, fields);
      if (collection === 'subnets' && extra === undefined) {
        extra = (network_id) => self.create('subnets', { ...fields, network_id });
      }
      return made;
    });
  },
};
