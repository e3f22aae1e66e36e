import type { Fields } from '../levers.ts';
import { whatIsMade } from '../manifests.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The network of the cluster says that it is OVNKubernetes, where Kuryr was asked for.',
  on: 'openshift',
  breaks: ['OCP-NET-01'],
  mayBreak: ['OCP-NET-02'],
  layer: 'kubernetes',
  apply: (levers) => {
    whatIsMade(levers, (object) =>
      object.apiVersion === 'config.openshift.io/v1' && object.kind === 'Network'
        ? { ...object, status: { ...(object['status'] as Fields), networkType: 'OVNKubernetes' } }
        : object,
    );
  },
};
