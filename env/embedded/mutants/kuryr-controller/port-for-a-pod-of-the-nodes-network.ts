import type { Pod } from '../../kuryr/api/resources.ts';
import type { Mutant } from '../mutant.ts';
import { kuryrSeesPods } from '../pods.ts';

export const mutant: Mutant = {
  fault:
    'Kuryr takes a pod in the network of its node for one on the pod network, and makes a port for it.',
  origin: 'BZ 1894408: ports of pods with hostNetwork',
  breaks: ['POD-HOST-01', 'NS-NET-04'],
  mayBreak: ['POD-NET-05', 'POD-NET-06'],
  layer: ['port', 'namespace network'],
  apply: (levers) => {
    kuryrSeesPods(levers, (pod) =>
      pod.spec.hostNetwork === true ? asIfOnThePodNetwork(pod) : pod,
    );
  },
};

/** Such a pod is not held up by a network that is still to come, so it may run before Kuryr looks. */
function asIfOnThePodNetwork(pod: Pod): Pod {
  const isRunning = pod.status?.phase === 'Running';
  return {
    ...pod,
    spec: { ...pod.spec, hostNetwork: false },
    status: { ...pod.status, ...(isRunning ? { phase: 'Pending' } : {}) },
  };
}
