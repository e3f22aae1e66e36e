/**
 * The files by which clients reach an embedded stack: authority, kubeconfig, clouds.yaml. Only this user
 * can read them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

const mode = 0o600;

/** Writes the certificate of the authority; gives its path. */
export async function writeAuthority(folder: string, ca: string): Promise<string> {
  const path = join(folder, 'ca.pem');
  await writeFile(path, ca, { mode });
  return path;
}

/** Writes clouds.yaml; gives its path. */
export async function writeClouds(
  folder: string,
  entries: Readonly<Record<string, object>>,
): Promise<string> {
  const path = join(folder, 'clouds.yaml');
  const cacert = join(folder, 'ca.pem');
  const clouds = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, { ...entry, cacert }]),
  );
  await writeFile(path, stringify({ clouds }), { mode });
  return path;
}

/** Writes a kubeconfig with one context; gives its path. */
export async function writeKubeconfig(
  folder: string,
  cluster: { readonly server: string; readonly ca: string; readonly token: string },
): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const name = 'embedded';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server: cluster.server,
          'certificate-authority-data': Buffer.from(cluster.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token: cluster.token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
  };
  await writeFile(path, stringify(config), { mode });
  return path;
}
