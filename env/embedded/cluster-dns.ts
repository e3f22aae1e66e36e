/**
 * The cluster DNS as it runs on any cluster: a Deployment behind the Service "kube-dns". Its records are
 * followed elsewhere (cluster-names.ts); the packets go through Octavia and Kuryr like all others.
 */
import type { KubernetesAccess } from '../access/kubernetes.ts';
import { addresses } from './site-addresses.ts';

const namespace = 'kube-system';
const name = 'kube-dns';
const labels = { 'k8s-app': name };
const port = 5353;

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, labels },
  spec: {
    selector: labels,
    clusterIP: addresses.dnsService,
    ports: [
      { name: 'dns', port: 53, targetPort: port, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: port, protocol: 'TCP' },
    ],
  },
};

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name,
            image: 'localhost/kuryr-conformance/cluster-dns:lab',
            imagePullPolicy: 'Never',
            args: ['--port', String(port)],
            ports: [
              { name: 'dns', containerPort: port, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: port, protocol: 'TCP' },
            ],
            readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};

/** Makes the objects of the cluster DNS. */
export async function deployClusterDns(kubernetes: KubernetesAccess): Promise<void> {
  for (const object of [service, deployment]) {
    await kubernetes.call(`Making the ${object.kind} of the cluster DNS`, ({ objects }) =>
      objects.create(object),
    );
  }
}
