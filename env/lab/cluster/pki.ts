/**
 * Certificates of the cluster: one authority, a certificate per component and node, the key that signs
 * service account tokens, and kubeconfig files. Made by openssl inside the lab's root.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { writePrivate } from '../base/files.ts';
import { addresses, type Layout } from '../base/layout.ts';
import { enter, type Machine } from '../base/machines.ts';
import { run } from '../base/shell.ts';

/** Where machines see the certificates. */
export const pkiMount = '/etc/kubernetes/pki';

const script = `
set -e
umask 077
cd "$1"; names=$2; shift 2
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -days 3650 -subj /CN=kuryr-conformance-lab -out ca.crt
openssl genrsa -out sa.key 2048 2>/dev/null
openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
while [ $# -gt 0 ]; do
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  printf 'keyUsage=digitalSignature,keyEncipherment\\nextendedKeyUsage=clientAuth,serverAuth\\nsubjectAltName=%s\\n' "$names" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
  shift 2
done
touch ready
`;

const alternativeNames = [
  `IP:${addresses.api}`,
  'IP:127.0.0.1',
  `IP:${addresses.controlPlane}`,
  `IP:${addresses.kubernetesService}`,
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  'DNS:kubernetes.default.svc.cluster.local',
].join(',');

function subjects(nodes: readonly string[]): [string, string][] {
  return [
    ['apiserver', '/CN=kube-apiserver'],
    ['admin', '/O=system:masters/CN=kubernetes-admin'],
    ['kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'],
    ['controller-manager', '/CN=system:kube-controller-manager'],
    ['scheduler', '/CN=system:kube-scheduler'],
    ...nodes.map((node): [string, string] => [node, `/O=system:nodes/CN=system:node:${node}`]),
  ];
}

function kubeconfig(user: string, server: string, folder: string): string {
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'lab', cluster: { server, 'certificate-authority': join(folder, 'ca.crt') } },
      ],
      users: [
        {
          name: user,
          user: {
            'client-certificate': join(folder, `${user}.crt`),
            'client-key': join(folder, `${user}.key`),
          },
        },
      ],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user } }],
      'current-context': 'lab',
    },
    undefined,
    2,
  );
}

/** Makes every certificate and kubeconfig of the cluster unless they are there. */
export async function makePki(
  layout: Layout,
  machine: Machine,
  nodes: readonly string[],
): Promise<void> {
  await mkdir(layout.pki, { recursive: true, mode: 0o700 });
  if (!existsSync(join(layout.pki, 'ready'))) {
    await run([
      ...enter(machine),
      'sh',
      '-c',
      script,
      'pki',
      pkiMount,
      alternativeNames,
      ...subjects(nodes).flat(),
    ]);
  }
  const at = (address: string): string => `https://${address}:${addresses.kubernetesPort}`;
  // The control plane's own programs start before its machine is plugged into the cloud.
  for (const user of ['controller-manager', 'scheduler']) {
    await writePrivate(
      join(layout.pki, `${user}.conf`),
      kubeconfig(user, at('127.0.0.1'), pkiMount),
    );
  }
  for (const user of nodes) {
    await writePrivate(
      join(layout.pki, `${user}.conf`),
      kubeconfig(user, at(addresses.controlPlane), pkiMount),
    );
  }
  await writePrivate(layout.kubeconfig, kubeconfig('admin', at(addresses.api), layout.pki));
}
