/**
 * The files by which clients reach an embedded stack: authority, kubeconfig, clouds.yaml. Only this user
 * can read them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

const mode = 0o600;

/** Where the cloud is, and who may use it. */
export interface CloudLogins {
  readonly authUrl: string;
  readonly logins: Readonly<
    Record<
      string,
      { readonly username: string; readonly password: string; readonly project: string }
    >
  >;
}

/** Writes the certificate of the authority; gives its path. */
export async function writeAuthority(folder: string, ca: string): Promise<string> {
  const path = join(folder, 'ca.pem');
  await writeFile(path, ca, { mode });
  return path;
}

/** Writes clouds.yaml; gives its path. */
export async function writeClouds(
  folder: string,
  { authUrl, logins }: CloudLogins,
): Promise<string> {
  const path = join(folder, 'clouds.yaml');
  const entries = Object.entries(logins).map(([name, { username, password, project }]) => [
    name,
    {
      auth: {
        auth_url: authUrl,
        username,
        password,
        project_name: project,
        user_domain_name: 'Default',
        project_domain_name: 'Default',
      },
      region_name: 'RegionOne',
      cacert: join(folder, 'ca.pem'),
    },
  ]);
  await writeFile(path, stringify({ clouds: Object.fromEntries(entries) }), { mode });
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
