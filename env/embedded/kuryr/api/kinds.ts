/**
 * The kinds that Kuryr deals with, and where the API serves them.
 */
import type {
  KuryrPort,
  KuryrNetwork,
  KuryrNetworkPolicy,
  KuryrLoadBalancer,
  KuryrNet,
  KuryrNetPolicy,
} from './records.ts';
import type {
  Resource,
  Pod,
  Namespace,
  Node,
  Service,
  Endpoints,
  NetworkPolicy,
  ResourceKind,
} from './resources.ts';

function kindOf<T extends Resource>(
  apiVersion: string,
  kind: string,
  plural: string,
): ResourceKind<T> {
  return { apiVersion, kind, plural, isNamespaced: !clusterWide.includes(kind) };
}

const clusterWide: readonly string[] = ['Namespace', 'Node', 'KuryrNet'];

/** The kinds that Kuryr deals with. */
export const kinds = {
  pods: kindOf<Pod>('v1', 'Pod', 'pods'),
  namespaces: kindOf<Namespace>('v1', 'Namespace', 'namespaces'),
  nodes: kindOf<Node>('v1', 'Node', 'nodes'),
  services: kindOf<Service>('v1', 'Service', 'services'),
  endpoints: kindOf<Endpoints>('v1', 'Endpoints', 'endpoints'),
  policies: kindOf<NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  kuryrPorts: kindOf<KuryrPort>('openstack.org/v1', 'KuryrPort', 'kuryrports'),
  kuryrNetworks: kindOf<KuryrNetwork>('openstack.org/v1', 'KuryrNetwork', 'kuryrnetworks'),
  kuryrPolicies: kindOf<KuryrNetworkPolicy>(
    'openstack.org/v1',
    'KuryrNetworkPolicy',
    'kuryrnetworkpolicies',
  ),
  kuryrBalancers: kindOf<KuryrLoadBalancer>(
    'openstack.org/v1',
    'KuryrLoadBalancer',
    'kuryrloadbalancers',
  ),
  kuryrNets: kindOf<KuryrNet>('openstack.org/v1', 'KuryrNet', 'kuryrnets'),
  kuryrNetPolicies: kindOf<KuryrNetPolicy>(
    'openstack.org/v1',
    'KuryrNetPolicy',
    'kuryrnetpolicies',
  ),
} as const;
