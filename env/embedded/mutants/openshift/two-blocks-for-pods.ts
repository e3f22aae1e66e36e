import type { Fields } from '../levers.ts';
import { whatIsMade } from '../manifests.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The network of the cluster has a second block of addresses for pods.',
  on: 'openshift',
  breaks: ['LIM-NET-01'],
  layer: 'kubernetes',
  apply: (levers) => {
    const second = { cidr: '10.252.0.0/16', hostPrefix: 24 };
    const widened = (part: unknown): Fields => {
      const { clusterNetwork, ...rest } = part as { clusterNetwork: object[] };
      return { ...rest, clusterNetwork: [...clusterNetwork, second] };
    };
    whatIsMade(levers, (object) =>
      object.apiVersion === 'config.openshift.io/v1' && object.kind === 'Network'
        ? { ...object, spec: widened(object['spec']), status: widened(object['status']) }
        : object,
    );
  },
};
