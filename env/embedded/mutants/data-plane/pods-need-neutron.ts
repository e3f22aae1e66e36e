import { Front } from '../../openstack/http/listener.ts';
import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The ports of pods carry nothing while the API of Neutron is away.',
  breaks: ['RES-API-01'],
  mayBreak: ['RES-API-02', 'RES-API-03'],
  // One of the scenarios asks through a Service, where nobody answers.
  layer: ['port', 'listener'],
  apply: (levers) => {
    let isAway = false;
    levers.override(Front.prototype, 'stop', (call) => (service) => {
      const back = call(service);
      isAway = service === 'neutron';
      return () => {
        isAway = false;
        back();
      };
    });
    losePackets(levers, (arriving) => isAway && isBetweenPods(arriving));
  },
};
