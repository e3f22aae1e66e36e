import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'OVN sends connections to the last member of a pool at the wrong port.',
  breaks: ['SVC-TCP-01', 'SVC-UDP-01'],
  mayBreak: [
    'SVC-MIX-01',
    'LB-FIP-02',
    'LB-FIP-01',
    'LB-FIP-03',
    'LB-OVN-03',
    'LB-OVN-04',
    'DNS-SVC-01',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'NS-DEL-01',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
    'DNS-TCP-01',
    'DNS-TCP-03',
  ],
  isEverywhere: true,
  layer: 'member',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      members: () => {
        const members = view.members();
        const last = new Map(members.map(({ pool_id, id }) => [pool_id, id]));
        return members.map((member) =>
          last.get(member.pool_id) === member.id
            ? { ...member, protocol_port: member.protocol_port + 1 }
            : member,
        );
      },
    }));
  },
};
