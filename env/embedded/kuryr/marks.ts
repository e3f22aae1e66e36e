/**
 * The finalizers, labels and annotations by which Kuryr marks Kubernetes objects, read in
 * kuryr_kubernetes/constants.py of the releases that use them.
 */

export const finalizers = {
  pod: 'kuryr.openstack.org/pod-finalizer',
  port: 'kuryr.openstack.org/kuryrport-finalizer',
  network: 'kuryrnetwork.finalizers.kuryr.openstack.org',
  service: 'kuryr.openstack.org/service-finalizer',
  balancer: 'kuryr.openstack.org/kuryrloadbalancer-finalizers',
  policy: 'kuryr.openstack.org/networkpolicy-finalizer',
} as const;

/** The label of a KuryrPort that names the node. */
export const nodeLabel = 'kuryr.openstack.org/nodeName';

export const annotations = {
  /** Changed to make the handler of an object look again. */
  trigger: 'KuryrTrigger',
  podVif: 'openstack.org/kuryr-vif',
  podLabel: 'openstack.org/kuryr-pod-label',
  podIp: 'openstack.org/kuryr-pod-ip',
  namespaceLabel: 'openstack.org/kuryr-namespace-label',
  netCrd: 'openstack.org/kuryr-net-crd',
  balancerSpec: 'openstack.org/kuryr-lbaas-spec',
  balancerState: 'openstack.org/kuryr-lbaas-state',
  policyCrd: 'openstack.org/kuryr-netpolicy-crd',
  counter: 'openstack.org/kuryr-counter',
  project: 'openstack.org/kuryr-project',
  timeoutClient: 'openstack.org/kuryr-timeout-client-data',
  timeoutMember: 'openstack.org/kuryr-timeout-member-data',
  policyLink: 'networkPolicyLink',
} as const;

/** A label that the endpoints of a headless service carry. */
export const headlessLabel = 'service.kubernetes.io/headless';
