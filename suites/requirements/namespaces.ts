/**
 * Requirements on namespaces: their Neutron objects come with them and go with them.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "namespaces". */
export const namespaceRequirements = [
  {
    id: 'NS-NET-01',
    level: 'must',
    text: 'A namespace with a pod on the pod network has one network and one subnet of its own.',
    source: `${installerPage}: 1 network and 1 subnet per namespace; ${kuryrCode('controller/drivers/namespace_subnet.py')}`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'NS-DEL-01',
    level: 'must',
    text: 'Deleting a namespace removes its network, its subnet and every port in it.',
    source: kuryrCode('controller/handlers/kuryrnetwork.py'),
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'NS-DEL-02',
    level: 'must',
    text: 'Deleting a namespace removes the load balancers of its services and the security groups of its policies.',
    source: `${kuryrCode('controller/handlers/lbaas.py')}; ${kuryrCode('controller/handlers/kuryrnetworkpolicy.py')}`,
    needs: ['namespaces.own-subnet', 'lb.octavia', 'policies'],
  },
] as const satisfies readonly Requirement[];
