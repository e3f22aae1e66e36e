/**
 * The Services of a default OpenShift that get a load balancer, by namespace. Their operators are not
 * simulated: behind each stands an address of the control plane, as behind those that run on its network.
 */
import type { Manifest } from '../kuryr/objects/crds.ts';
import { addresses } from '../site-addresses.ts';

const services: Readonly<Record<string, readonly (readonly [name: string, port: number])[]>> = {
  'openshift-apiserver': [
    ['api', 443],
    ['check-endpoints', 17698],
  ],
  'openshift-apiserver-operator': [['metrics', 443]],
  'openshift-authentication': [['oauth-openshift', 443]],
  'openshift-authentication-operator': [['metrics', 443]],
  'openshift-cloud-credential-operator': [
    ['cco-metrics', 2112],
    ['controller-manager-service', 443],
  ],
  'openshift-cluster-machine-approver': [['machine-approver', 9192]],
  'openshift-cluster-node-tuning-operator': [['node-tuning-operator', 60000]],
  'openshift-cluster-samples-operator': [['metrics', 60000]],
  'openshift-cluster-storage-operator': [
    ['cluster-storage-operator-metrics', 443],
    ['csi-snapshot-controller-operator-metrics', 443],
  ],
  'openshift-cluster-version': [['cluster-version-operator', 9099]],
  'openshift-config-operator': [['metrics', 443]],
  'openshift-console': [
    ['console', 443],
    ['downloads', 80],
  ],
  'openshift-console-operator': [['metrics', 443]],
  'openshift-controller-manager': [['controller-manager', 443]],
  'openshift-controller-manager-operator': [['metrics', 443]],
  'openshift-dns-operator': [['metrics', 9393]],
  'openshift-etcd': [['etcd', 2379]],
  'openshift-etcd-operator': [['metrics', 443]],
  'openshift-image-registry': [['image-registry', 5000]],
  'openshift-ingress': [['router-internal-default', 443]],
  'openshift-ingress-operator': [['metrics', 9393]],
  'openshift-insights': [['metrics', 443]],
  'openshift-kube-apiserver': [['apiserver', 443]],
  'openshift-kube-apiserver-operator': [['metrics', 443]],
  'openshift-kube-controller-manager': [['kube-controller-manager', 443]],
  'openshift-kube-controller-manager-operator': [['metrics', 443]],
  'openshift-kube-scheduler': [['scheduler', 443]],
  'openshift-kube-scheduler-operator': [['metrics', 443]],
  'openshift-kube-storage-version-migrator-operator': [['metrics', 443]],
  'openshift-machine-api': [
    ['cluster-autoscaler-operator', 443],
    ['machine-api-controllers', 8441],
    ['machine-api-operator', 8443],
    ['machine-api-operator-webhook', 443],
  ],
  'openshift-machine-config-operator': [['machine-config-daemon', 9001]],
  'openshift-marketplace': [
    ['certified-operators', 50051],
    ['community-operators', 50051],
    ['marketplace-operator-metrics', 8081],
    ['redhat-marketplace', 50051],
    ['redhat-operators', 50051],
  ],
  'openshift-monitoring': [
    ['alertmanager-main', 9094],
    ['grafana', 3000],
    ['prometheus-adapter', 443],
    ['prometheus-k8s', 9091],
    ['thanos-querier', 9091],
  ],
  'openshift-multus': [['multus-admission-controller', 443]],
  'openshift-operator-lifecycle-manager': [
    ['catalog-operator-metrics', 8081],
    ['olm-operator-metrics', 8081],
    ['packageserver-service', 5443],
  ],
  'openshift-service-ca-operator': [['metrics', 443]],
};

/** The namespaces, Services and Endpoints, in the order in which they can be made. */
export function openShiftServices(): readonly Manifest[] {
  return Object.entries(services).flatMap(([namespace, own]) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...own.flatMap(([name, port]) => served(namespace, name, port)),
  ]);
}

function served(namespace: string, name: string, port: number): Manifest[] {
  const metadata = { name, namespace };
  const ports = [{ name: 'main', port, protocol: 'TCP' }];
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ClusterIP', ports } },
    {
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata },
      subsets: [{ addresses: [{ ip: addresses.controlPlane }], ports }],
    },
  ];
}
