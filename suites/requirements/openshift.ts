/**
 * Requirements on OpenShift: that Kuryr is its network, and what its network operator decides for Kuryr.
 */
import type { Requirement } from '#helpers';
import { installerPage } from './sources.ts';

/** The network operator, which installs Kuryr on OpenShift. */
function networkOperator(path: string): string {
  return `openshift/cluster-network-operator, release-4.2 to release-4.14, ${path}`;
}

/** Requirements of the area "openshift". */
export const openShiftRequirements = [
  {
    id: 'OCP-NET-01',
    level: 'must',
    text: 'The network of the cluster is of type Kuryr, as it was asked for and as it is.',
    source: `${installerPage}: networking.networkType: Kuryr`,
    needs: ['cluster.openshift'],
  },
  {
    id: 'OCP-NET-02',
    level: 'must',
    text: 'The network operator makes a default network of type Kuryr, is available and is not degraded.',
    source: networkOperator('pkg/network/kuryr.go'),
    needs: ['cluster.openshift'],
  },
  {
    id: 'OCP-NET-03',
    level: 'must',
    text: 'In namespace openshift-kuryr every pod of Deployment kuryr-controller and of DaemonSet kuryr-cni is ready.',
    source: networkOperator('bindata/network/kuryr'),
    needs: ['cluster.openshift'],
  },
  {
    id: 'OCP-LB-01',
    level: 'must',
    kind: 'limitation',
    text: 'A default OpenShift with the amphora provider has more than 50 load balancers, each of which costs a machine.',
    source: `${installerPage}: ends up with more than 50 amphora load balancers`,
    needs: ['cluster.openshift', 'lb.amphora', 'cloud.admin'],
  },
  {
    id: 'OCP-LB-02',
    level: 'must',
    text: 'The provider that the operator has noted at the installation is the one that Kuryr is configured with and that every load balancer of Kuryr has.',
    source: networkOperator(
      'pkg/platform/openstack/kuryr_bootstrap.go: annotation kuryr-octavia-provider',
    ),
    needs: ['cluster.openshift', 'lb.octavia'],
  },
  {
    id: 'OCP-DNS-01',
    level: 'must',
    kind: 'limitation',
    text: 'OpenShift 4.2, and 4.3 to 4.10 on an Octavia before 2.13, force the resolvers of new pods to TCP; no other release does.',
    source: `${installerPage}: use-vc option at resolv.conf; ${networkOperator('pkg/network/kuryr.go: MinOctaviaVersionWithMultipleListeners')}`,
    needs: ['cluster.openshift'],
  },
  {
    id: 'OCP-DNS-02',
    level: 'must',
    text: 'Where a webhook forces resolvers to TCP, pods are let in while it does not answer.',
    source: networkOperator('bindata/network/kuryr: failurePolicy Ignore'),
    needs: ['cluster.openshift'],
  },
] as const satisfies readonly Requirement[];
