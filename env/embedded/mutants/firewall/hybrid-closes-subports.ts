import type { Attachment } from '../../seams.ts';
import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';
import { losePackets } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'The hybrid firewall closes a subport whose security groups let nothing in.',
  on: 'hybrid',
  breaks: ['TRUNK-SG-02'],
  // A pod whose node does not get through is not ready either; no group is in force under this firewall.
  layer: ['security group', 'port', 'pod'],
  apply: (levers) => {
    let cloud: CloudState | undefined;
    levers.state((state) => {
      cloud = state;
    });
    losePackets(levers, ({ at }) => cloud !== undefined && isClosed(cloud, at));
  },
};
function isClosed({ trunks, ports, rules }: CloudState, at: Attachment): boolean {
  if (at.kind !== 'vlan') return false;
  const trunk = trunks.all().find(({ port_id }) => port_id === at.parentPortId);
  const subport = trunk?.sub_ports.find(({ segmentation_id }) => segmentation_id === at.vlanId);
  const groups = ports.get(subport?.port_id ?? '')?.security_groups ?? [];
  return !rules
    .all()
    .some((rule) => rule.direction === 'ingress' && groups.includes(rule.security_group_id));
}
