/**
 * Profiles of the embedded stack: what their files may leave out, and which combinations of releases and
 * drivers have never existed, so that they are refused with the reason.
 */
import type { BudgetName } from './budgets.ts';
import { type ClaimAxes, claimsOf } from './profile-claims.ts';
import {
  compareKuryr,
  compareSeries,
  type KuryrRelease,
  kuryrOfSeries,
  kuryrReleases,
  type OpenStackSeries,
  openStackSeries,
} from './series.ts';

/** The Kuryr that each release of OpenShift with Kuryr is nearest to. */
const kuryrOfOpenShift = {
  '4.2': '1.1',
  '4.3': '1.1',
  '4.4': '2.0',
  '4.5': '2.0',
  '4.6': '3.0',
  '4.7': '4.0',
  '4.8': '4.0',
  '4.9': '5.0',
  '4.10': '6.0',
  '4.11': '6.0',
  '4.12': '7.0',
  '4.13': '8.0',
  '4.14': '9.0',
} as const satisfies Record<string, KuryrRelease>;

type Raw = Readonly<Record<string, unknown>>;

/** A profile of the embedded stack, as far as its axes go. */
interface AxesInFile {
  readonly series: OpenStackSeries;
  readonly kuryr: string;
  readonly octavia: { readonly provider: 'ovn' | 'amphora' };
  readonly ml2?: { readonly backend: 'ovn' | 'ovs'; readonly firewall: string } | undefined;
  readonly trunk?: boolean | undefined;
  readonly podMode: 'nested-vlan' | 'neutron-vif';
  readonly cluster: string;
  readonly openshift?: string | undefined;
}

/** One reason why a profile cannot be, and the key to which it belongs. */
export interface Refusal {
  readonly path: readonly string[];
  readonly message: string;
}

const budgetsHere: Readonly<Record<BudgetName, object>> = {
  podReady: { within: '30s', every: '100ms' },
  podDeleted: { within: '30s', every: '100ms' },
  serviceActive: { within: '30s', every: '150ms' },
  loadBalancerActive: { within: '30s', every: '150ms' },
  loadBalancerDeleted: { within: '30s', every: '150ms' },
  loadBalancerRepaired: { within: '30s', every: '150ms' },
  // A known failure waits for the whole of it.
  floatingIp: { within: '3s', every: '150ms' },
  policyEffective: { within: '8s', every: '150ms', consecutive: 2 },
  policyInForce: { within: '2500ms', every: '50ms', consecutive: 2 },
  // Sender, receiver and clock are one process: who is late here is late everywhere.
  answer: { within: '500ms' },
  dataplane: { within: '30s', every: '150ms', consecutive: 2 },
  // Its Kuryr acts within tenths of a second; a probe of what is closed takes a second, and two there are.
  quiet: { within: '1500ms', every: '300ms', consecutive: 2 },
  namespaceDeleted: { within: '60s', every: '150ms' },
  census: { within: '30s', every: '200ms' },
  dns: { within: '30s', every: '150ms' },
  standing: { within: '10s', every: '500ms' },
};

const image = 'localhost/kuryr-conformance/prober:lab';

/** Adds to the text of an embedded profile what it leaves out; leaves every other profile as it is. */
export function completed(file: unknown): unknown {
  if (!isRecord(file) || file['stack'] !== 'embedded') return file;
  const axes = axesIn(file);
  const { provider, podMode, kuryr, isOpenShift, nodes, backend, firewall } = axes;
  const whole = {
    title: titleOf(axes),
    kuryr: `${kuryr}.0`,
    podMode,
    octavia: { provider },
    cluster: isOpenShift ? 'openshift' : 'kind',
    nodes,
    seed: 'kuryr',
    claims: [...claimsOf(axes), ...(file['search'] === undefined ? [] : ['run.search'])],
    images: { prober: image, resolverMusl: image, resolverGo: image, pullPolicy: 'Never' },
    // Scenarios wait most of their time; more at once would be late on two cores.
    limits: { loadBalancers: 40, floatingIps: 20, workers: 8 },
    layout: {
      resourceTag: isOpenShift ? 'openshiftClusterID=kuryr-embedded' : 'kuryr-embedded',
      externalNetwork: 'public',
      nodesNetwork: 'k8s-nodes',
    },
  };
  return {
    ...whole,
    ...file,
    ml2: { backend, firewall, ...recordIn(file, 'ml2') },
    budgets: budgetsIn(file),
  };
}

/** A budget of which a file says one thing keeps the others. */
function budgetsIn(file: Raw): Raw {
  const own = Object.entries(recordIn(file, 'budgets')).map(([name, budget]) => [
    name,
    isRecord(budget) ? { ...recordIn(budgetsHere, name), ...budget } : budget,
  ]);
  return { ...budgetsHere, ...(Object.fromEntries(own) as Raw) };
}

interface CompleteAxes extends ClaimAxes {
  readonly backend: 'ovn' | 'ovs';
}

function firewallIn(file: Raw, backend: 'ovn' | 'ovs'): string {
  const { firewall } = recordIn(file, 'ml2');
  if (typeof firewall === 'string') return firewall;
  return backend === 'ovn' ? 'ovn' : 'openvswitch';
}

/** A key that is wrong counts as left out here: the schema complains about it. */
function axesIn(file: Raw): CompleteAxes {
  const series = oneOf(openStackSeries, file['series']) ?? '2024.1';
  const openshift = typeof file['openshift'] === 'string' ? file['openshift'] : undefined;
  const backend = oneOf(['ovn', 'ovs'] as const, recordIn(file, 'ml2')['backend']);
  const provider =
    oneOf(['ovn', 'amphora'] as const, recordIn(file, 'octavia')['provider']) ??
    defaultProvider(series, backend);
  const chosen = backend ?? (provider === 'ovn' ? 'ovn' : 'ovs');
  return {
    series,
    openshift,
    portPool: file['portPool'] !== undefined,
    firewall: firewallIn(file, chosen),
    provider,
    kuryr: lineOf(file['kuryr']) ?? defaultKuryr(series, openshift),
    podMode: oneOf(['nested-vlan', 'neutron-vif'] as const, file['podMode']) ?? 'nested-vlan',
    backend: chosen,
    // Beside another kind of cluster the release is refused, and nothing follows from it.
    isOpenShift: openshift !== undefined && file['cluster'] !== 'kind',
    nodes: typeof file['nodes'] === 'number' ? file['nodes'] : 2,
  };
}

/** Says why the axes of an embedded profile do not fit together. */
export function refusalsOf(profile: AxesInFile): Refusal[] {
  return [
    ...cloudRefusals(profile),
    ...kuryrRefusals(profile),
    ...(profile.cluster === 'openshift' ? openShiftRefusals(profile) : kindRefusals(profile)),
  ];
}

/** The release line of Kuryr in a full version such as "10.0.0". */
export function lineOf(version: unknown): KuryrRelease | undefined {
  const line = typeof version === 'string' ? /^\d+\.\d+/.exec(version)?.[0] : undefined;
  return oneOf(kuryrReleases, line);
}

function cloudRefusals(profile: AxesInFile): Refusal[] {
  const { series, octavia, ml2, trunk, podMode } = profile;
  const isOvn = octavia.provider === 'ovn';
  return refused(
    [
      isOvn && compareSeries(series, 'stein') < 0,
      ['octavia', 'provider'],
      `the ovn provider exists since Stein (networking-ovn 6.0.0); "${series}" has amphora only`,
    ],
    [
      isOvn && ml2?.backend === 'ovs',
      ['ml2', 'backend'],
      'the ovn provider makes load balancers in OVN, which ML2/OVS does not have; use backend "ovn" or provider "amphora"',
    ],
    [
      podMode === 'nested-vlan' && trunk === false,
      ['trunk'],
      'nested-vlan makes each pod a subport of a trunk; leave trunk out',
    ],
    [
      podMode === 'neutron-vif' && trunk === false,
      ['trunk'],
      'a cloud without trunks is not simulated, and nothing here would differ on it; leave trunk out',
    ],
  ).concat(firewallRefusals(profile));
}

function firewallRefusals({ ml2 }: AxesInFile): Refusal[] {
  return refused(
    [
      ml2?.backend === 'ovn' && ml2.firewall !== 'ovn',
      ['ml2', 'firewall'],
      `ML2/OVN has no firewall driver, its security groups are ACLs of OVN; use backend "ovs" for "${ml2?.firewall ?? ''}"`,
    ],
    [
      ml2?.backend === 'ovs' && ml2.firewall === 'ovn',
      ['ml2', 'firewall'],
      'ML2/OVS filters with "openvswitch" or "iptables_hybrid"',
    ],
  );
}

function kuryrRefusals({ kuryr }: AxesInFile): Refusal[] {
  return refused([
    lineOf(kuryr) === undefined,
    ['kuryr'],
    `"${kuryr}" was never released: Kuryr ended with 10.0.0 of 2024.1, which also drives newer clouds; known are ${kuryrReleases.map((line) => `${line}.x`).join(', ')}`,
  ]);
}

function kindRefusals({ openshift }: AxesInFile): Refusal[] {
  return refused([
    openshift !== undefined,
    ['openshift'],
    'a release of OpenShift needs cluster "openshift"; leave cluster out',
  ]);
}

function openShiftRefusals(profile: AxesInFile): Refusal[] {
  const { openshift, podMode } = profile;
  if (openshift === undefined) {
    return [{ path: ['openshift'], message: 'is missing: add the release, such as "4.14"' }];
  }
  const fork = oneOf(Object.keys(kuryrOfOpenShift) as (keyof typeof kuryrOfOpenShift)[], openshift);
  if (fork === undefined) {
    const reason =
      minorOf(openshift) >= 15
        ? 'the network operator dropped Kuryr in 4.15 (deprecated since 4.12)'
        : 'OpenShift has had Kuryr from 4.2 to 4.14';
    return [{ path: ['openshift'], message: `"${openshift}" has no Kuryr: ${reason}` }];
  }
  const own = lineOf(profile.kuryr);
  return refused(
    [
      own !== undefined && compareKuryr(own, kuryrOfOpenShift[fork]) !== 0,
      ['kuryr'],
      `OpenShift ${fork} comes with a Kuryr of its own, near ${kuryrOfOpenShift[fork]}; leave kuryr out`,
    ],
    [podMode !== 'nested-vlan', ['podMode'], 'OpenShift always runs Kuryr in mode "nested-vlan"'],
  );
}

function refused(...rules: [isRefused: boolean, path: string[], message: string][]): Refusal[] {
  return rules.flatMap(([isRefused, path, message]) => (isRefused ? [{ path, message }] : []));
}

function minorOf(release: string): number {
  return /^4\.\d+$/.test(release) ? Number(release.slice(2)) : 0;
}

function defaultKuryr(series: OpenStackSeries, openshift: string | undefined): KuryrRelease {
  const fork = (kuryrOfOpenShift as Readonly<Record<string, KuryrRelease>>)[openshift ?? ''];
  return fork ?? kuryrOfSeries(series);
}

function defaultProvider(
  series: OpenStackSeries,
  backend: 'ovn' | 'ovs' | undefined,
): 'ovn' | 'amphora' {
  return backend === 'ovs' || compareSeries(series, 'stein') < 0 ? 'amphora' : 'ovn';
}

function titleOf({ series, kuryr, provider, podMode, openshift }: CompleteAxes): string {
  const cluster = openshift === undefined ? 'Kubernetes' : `OpenShift ${openshift}`;
  return `Simulated Kuryr ${kuryr} on OpenStack ${series}, provider ${provider}, ${podMode}, ${cluster}`;
}

function recordIn(file: Raw, key: string): Raw {
  const value = file[key];
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}
