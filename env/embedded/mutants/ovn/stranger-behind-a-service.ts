import type { CloudView, MemberRow } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'OVN sends some connections of a Service to a pod beside its members.',
  origin: 'BZ 1900562: a member that is another pod by now',
  breaks: ['SVC-SEL-01'],
  mayBreak: [
    'SVC-TCP-01',
    'SVC-UDP-01',
    'SVC-MIX-01',
    'LB-FIP-02',
    'LB-FIP-01',
    'LB-FIP-03',
    'LB-OVN-03',
    'LB-OVN-04',
    'LB-OVN-02',
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
    'DNS-TCP-01',
    'DNS-TCP-03',
  ],
  layer: 'member',
  apply: (levers) => {
    levers.view((view) => ({ ...view, members: () => withStrangers(view) }));
  },
};
function withStrangers(view: CloudView): readonly MemberRow[] {
  const members = view.members();
  const taken = new Set(members.map(({ address }) => address));
  const pods = view.ports().filter(({ device_owner }) => device_owner === 'trunk:subport');
  const strangers = members.flatMap((member): MemberRow[] => {
    const other = pods
      .flatMap(({ fixed_ips }) => fixed_ips)
      .find((fixed) => fixed.subnet_id === member.subnet_id && !taken.has(fixed.ip_address));
    return other === undefined
      ? []
      : [{ ...member, id: `stranger-${member.id}`, address: other.ip_address }];
  });
  return [...members, ...strangers];
}
