/**
 * The service accounts of Kuryr's two programs with exactly the rights that its own deployment gives
 * them (devstack/lib/kuryr_kubernetes of release 10.0.0).
 */
import type { Manifest } from '../cluster/objects.ts';

/** Namespace of the service accounts. */
export const kuryrNamespace = 'kube-system';

/** Names of the service accounts. */
export const accounts = { controller: 'kuryr-controller', daemon: 'kuryr-cni' } as const;

type Rule = Readonly<Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>>;

const rule = (apiGroups: string[], resources: string[], verbs: string[]): Rule => ({
  apiGroups,
  resources,
  verbs,
});

const controllerRules = [
  rule([''], ['endpoints', 'pods', 'services', 'services/status', 'namespaces'], ['*']),
  rule([''], ['nodes'], ['get', 'list', 'watch']),
  rule(
    ['openstack.org'],
    ['kuryrnetworks', 'kuryrnetworkpolicies', 'kuryrloadbalancers', 'kuryrports'],
    ['*'],
  ),
  rule(['networking.k8s.io'], ['networkpolicies'], ['get', 'list', 'watch', 'update', 'patch']),
  rule(['k8s.cni.cncf.io'], ['network-attachment-definitions'], ['get']),
  rule(['', 'events.k8s.io'], ['events'], ['create']),
];

const daemonRules = [
  rule([''], ['pods'], ['*']),
  rule(['openstack.org'], ['kuryrports'], ['*']),
  rule(['', 'events.k8s.io'], ['events'], ['create']),
];

function account(name: string, rules: readonly Rule[]): Manifest[] {
  const api = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: kuryrNamespace } },
    { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: api, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: kuryrNamespace }],
    },
  ];
  return objects;
}

/** Every object that gives Kuryr its rights. */
export function kuryrRbac(): Manifest[] {
  return [
    ...account(accounts.controller, controllerRules),
    ...account(accounts.daemon, daemonRules),
  ];
}
