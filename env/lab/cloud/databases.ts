/**
 * The databases and identities of the cloud: schemas, service users, catalogue. Made once, then kept as
 * a read-only layer, so that every later `up` starts from it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { OpenStackSession } from '../../access/openstack.ts';
import { stopDaemon } from '../base/daemons.ts';
import { writeInto, writePrivate } from '../base/files.ts';
import { addresses, type Layout } from '../base/layout.ts';
import { enter, type Machine, makeDisk, on, prepareHandles } from '../base/machines.ts';
import { run } from '../base/shell.ts';
import { cloudFiles, cloudsFile, type CloudSecrets, keystoneUrl } from './config.ts';
import { ensureIdentities } from './identities.ts';
import { startKeystone, startMariadb } from './services.ts';

/** A finished layer: the folder to put over the root, and the passwords that belong to it. */
export interface CloudLayer {
  readonly folder: string;
  readonly secrets: CloudSecrets;
}

function newSecrets(): CloudSecrets {
  const word = (): string => randomBytes(18).toString('base64url');
  return { admin: word(), service: word(), database: word(), kuryr: word() };
}

const placeholder: CloudSecrets = { admin: '', service: '', database: '', kuryr: '' };

/** Digest of what the layer depends on: the root and every configuration file. */
function digestOf(root: string): string {
  return createHash('sha256')
    .update(JSON.stringify([root, cloudFiles(placeholder), cloudsFile(placeholder), 'layout 1']))
    .digest('hex')
    .slice(0, 16);
}

/** Runs SQL as MariaDB's administrator; the text goes by standard input, since it holds a password. */
async function sql(machine: Machine, text: string): Promise<void> {
  await run([...enter(machine), 'mariadb', '-S', '/run/mysqld/mysqld.sock'], { input: text });
}

async function makeKeystoneKeys(machine: Machine): Promise<void> {
  const folders = ['/etc/keystone/fernet-keys', '/etc/keystone/credential-keys'];
  await on(machine, 'install', '-d', '-o', 'keystone', '-g', 'keystone', ...folders);
  const owner = ['--keystone-user', 'keystone', '--keystone-group', 'keystone'];
  await on(machine, 'keystone-manage', 'fernet_setup', ...owner);
  await on(machine, 'keystone-manage', 'credential_setup', ...owner);
}

const bootstrap =
  'read -r OS_BOOTSTRAP_PASSWORD; export OS_BOOTSTRAP_PASSWORD; exec keystone-manage bootstrap "$@"';

async function bootstrapKeystone(machine: Machine, secrets: CloudSecrets): Promise<void> {
  const urls = ['admin', 'internal', 'public'].flatMap((kind) => [
    `--bootstrap-${kind}-url`,
    `${keystoneUrl}/v3`,
  ]);
  await run(
    [...enter(machine), 'sh', '-c', bootstrap, 'sh', ...urls, '--bootstrap-region-id', 'RegionOne'],
    { input: `${secrets.admin}\n` },
  );
}

async function makeSchemas(machine: Machine, secrets: CloudSecrets): Promise<void> {
  for (const name of ['keystone', 'neutron', 'octavia']) {
    await sql(
      machine,
      `CREATE DATABASE ${name} CHARACTER SET utf8mb3; ` +
        `GRANT ALL ON ${name}.* TO '${name}'@'localhost' IDENTIFIED BY '${secrets.database}';\n`,
    );
  }
  await on(machine, 'keystone-manage', 'db_sync');
  const neutron = ['neutron.conf', 'plugins/ml2/ml2_conf.ini'].flatMap((file) => [
    '--config-file',
    `/etc/neutron/${file}`,
  ]);
  await on(machine, 'neutron-db-manage', ...neutron, 'upgrade', 'heads');
  const octavia = ['--config-file', '/etc/octavia/octavia.conf'];
  await on(machine, 'octavia-db-manage', ...octavia, 'upgrade', 'head');
  await makeKeystoneKeys(machine);
  await bootstrapKeystone(machine, secrets);
}

async function fill(layout: Layout, machine: Machine, secrets: CloudSecrets): Promise<void> {
  for (const [path, text] of Object.entries(cloudFiles(secrets))) {
    await writeInto(machine, path, { text });
  }
  await startMariadb(layout, machine);
  await makeSchemas(machine, secrets);
  await startKeystone(layout, machine);
  const cloudsYamlPath = join(layout.machines, 'clouds-of-schema.yaml');
  await writePrivate(cloudsYamlPath, cloudsFile(secrets));
  const session = await OpenStackSession.open({ cloudsYamlPath, cloudName: 'lab' });
  await ensureIdentities(session, secrets, addresses);
  await rm(cloudsYamlPath);
  await stopDaemon('keystone');
  await stopDaemon('mariadb', 30_000);
}

/** Makes the layer with databases and identities, or finds it made. */
export async function cloudLayer(layout: Layout, root: string): Promise<CloudLayer> {
  const target = join(layout.cache, 'layers', `cloud-${digestOf(root)}`);
  const secretsFile = join(target, 'secrets.json');
  const folder = join(target, 'upper');
  if (!existsSync(target)) {
    const secrets = newSecrets();
    await prepareHandles(layout);
    const handle = await makeDisk(layout, { name: 'schema' }, { lower: [root], binds: {} });
    await fill(layout, { name: 'schema', mount: handle }, secrets);
    await run(['umount', handle]);
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await rename(join(layout.machines, 'schema', 'upper'), join(partial, 'upper'));
    await writePrivate(join(partial, 'secrets.json'), JSON.stringify(secrets));
    await rename(partial, target);
  }
  return { folder, secrets: JSON.parse(await readFile(secretsFile, 'utf8')) as CloudSecrets };
}
