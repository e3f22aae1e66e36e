import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The security group of the VIP does not open the UDP ports of listeners.',
  on: 'amphora',
  breaks: ['SVC-UDP-01', 'SVC-MIX-01'],
  mayBreak: [
    'DNS-SVC-01',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'listener',
  apply: (levers) => {
    levers.view((view) => {
      const isOctavias = new Set<string>();
      return {
        ...view,
        securityGroupRules: () => {
          for (const { id, name } of view.securityGroups()) {
            if (name.startsWith('lb-')) isOctavias.add(id);
          }
          return view
            .securityGroupRules()
            .filter((rule) => rule.protocol !== 'udp' || !isOctavias.has(rule.security_group_id));
        },
      };
    });
  },
};
