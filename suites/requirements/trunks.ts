/**
 * Requirements on trunks: in nested mode a pod is a VLAN subport of its node.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "trunks". */
export const trunkRequirements = [
  {
    id: 'TRUNK-01',
    level: 'must',
    text: 'The port of a pod is a subport of the trunk of its node, with a VLAN id of its own on that trunk.',
    source: `${installerPage}: uses the trunks extension to plug containers; ${kuryrCode('controller/drivers/nested_vlan_vif.py')}`,
    needs: ['pods.nested-vlan'],
  },
  {
    id: 'TRUNK-02',
    level: 'must',
    text: 'The VLAN id of a subport equals the one in the KuryrPort of its pod.',
    source: kuryrCode('controller/drivers/nested_vlan_vif.py'),
    needs: ['pods.nested-vlan'],
  },
  {
    id: 'TRUNK-03',
    level: 'must',
    text: 'Deleting a pod removes its subport from the trunk of its node.',
    source: kuryrCode('controller/drivers/nested_vlan_vif.py, release_vif'),
    needs: ['pods.nested-vlan', 'pods.port-each'],
  },
  {
    id: 'TRUNK-04',
    level: 'must',
    text: 'Deleting a namespace takes the subports of its network off the trunks of the nodes.',
    source: kuryrCode('controller/drivers/namespace_subnet.py, delete_namespace_subnet'),
    needs: ['pods.nested-vlan', 'namespaces.own-subnet'],
  },
  {
    id: 'TRUNK-05',
    level: 'must',
    text: 'While pods of one name come and go on a node, each has the VLAN id of its own subport, and no two share one.',
    source: `${kuryrCode('controller/drivers/nested_vlan_vif.py')}; kuryr-lib, segmentation_type_drivers/vlan.py`,
    needs: ['pods.nested-vlan'],
  },
  {
    id: 'TRUNK-06',
    level: 'must',
    text: 'A pod on a node whose port has no trunk gets no port, and the controller goes on serving other pods.',
    source: `${kuryrCode('controller/drivers/nested_vlan_vif.py, _get_trunk_id')}; commit 0c875004 (Yoga)`,
    needs: ['pods.nested-vlan', 'nodes.phantom', 'fault.controller'],
    since: 'yoga',
  },
  {
    id: 'TRUNK-SG-01',
    level: 'must',
    text: 'A security group without ingress rules closes the subport that carries it, and only that one.',
    source: `${installerPage}: security groups are enforced on trunk subports`,
    needs: ['pods.nested-vlan', 'firewall.subports'],
  },
  {
    id: 'TRUNK-SG-02',
    level: 'must',
    kind: 'limitation',
    text: 'Under the iptables_hybrid firewall a security group has no effect on a subport.',
    source: `${installerPage}: the firewall driver must not be ovs-hybrid; Neutron, admin/config-trunking`,
    needs: ['pods.nested-vlan', 'firewall.hybrid'],
  },
] as const satisfies readonly Requirement[];
