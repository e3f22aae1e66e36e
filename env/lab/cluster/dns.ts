/**
 * The cluster's DNS: the small server of this project as an ordinary pod behind the Service "kube-dns",
 * and a look whether it answers through its load balancer.
 */
import { imageNames } from '../../images/build.ts';
import { addresses } from '../base/layout.ts';
import { enter, type Machine } from '../base/machines.ts';
import { attempt } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';
import type { LabCluster, Manifest } from './objects.ts';

const namespace = 'kube-system';
const name = 'kube-dns';
const labels = { 'k8s-app': name };
const rbac = 'rbac.authorization.k8s.io';

const rights: Manifest[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'lab:kube-dns' },
    rules: [{ apiGroups: [''], resources: ['services', 'endpoints'], verbs: ['list', 'watch'] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'lab:kube-dns' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'lab:kube-dns' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
];

const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name,
            image: imageNames.clusterDns,
            imagePullPolicy: 'Never',
            ports: [
              { name: 'dns', containerPort: 5353, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: 5353, protocol: 'TCP' },
            ],
            readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
            securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
          },
        ],
      },
    },
  },
};

const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, labels },
  spec: {
    selector: labels,
    clusterIP: addresses.dnsService,
    ports: [
      { name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: 5353, protocol: 'TCP' },
    ],
  },
};

const ask = `
import sys, dns.message, dns.query
query = dns.message.make_query("kubernetes.default.svc.cluster.local", "A")
way = dns.query.tcp if sys.argv[1] == "TCP" else dns.query.udp
print(way(query, sys.argv[2], timeout=3).answer[0][0].address)
`;

/** Names what keeps the cluster DNS from answering a node over UDP or TCP; undefined when it answers. */
export async function dnsProblem(machine: Machine): Promise<string | undefined> {
  for (const protocol of ['UDP', 'TCP']) {
    const command = ['python3', '-c', ask, protocol, addresses.dnsService];
    const answer = (await attempt([...enter(machine), ...command]))?.trim();
    if (answer !== addresses.kubernetesService) {
      return `${addresses.dnsService} answers "${answer ?? 'nothing'}" over ${protocol} to ${machine.name} for kubernetes.default, expected ${addresses.kubernetesService}`;
    }
  }
  return undefined;
}

/** Has a pod that is there and does not answer made anew: Kuryr may have lost its port. */
async function renewSilent(cluster: LabCluster, machine: Machine): Promise<void> {
  const { items } = await cluster.core.listNamespacedPod({
    namespace,
    labelSelector: `k8s-app=${name}`,
  });
  if (items.length === 0 || (await dnsProblem(machine)) === undefined) return;
  for (const { metadata } of items) {
    const pod = { name: metadata?.name ?? '', namespace };
    await cluster.remove({ apiVersion: 'v1', kind: 'Pod', metadata: pod });
  }
}

/** Deploys the cluster DNS and waits until it answers a node through its Service. */
export async function deployClusterDns(cluster: LabCluster, machine: Machine): Promise<undefined> {
  await renewSilent(cluster, machine);
  for (const object of [...rights, service, deployment]) await cluster.ensure(object);
  await waitFor(
    {
      until: 'the cluster DNS answers',
      withinMs: 180_000,
      everyMs: 1000,
      found: async () => (await dnsProblem(machine)) ?? 'an answer at last',
    },
    async () => (await dnsProblem(machine)) === undefined,
  );
  return undefined;
}
