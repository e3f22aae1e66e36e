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
  ],
  layer: 'member',
  apply: (levers) => {
    levers.view((view) => ({ ...view, members: () => withStrangers(view) }));
  },
};
function withStrangers(view: CloudView): readonly MemberRow[] {
  const members = view.members();
  const taken = new Set(members.map(({ address }) => address));
  const strangers = members.flatMap((member): MemberRow[] => {
    const own = view
      .ports()
      .find(
        ({ fixed_ips: [fixed] }) =>
          fixed?.subnet_id === member.subnet_id &&
          !taken.has(fixed.ip_address) &&
          fixed.ip_address !== '',
      );
    const address =
      own?.device_owner === 'trunk:subport' ? own.fixed_ips[0]?.ip_address : undefined;
    return address === undefined ? [] : [{ ...member, id: `stranger-${member.id}`, address }];
  });
  return [...members, ...strangers];
}
