import type { Mutant } from '../mutant.ts';
import { isBetweenPods, losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault:
    'Once there is a policy, the firewall also closes every second pod that no policy selects.',
  breaks: ['POL-DENY-02'],
  mayBreak: [
    'POL-SG-01',
    'POL-ALLOW-01',
    'POL-PEER-01',
    'POL-BLOCK-01',
    'POL-PORT-01',
    'POL-RULE-01',
  ],
  layer: 'security group',
  apply: (levers) => {
    let isUnselected: (address: string) => boolean = () => false;
    levers.state((state) => {
      isUnselected = (address) => {
        const ofPolicies = state.groups.all().filter(({ name }) => /^sg[/-]/.test(name));
        const port = state.ports
          .all()
          .find(({ fixed_ips: [fixed] }) => fixed?.ip_address === address);
        const carries = ofPolicies.some(({ id }) => port?.security_groups.includes(id) === true);
        return ofPolicies.length > 0 && !carries;
      };
    });
    losePackets(
      levers,
      (arriving) =>
        isBetweenPods(arriving) &&
        Number(arriving.sent.destination.split('.').at(-1)) % 2 === 0 &&
        isUnselected(arriving.sent.destination),
    );
  },
};
