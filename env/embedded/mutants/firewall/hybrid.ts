import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The firewall does not look into trunks, so that nothing is filtered at a subport.',
  origin: 'The hybrid iptables firewall of ML2/OVS, which the installer page warns of',
  breaks: ['POL-DENY-01', 'POL-SG-01', 'POL-ALLOW-01', 'TRUNK-SG-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      ports: () =>
        view
          .ports()
          .map((port) =>
            port.device_owner === 'trunk:subport'
              ? { ...port, port_security_enabled: false }
              : port,
          ),
    }));
  },
};
