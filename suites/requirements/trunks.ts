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
    needs: ['pods.nested-vlan'],
    uncovered:
      'With port pools a released subport stays on its trunk for the next pod; it takes a profile without pools.',
  },
  {
    id: 'TRUNK-04',
    level: 'must',
    text: 'Deleting a namespace takes the subports of its network off the trunks of the nodes.',
    source: kuryrCode('controller/drivers/namespace_subnet.py, delete_namespace_subnet'),
    needs: ['pods.nested-vlan', 'namespaces.own-subnet'],
  },
] as const satisfies readonly Requirement[];
