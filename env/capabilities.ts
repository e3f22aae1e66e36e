/**
 * What a stack may offer, as a closed set: requirements need capabilities, profiles claim them. A claim
 * that does not hold is a failure, so a profile claims only what its stack really has.
 */

/** Every capability, with the sentence that `explain` prints. */
export const capabilityTexts = {
  'pods.nested-vlan': 'pods are VLAN subports of a trunk whose parent is the port of their node',
  'pods.neutron-vif': 'pods have Neutron ports that are bound on their node directly',
  'pods.port-pool':
    'Kuryr makes ports in advance and keeps those of deleted pods (vif_pool_driver)',
  'pods.port-each': 'Kuryr makes a port for each pod and deletes it with the pod',
  'services.tcp': 'services over TCP are balanced',
  'services.udp': 'services over UDP are balanced',
  'services.mixed-protocol': 'one service may offer TCP and UDP on the same port number',
  'services.sctp': 'services over SCTP are balanced',
  'services.patient':
    'a run may wait a quarter of an hour for what Kuryr looks at every ten minutes',
  policies: 'network policies are turned into security groups',
  'policies.end-port': 'the API of the cluster knows ranges of ports in network policies',
  'lb.octavia': 'Octavia serves the load balancers',
  'lb.ovn': 'load balancers are made by the ovn provider',
  'lb.amphora': 'load balancers are made by the amphora provider',
  'lb.floating-ip': 'services of type LoadBalancer get a floating IP',
  'lb.mixed-protocol': 'the cluster accepts services of type LoadBalancer with several protocols',
  'namespaces.own-subnet': 'each namespace has a network and a subnet of its own',
  'kuryr.events': 'Kuryr writes events about what it does with an object',
  'namespaces.lazy-network':
    'a namespace gets its network with its first pod (Kuryr 6.0 and later)',
  'namespaces.eager-network':
    'a namespace gets its network as soon as it exists (Kuryr before 6.0)',
  'namespaces.named-by-uid': 'networks are called <uid>/<namespace> (Kuryr 7.0 and later)',
  'namespaces.named-by-name': 'networks are called ns/<namespace>-net (Kuryr before 7.0)',
  'net.outside': 'there is a vantage outside the cluster that reaches floating IPs',
  'net.outside-serves': 'the vantage outside has an address that pods reach through their router',
  'net.node': 'there is a vantage on the nodes, in their own network namespace',
  'nodes.several': 'at least two nodes take pods',
  'nodes.phantom': 'a node object without a machine may be added to the cluster for a while',
  'firewall.subports': 'the firewall filters the subports of a trunk',
  'firewall.hybrid': 'the firewall is iptables_hybrid, which does not look into trunks',
  'dns.cluster': 'pods resolve names of services through the cluster DNS',
  'dns.untouched': 'nothing forces the resolvers of new pods to TCP',
  'dns.forced-tcp':
    'new pods are told to ask for names over TCP (use-vc), by a webhook of OpenShift',
  'dns.use-vc-images': 'images with the glibc, musl and Go resolvers are at hand',
  'cluster.openshift': 'the cluster is OpenShift, whose network operator has installed Kuryr',
  'dns.resolver-musl-old': 'the musl resolver of the prober image is one before 1.2.4',
  'dns.resolver-musl-new': 'the prober image has a musl resolver of 1.2.4 or later as "musl-1-2-4"',
  'dns.resolver-go-old': 'the prober image has a resolver of Go 1.12 or earlier as "go-1-12"',
  'vm.plain': 'a machine that is no node, with a port on a tenant network, can run the prober',
  'lb.status': 'the provisioning status that Octavia keeps of a load balancer can be written',
  'cloud.admin': 'the credentials see the objects of all projects',
  'cloud.compute': 'Nova runs the machines of the cloud and can be asked about them',
  'run.search': 'there is time to search at random, as long as "search" of the profile says',
  'fault.ovn': 'OVN state can be disturbed and healed',
  'fault.controller': "Kuryr's controller can be stopped and started",
  'fault.quota': "the quotas of Kuryr's project can be lowered for a while",
  'fault.cloud': 'the APIs of Keystone, Neutron and Octavia can be stopped and started',
  'fault.kubernetes': 'the API of Kubernetes can be stopped and started',
  'fault.daemon': "Kuryr's CNI daemons can be stopped and started",
} as const satisfies Record<string, string>;

/** Something a stack may offer. */
export type Capability = keyof typeof capabilityTexts;

/** Every capability, in the order in which reports show them. */
export const capabilities = Object.keys(capabilityTexts) as [Capability, ...Capability[]];

/** Tells whether a text names a capability. */
export function isCapability(text: string): text is Capability {
  return Object.hasOwn(capabilityTexts, text);
}
