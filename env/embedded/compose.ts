/**
 * Puts one embedded stack together: cloud, data plane, what Kuryr is given on the cloud, Kubernetes,
 * Kuryr, cluster DNS. Each part is started with what the earlier ones offer; all end in reverse order.
 */
import { setMaxListeners } from 'node:events';
import { KubernetesAccess } from '../access/kubernetes.ts';
import { nodeFactOf } from '../access/nodes.ts';
import type { Profile } from '../profile.ts';
import { redact } from '../redaction.ts';
import type { EvidenceFile, StackFacts } from '../stack.ts';
import { writeAuthority } from './access-files.ts';
import { axesOf } from './axes.ts';
import { makeTls } from './certificates.ts';
import { deployClusterDns } from './cluster-dns.ts';
import { followNames } from './cluster-names.ts';
import { startCluster, stopped } from './compose-cluster.ts';
import { startSite } from './compose-site.ts';
import type { Controlled } from './control.ts';
import { Disposals } from './disposals.ts';
import { type Fittings, plainFittings } from './fittings.ts';
import type { Ground } from './ground.ts';
import { runOnMachine } from './machine-programs.ts';
import { makeApiBalancer } from './site-balancer.ts';
import { World } from './world.ts';

/** A whole stack. */
export interface ComposedStack extends Controlled, AsyncDisposable {}

/** Where a stack is put, and what is put between its parts. */
export interface Placement {
  /** For its files. */
  readonly folder: string;
  /** Somebody wants it to end, maybe before it is up. */
  readonly ending: AbortSignal;
  readonly fittings?: Fittings;
}

/** Starts a stack. */
export async function compose(
  profile: Profile,
  { folder, ending, fittings = plainFittings }: Placement,
): Promise<ComposedStack> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const disposals = new Disposals();
  const world = new World(axesOf(profile), {
    seed: profile.seed ?? profile.name,
    closing: closing.signal,
  });
  const end = async (): Promise<void> => {
    // Waiting ends first, so that no part holds up the end of another one.
    closing.abort();
    await disposals[Symbol.asyncDispose]();
  };
  try {
    const tls = makeTls(['kubernetes.default.svc']);
    const stack = await start({ profile, folder, world, tls, disposals, fittings, ending });
    return { ...stack, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function start(ground: Ground): Promise<Controlled> {
  const { folder, tls, world, disposals } = ground;
  const caFile = await writeAuthority(folder, tls.ca);
  const site = await startSite(ground);
  const [cluster] = await Promise.all([
    startCluster(ground, site),
    makeApiBalancer(site.api, site.facts, world.axes),
  ]);
  const { url, token, kubeconfigPath } = cluster;
  site.dataPlane.setRecords(
    disposals.use(await followNames(world, { url, token, caFile, folder })),
  );
  using access = await KubernetesAccess.open(kubeconfigPath);
  await deployClusterDns(access);
  const { cloudsYamlPath, cloudName, dataPlane, machines } = site;
  return {
    description: {
      access: { kubeconfigPath, cloudsYamlPath, cloudName },
      facts: await discover(ground, access),
    },
    evidence: () => Promise.resolve(evidenceOf(world)),
    complaints: (sinceMs) =>
      world.unknown.since(sinceMs).map((request) => world.unknown.describe(request)),
    start: (at, argv) => {
      const { outside, controlPlane } = machines;
      const here = at === 'outside' ? outside : controlPlane.netns;
      return runOnMachine(dataPlane, here, argv);
    },
    markBalancer: (id, status) => {
      site.cloud.markBalancer(id, status);
    },
    stop: (part) => stopped({ cloud: site.cloud, cluster }, part),
  };
}

async function discover({ profile }: Ground, access: KubernetesAccess): Promise<StackFacts> {
  const [version, nodes] = await Promise.all([
    access.call('Reading the version of Kubernetes', (clients) => clients.version.getCode()),
    access.call('Listing nodes', (clients) => clients.core.listNode()),
  ]);
  return {
    kubernetes: version.gitVersion,
    nodes: nodes.items.map(nodeFactOf),
    openstackSeries: profile.series,
    kuryrVersion: profile.kuryr,
    standIns: ['simulated: everything'],
    // With the same seed the same run comes about again.
    components: { seed: profile.seed ?? profile.name },
  };
}

function evidenceOf(world: World): EvidenceFile[] {
  return world.parts().map((part) => ({
    name: `${part.replaceAll(/[^a-z0-9.-]+/gi, '-')}.log`,
    contentType: 'text/plain',
    body: redact(`${world.linesOf(part).join('\n')}\n`),
  }));
}
