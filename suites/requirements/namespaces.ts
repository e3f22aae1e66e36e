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
  {
    id: 'NS-NET-02',
    level: 'must',
    text: 'The subnet of a namespace has an interface on the router of the pods, and all namespaces share that router.',
    source: `${installerPage}: 1 router; ${kuryrCode('controller/drivers/namespace_subnet.py, option pod_router')}`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'NS-NET-03',
    level: 'must',
    text: 'The subnet of a namespace is cut from the pool of subnets of the configuration.',
    source: kuryrCode('controller/drivers/namespace_subnet.py, option pod_subnet_pool'),
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'NS-NET-04',
    level: 'must',
    text: 'A namespace without a pod on the pod network has no network; its first such pod brings it.',
    source: 'kuryr-kubernetes 6.0.0, controller/handlers/namespace.py, commit 32cdda49',
    needs: ['namespaces.lazy-network', 'net.node'],
  },
  {
    id: 'NS-NET-05',
    level: 'must',
    text: 'Before Kuryr 6.0 a namespace has its network as soon as it exists.',
    source: 'kuryr-kubernetes 5.0.0, controller/handlers/namespace.py, on_present',
    needs: ['namespaces.eager-network'],
  },
  {
    id: 'NS-NAME-01',
    level: 'must',
    text: 'Network and subnet are called after uid and name of their namespace.',
    source: 'kuryr-kubernetes 7.0.0, controller/drivers/namespace_subnet.py, commit 5afa4925',
    needs: ['namespaces.named-by-uid'],
  },
  {
    id: 'NS-NAME-02',
    level: 'must',
    text: 'Before Kuryr 7.0 network and subnet are called after the name of their namespace alone.',
    source: 'kuryr-kubernetes 6.0.0, controller/drivers/namespace_subnet.py',
    needs: ['namespaces.named-by-name'],
  },
  {
    id: 'NS-REC-01',
    level: 'must',
    text: 'A namespace that is made anew under the name of a deleted one gets a network of its own, and its pods run.',
    source: `${kuryrCode('controller/handlers/kuryrnetwork.py')}; Red Hat bug 1997120`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'NS-QUOTA-01',
    level: 'must',
    text: 'While the quota of ports is used up a new pod waits without a port, and it gets one when the quota is raised again.',
    source:
      'commit 3fc324fb (Zed), controller/handlers: OverQuota is retried; event FailToPopulateVIFPool',
    needs: ['fault.quota', 'namespaces.own-subnet'],
    since: 'zed',
  },
  {
    id: 'NS-QUOTA-02',
    level: 'must',
    text: 'While the quota of networks is used up a new namespace waits for its network, and it gets one when the quota is raised again.',
    source:
      'commit 3fc324fb (Zed), controller/handlers: OverQuota is retried; event CreateNetworkFailed',
    needs: ['fault.quota', 'namespaces.own-subnet'],
    since: 'zed',
  },
  {
    id: 'NS-QUOTA-03',
    level: 'must',
    text: 'While the quota of security groups is used up a new policy waits for its group, and it gets one when the quota is raised again.',
    source:
      'commit 3fc324fb (Zed), controller/handlers: OverQuota is retried; event FailedToAddSecurityGroup',
    needs: ['fault.quota', 'policies'],
    since: 'zed',
  },
  {
    id: 'NS-QUOTA-04',
    level: 'must',
    text: 'While the quota of load balancers is used up a new Service waits for its load balancer, and it gets one when the quota is raised again.',
    source:
      'commit 3fc324fb (Zed), controller/handlers: OverQuota is retried; event KuryrEnsureLBError',
    needs: ['fault.quota', 'lb.octavia'],
    since: 'zed',
  },
] as const satisfies readonly Requirement[];
