/**
 * Discovers what an adopted stack is made of: versions, nodes, and where its Kuryr lives, upstream or
 * under OpenShift. It only reads.
 */
import { z } from 'zod';
import type { KubernetesAccess } from '../../access/kubernetes.ts';
import { nodeFactOf } from '../../access/nodes.ts';
import type { OpenStackSession, ServiceRef } from '../../access/openstack.ts';
import { isNotFound } from '../../access/openstack-error.ts';
import type { StackFacts } from '../../stack.ts';

/** Where the parts of Kuryr run in a cluster. */
export interface KuryrPlace {
  readonly namespace: string;
  readonly controllerLabel: string;
  readonly cniLabel: string;
}

/** What the configuration of the discovered Kuryr says. */
export interface KuryrSettings {
  readonly podVifDriver: string | undefined;
  readonly octaviaProvider: string | undefined;
  readonly resourceTags: readonly string[];
}

/** Everything that was discovered. */
export interface Discovery {
  readonly facts: StackFacts;
  readonly place: KuryrPlace | undefined;
  readonly settings: KuryrSettings | undefined;
  readonly octaviaProviders: readonly string[] | undefined;
}

// Names as kuryr-kubernetes 10.0.0 (devstack/lib) and cluster-network-operator 4.14 (bindata) give them.
const places: readonly KuryrPlace[] = [
  { namespace: 'kube-system', controllerLabel: 'name=kuryr-controller', cniLabel: 'app=kuryr-cni' },
  {
    namespace: 'openshift-kuryr',
    controllerLabel: 'app=kuryr-controller',
    cniLabel: 'app=kuryr-cni',
  },
];

const octavia: ServiceRef = {
  name: 'octavia',
  types: ['load-balancer', 'load_balancer'],
  stripped: /\/(v2|v2\.0)(\/lbaas)?$/,
};

/** Octavia's newest API version by series, read from octavia/api/root_controller.py at each release. */
const seriesByOctavia: Readonly<Record<string, string>> = {
  '2.0': 'queens',
  '2.2': 'rocky',
  '2.10': 'stein',
  '2.13': 'train',
  '2.16': 'ussuri',
  '2.23': 'victoria',
  '2.24': 'wallaby or xena',
  '2.25': 'yoga',
  '2.26': 'zed or 2023.1',
  '2.27': '2023.2',
  '2.28': '2024.1 or 2024.2',
  '2.30': '2025.1',
};

/** Looks at both APIs of a stack. */
export async function discover(
  kubernetes: KubernetesAccess,
  cloud: OpenStackSession,
): Promise<Discovery> {
  const [version, nodes, kuryr, api, providers] = await Promise.all([
    kubernetes.call('Reading the version of Kubernetes', (clients) => clients.version.getCode()),
    kubernetes.call('Listing nodes', (clients) => clients.core.listNode()),
    findKuryr(kubernetes),
    octaviaVersion(cloud),
    octaviaProviders(cloud),
  ]);
  return {
    facts: {
      kubernetes: version.gitVersion,
      nodes: nodes.items.map(nodeFactOf),
      openstackSeries: seriesByOctavia[api] ?? `unknown (Octavia API ${api})`,
      kuryrVersion: kuryr.version,
      standIns: [],
      components: {
        octaviaApi: api,
        octaviaProviders: providers?.join(', ') ?? 'not listed',
        ...Object.fromEntries(
          kuryr.images.map((image, index) => [`kuryrImage${index + 1}`, image]),
        ),
      },
    },
    place: kuryr.place,
    settings: kuryr.settings,
    octaviaProviders: providers,
  };
}

interface FoundKuryr {
  readonly place: KuryrPlace | undefined;
  readonly settings: KuryrSettings | undefined;
  readonly version: string;
  readonly images: readonly string[];
}

async function findKuryr(kubernetes: KubernetesAccess): Promise<FoundKuryr> {
  for (const place of places) {
    const deployment = await kubernetes.find(
      `Looking for Kuryr in namespace "${place.namespace}"`,
      (clients) =>
        clients.apps.readNamespacedDeployment({
          namespace: place.namespace,
          name: 'kuryr-controller',
        }),
    );
    if (deployment !== undefined) {
      const config = await kubernetes.find("Reading Kuryr's configuration", (clients) =>
        clients.core.readNamespacedConfigMap({ namespace: place.namespace, name: 'kuryr-config' }),
      );
      const images = (deployment.spec?.template.spec?.containers ?? []).flatMap(
        ({ image }) => image ?? [],
      );
      return {
        place,
        settings: settingsIn(config?.data?.['kuryr.conf']),
        version: images.map(versionIn).find((text) => text !== undefined) ?? 'unknown',
        images,
      };
    }
  }
  return { place: undefined, settings: undefined, version: 'unknown', images: [] };
}

function versionIn(image: string): string | undefined {
  return /:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1];
}

/** Reads the few options of kuryr.conf that a run depends on. */
export function settingsIn(conf: string | undefined): KuryrSettings | undefined {
  if (conf === undefined) {
    return undefined;
  }
  const option = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s*=\\s*(.*?)\\s*$`, 'm').exec(conf)?.[1];
  return {
    podVifDriver: option('pod_vif_driver'),
    octaviaProvider: option('endpoints_driver_octavia_provider'),
    resourceTags: (option('resource_tags') ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  };
}

const versionsForm = z.looseObject({ versions: z.array(z.looseObject({ id: z.string() })) });

/** The greatest version counts, as for Kuryr; the status beside it is not reliable. */
async function octaviaVersion(cloud: OpenStackSession): Promise<string> {
  const document = versionsForm.parse(await cloud.send(octavia, { path: '/' }));
  const newest = document.versions
    .map(({ id }) => /^v?(\d+)\.(\d+)$/.exec(id))
    .filter((match) => match !== null)
    .map((match): [number, number] => [Number(match[1]), Number(match[2])])
    .sort((a, b) => b[0] - a[0] || b[1] - a[1])[0];
  return newest === undefined ? 'unknown' : newest.join('.');
}

const providersForm = z.looseObject({ providers: z.array(z.looseObject({ name: z.string() })) });

async function octaviaProviders(cloud: OpenStackSession): Promise<string[] | undefined> {
  try {
    const answer = await cloud.send(octavia, { path: '/v2/lbaas/providers' });
    return providersForm.parse(answer).providers.map(({ name }) => name);
  } catch (error) {
    if (isNotFound(error)) {
      // Queens has no such list.
      return undefined;
    }
    throw error;
  }
}
