/**
 * What a stack may offer, as a closed set: requirements need capabilities, profiles claim them. A claim
 * that does not hold is a failure, so a profile claims only what its stack really has.
 */

/** Every capability, with the sentence that `explain` prints. */
export const capabilityTexts = {
  'pods.nested-vlan': 'pods are VLAN subports of a trunk whose parent is the port of their node',
  'pods.neutron-vif': 'pods have Neutron ports that are bound on their node directly',
  'services.tcp': 'services over TCP are balanced',
  'services.udp': 'services over UDP are balanced',
  'services.mixed-protocol': 'one service may offer TCP and UDP on the same port number',
  'services.sctp': 'services over SCTP are balanced',
  policies: 'network policies are turned into security groups',
  'policies.end-port': 'the API of the cluster knows ranges of ports in network policies',
  'lb.octavia': 'Octavia serves the load balancers',
  'lb.ovn': 'load balancers are made by the ovn provider',
  'lb.amphora': 'load balancers are made by the amphora provider',
  'lb.floating-ip': 'services of type LoadBalancer get a floating IP',
  'lb.mixed-protocol': 'the cluster accepts services of type LoadBalancer with several protocols',
  'namespaces.own-subnet': 'each namespace has a network and a subnet of its own',
  'net.outside': 'there is a vantage outside the cluster that reaches floating IPs',
  'net.node': 'there is a vantage on the nodes, in their own network namespace',
  'nodes.several': 'at least two nodes take pods',
  'dns.cluster': 'pods resolve names of services through the cluster DNS',
  'dns.use-vc-images': 'images with the glibc, musl and Go resolvers are at hand',
  'cloud.admin': 'the credentials see the objects of all projects',
  'run.search': 'there is time to search at random, as long as "search" of the profile says',
  'fault.ovn': 'OVN state can be disturbed and healed',
  'fault.controller': "Kuryr's controller can be stopped and started",
} as const satisfies Record<string, string>;

/** Something a stack may offer. */
export type Capability = keyof typeof capabilityTexts;

/** Every capability, in the order in which reports show them. */
export const capabilities = Object.keys(capabilityTexts) as [Capability, ...Capability[]];

/** Tells whether a text names a capability. */
export function isCapability(text: string): text is Capability {
  return Object.hasOwn(capabilityTexts, text);
}
