/**
 * Requirements on pods: each one is a Neutron port, and they reach each other.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "pods". */
export const podRequirements = [
  {
    id: 'POD-PORT-01',
    level: 'must',
    text: 'A pod on the pod network is exactly one Neutron port, whose fixed IP is the address of the pod.',
    source: `${installerPage}: plugs pods into OpenStack SDN; ${kuryrCode('controller/drivers/neutron_vif.py')}`,
    needs: [],
  },
  {
    id: 'POD-PORT-02',
    level: 'must',
    text: 'The port of a pod is in the subnet of the namespace of the pod.',
    source: kuryrCode('controller/drivers/namespace_subnet.py'),
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'POD-PORT-03',
    level: 'must',
    text: 'The port of a running pod is ACTIVE.',
    source: kuryrCode('controller/handlers/kuryrport.py'),
    needs: [],
  },
  {
    id: 'POD-PORT-04',
    level: 'must',
    text: 'The port of a pod carries the resource tags of the Kuryr configuration.',
    source: kuryrCode('controller/drivers/utils.py, option neutron_defaults.resource_tags'),
    needs: [],
  },
  {
    id: 'POD-NET-01',
    level: 'must',
    text: 'Pods on one node reach each other over TCP and UDP.',
    source: `${installerPage}: a CNI plug-in that provides networking for pods`,
    needs: [],
  },
  {
    id: 'POD-NET-02',
    level: 'must',
    text: 'Pods on different nodes reach each other over TCP and UDP.',
    source: `${installerPage}: a CNI plug-in that provides networking for pods`,
    needs: ['nodes.several'],
  },
  {
    id: 'POD-NET-03',
    level: 'must',
    text: 'Pods of different namespaces reach each other over TCP and UDP while no policy selects them.',
    source: `${installerPage}: a CNI plug-in that provides networking for pods; Kubernetes network model`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'POD-NET-04',
    level: 'must',
    text: 'A packet as large as the MTU of the network of the pod reaches another pod.',
    source: `${kuryrCode('cni/binding/nested.py, cni/binding/bridge.py')}: the interface of a pod has the MTU of its network`,
    needs: [],
  },
] as const satisfies readonly Requirement[];
