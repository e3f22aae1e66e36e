/**
 * Gathers what explains a failure: events, objects, Kuryr's resources, ports with their rules, status
 * trees, requests. Nothing of it may fail, and nothing of it contains a secret.
 */
import { stringify } from 'yaml';
import { type EvidenceFile, redact, type RequestLog } from '#env';
import { deadlineIn } from '../deadline.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type KuryrKind, kuryrResources } from '../cluster/kuryr-forms.ts';

/** The two sides of a stack. */
export interface Sides {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
}

const longestFile = 400_000;
const readMs = 30_000;

/** What Kubernetes, Kuryr and OpenStack say about a namespace. */
export async function evidenceOfNamespace(
  { cluster, cloud }: Sides,
  namespace: string,
): Promise<EvidenceFile[]> {
  const file = (
    name: string,
    text: () => Promise<string>,
    contentType = 'text/yaml',
  ): Promise<EvidenceFile[]> =>
    gathered(`${namespace}/${name}`, async () => [
      { name: `${namespace}/${name}`, contentType, body: await text() },
    ]);
  const files = await Promise.all([
    file('events.txt', async () => (await cluster.eventsOf(namespace)).join('\n'), 'text/plain'),
    file('pods.yaml', async () => stringify(await podsOf(cluster, namespace))),
    file('services.yaml', async () => stringify(await servicesOf(cluster, namespace))),
    file('kuryr.yaml', async () => stringify(await kuryrOf(cluster, namespace))),
    file('ports.yaml', async () => stringify(await portsOf({ cluster, cloud }, namespace))),
    file('load-balancers.yaml', async () => stringify(await balancersOf(cloud, namespace))),
  ]);
  return files.flat();
}

/** The requests to both APIs since a moment. */
export function evidenceOfRequests(logs: readonly RequestLog[], since: Date): EvidenceFile {
  const body = logs.map((log) => log.textSince(since)).join('\n\n');
  return { name: 'requests.txt', contentType: 'text/plain', body: shortened(redact(body)) };
}

/** Runs a part of the collection; what goes wrong in it becomes a file of its own. */
export async function gathered(
  name: string,
  collect: () => Promise<EvidenceFile[]>,
): Promise<EvidenceFile[]> {
  try {
    const files = await collect();
    return files.map((file) => ({ ...file, body: shortened(redact(file.body)) }));
  } catch (error) {
    // Evidence explains a failure; it must never hide it behind one of its own.
    const body = `This could not be collected: ${redact((error as Error).message)}`;
    return [{ name: `${name}.missing.txt`, contentType: 'text/plain', body }];
  }
}

/** Keeps the end of a long text, where the failure is. */
function shortened(text: string): string {
  return text.length <= longestFile
    ? text
    : `(the first ${text.length - longestFile} characters are left out)\n${text.slice(-longestFile)}`;
}

function deadline(): AbortSignal {
  return deadlineIn(readMs);
}

async function podsOf(cluster: Cluster, namespace: string): Promise<unknown> {
  return plain(await cluster.pods(namespace, undefined, deadline()));
}

async function servicesOf(cluster: Cluster, namespace: string): Promise<unknown> {
  const { access } = cluster;
  const [services, endpoints, policies] = await Promise.all([
    access.call(
      'Listing services',
      ({ core }) => core.listNamespacedService({ namespace }),
      deadline(),
    ),
    access.call(
      'Listing endpoints',
      ({ core }) => core.listNamespacedEndpoints({ namespace }),
      deadline(),
    ),
    access.call(
      'Listing policies',
      ({ networking }) => networking.listNamespacedNetworkPolicy({ namespace }),
      deadline(),
    ),
  ]);
  return plain({
    services: services.items,
    endpoints: endpoints.items,
    networkPolicies: policies.items,
  });
}

async function kuryrOf(cluster: Cluster, namespace: string): Promise<unknown> {
  const kinds = Object.keys(kuryrResources) as KuryrKind[];
  const lists = await Promise.all(
    kinds.map(
      async (kind) => [kind, await cluster.kuryrResources(kind, namespace, deadline())] as const,
    ),
  );
  return plain(Object.fromEntries(lists));
}

/** The ports of the namespace's network and every security group that is set on one of them. */
async function portsOf({ cluster, cloud }: Sides, namespace: string): Promise<unknown> {
  const network = await cluster.kuryrNetworkOf(namespace).read(deadline());
  if (network?.networkId === undefined) {
    return { note: 'KuryrNetwork names no network' };
  }
  const ports = await cloud.neutron.ports({ network_id: network.networkId }, deadline());
  const groupIds = [...new Set(ports.flatMap(({ security_groups }) => security_groups))];
  const [groups, trunks] = await Promise.all([
    Promise.all(groupIds.map((id) => cloud.neutron.securityGroup(id, deadline()))),
    cloud.neutron.trunks({}, deadline()),
  ]);
  const portIds = new Set(ports.map(({ id }) => id));
  const subports = trunks.flatMap((trunk) =>
    trunk.sub_ports
      .filter(({ port_id }) => portIds.has(port_id))
      .map((subport) => ({ trunk: trunk.id, status: trunk.status, ...subport })),
  );
  return plain({ ports, subports, securityGroups: groups });
}

async function balancersOf(cloud: Cloud, namespace: string): Promise<unknown> {
  const all = await cloud.octavia.loadBalancers({}, deadline());
  const ours = all.filter(({ name }) => name.startsWith(`${namespace}/`));
  return plain(
    await Promise.all(
      ours.map(async (balancer) => ({
        balancer,
        status: await cloud.octavia.statusTree(balancer.id, deadline()),
        listeners: await cloud.octavia.listeners({ loadbalancer_id: balancer.id }, deadline()),
        floatingIps:
          balancer.vip_port_id === undefined
            ? []
            : await cloud.neutron.floatingIps({ port_id: balancer.vip_port_id }, deadline()),
      })),
    ),
  );
}

/** The library's objects are classes with undefined fields, which YAML would spell out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
