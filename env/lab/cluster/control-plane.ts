/**
 * The control plane: etcd, API server, controller manager and scheduler in a machine of its own, which
 * is a plain (untrunked) port of the nodes' network, and a relay that makes the API server reachable on
 * the host's loopback without a route between the two.
 */
import got from 'got';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { logOf, startDaemon } from '../base/daemons.ts';
import { addresses, type Layout } from '../base/layout.ts';
import type { Machine } from '../base/machines.ts';
import { attempt } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';
import { pkiMount } from './pki.ts';

/** Where machines see the Kubernetes programs. */
export const programsMount = '/opt/kubernetes';
const pki = (file: string): string => `${pkiMount}/${file}`;
const program = (name: string): string => `${programsMount}/${name}`;
const relaySocket = '/run/lab/kubernetes-api.sock';

/** Address of the API server as the host reaches it. */
export const apiServerUrl = `https://${addresses.api}:${addresses.kubernetesPort}`;

const etcd = [
  'etcd',
  '--data-dir=/var/lib/etcd/lab',
  '--listen-client-urls=http://127.0.0.1:2379',
  '--advertise-client-urls=http://127.0.0.1:2379',
  '--listen-peer-urls=http://127.0.0.1:2380',
  '--initial-advertise-peer-urls=http://127.0.0.1:2380',
  '--initial-cluster=default=http://127.0.0.1:2380',
  '--unsafe-no-fsync',
  // It holds in memory what it has not put into a snapshot yet; by itself that is up to 100 000 writes.
  '--snapshot-count=5000',
];

const apiServer = [
  program('kube-apiserver'),
  '--etcd-servers=http://127.0.0.1:2379',
  `--secure-port=${addresses.kubernetesPort}`,
  '--bind-address=0.0.0.0',
  `--advertise-address=${addresses.controlPlane}`,
  `--service-cluster-ip-range=${addresses.clusterIpCidr}`,
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  '--allow-privileged=true',
  // Off by default until 1.24: without it the API refuses TCP and UDP in one Service of type LoadBalancer.
  '--feature-gates=MixedProtocolLBService=true',
  `--client-ca-file=${pki('ca.crt')}`,
  `--tls-cert-file=${pki('apiserver.crt')}`,
  `--tls-private-key-file=${pki('apiserver.key')}`,
  `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
  `--kubelet-client-key=${pki('kubelet-client.key')}`,
  '--kubelet-preferred-address-types=InternalIP',
  `--service-account-key-file=${pki('sa.pub')}`,
  `--service-account-signing-key-file=${pki('sa.key')}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  '--cert-dir=/var/lib/kubernetes/apiserver',
];

function client(name: string): string[] {
  const file = pki(`${name}.conf`);
  return [
    program(`kube-${name}`),
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--cert-dir=/var/lib/kubernetes/${name}`,
  ];
}

const controllerManager = [
  ...client('controller-manager'),
  `--service-account-private-key-file=${pki('sa.key')}`,
  `--root-ca-file=${pki('ca.crt')}`,
  '--use-service-account-credentials=true',
  `--cluster-signing-cert-file=${pki('ca.crt')}`,
  `--cluster-signing-key-file=${pki('ca.key')}`,
  '--allocate-node-cidrs=false',
  `--service-cluster-ip-range=${addresses.clusterIpCidr}`,
];

/** Asks the API server for its readiness with the administrator's certificate. */
export async function apiServerReady(layout: Layout): Promise<boolean> {
  const read = (file: string): Promise<string> => readFile(join(layout.pki, file), 'utf8');
  const answer = await got(`${apiServerUrl}/readyz`, {
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: { request: 3000 },
    https: {
      certificateAuthority: await read('ca.crt'),
      certificate: await read('admin.crt'),
      key: await read('admin.key'),
    },
  });
  return answer.body === 'ok';
}

/** The name of the API server's daemon. */
export const apiServerDaemon = 'kube-apiserver';

/** Starts the API server on the control plane. */
export async function startApiServer(layout: Layout, machine: Machine): Promise<void> {
  await startDaemon(layout, { name: apiServerDaemon, machine, argv: apiServer });
}

/** Waits until the API server is ready. */
export async function waitForApiServer(layout: Layout): Promise<void> {
  await waitFor(
    {
      until: 'the API server is ready',
      withinMs: 120_000,
      found: async () =>
        (await attempt(['tail', '-n', '5', logOf(layout, apiServerDaemon)])) ?? 'no log',
    },
    () => apiServerReady(layout),
  );
}

/** Starts the control plane and waits until its API server is ready. */
export async function startControlPlane(
  layout: Layout,
  machines: { readonly controlPlane: Machine; readonly host: Machine },
): Promise<void> {
  const machine = machines.controlPlane;
  await startDaemon(layout, { name: 'etcd', machine, argv: etcd });
  await startApiServer(layout, machine);
  await startDaemon(layout, {
    name: 'api-relay-inner',
    machine,
    argv: [
      'socat',
      `UNIX-LISTEN:${relaySocket},fork,unlink-early,backlog=128`,
      `TCP:127.0.0.1:${addresses.kubernetesPort},nodelay`,
    ],
  });
  await startDaemon(layout, {
    name: 'api-relay-outer',
    machine: machines.host,
    argv: [
      'socat',
      `TCP-LISTEN:${addresses.kubernetesPort},bind=${addresses.api},reuseaddr,fork,backlog=128,nodelay`,
      `UNIX-CONNECT:${relaySocket}`,
    ],
  });
  await waitForApiServer(layout);
  await startDaemon(layout, { name: 'kube-controller-manager', machine, argv: controllerManager });
  await startDaemon(layout, { name: 'kube-scheduler', machine, argv: client('scheduler') });
}
