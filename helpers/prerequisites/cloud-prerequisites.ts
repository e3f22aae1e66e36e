/**
 * What a cloud must offer before Kuryr can work on it, quotas apart: services, extensions, versions,
 * providers and the firewall.
 */
import type { Capability } from '#env';
import type { ApiVersion } from '../cloud/octavia.ts';
import { type AdviceInputs, adviceOf } from './advice.ts';
import type { Capacity, PlatformFacts, ServiceCounts } from './facts.ts';
import { type Judgement, prerequisite } from './prerequisite.ts';

/** Amphorae are small machines: the flavor that DevStack and the guides make for them has 1 GB. */
const amphoraRamMb = 1_024;

/** Since when the API has what a claim rests on (octavia/api/root_controller.py, Kuryr's own gates). */
const octaviaSince: readonly (readonly [Capability, ApiVersion, why: string])[] = [
  ['services.sctp', [2, 23], 'listeners over SCTP'],
  ['services.mixed-protocol', [2, 13], 'listeners of several protocols on one port'],
  ['lb.octavia', [2, 0], 'load balancers'],
];

/** Without the first two Kuryr finds no path out; without the others it cannot mark, count or share out. */
const usedExtensions = [
  'router',
  'security-group',
  'external-net',
  'quota_details',
  'standard-attr-tag',
  'subnet_allocation',
];

const services = prerequisite({
  id: 'services',
  name: 'Neutron and Octavia in the catalogue',
  asks: ['endpoints'],
  judge: ({ endpoints: { network, loadBalancer } }) => ({
    required: 'endpoints of types network and load-balancer',
    found: `network: ${yesNo(network)}, load-balancer: ${yesNo(loadBalancer)}`,
    isMet: network && loadBalancer,
    mend: {
      text: 'install Octavia, then: openstack endpoint create --region REGION load-balancer public URL',
    },
  }),
});

const apiVersion = prerequisite({
  id: 'octavia-api',
  name: 'version of the API of Octavia',
  asks: ['octaviaApi'],
  judge: ({ octaviaApi: version }, { claims }) => {
    const [, least, why] = octaviaSince.find(([claim]) => claims.includes(claim)) ?? [
      'lb.octavia',
      [2, 0] as const,
      'load balancers',
    ];
    return {
      required: `at least ${least.join('.')} (${why})`,
      found: version.join('.'),
      isMet: isAtLeast(version, least),
      mend: { text: 'upgrade Octavia, or claim less in the profile' },
    };
  },
});

const provider = prerequisite({
  id: 'provider',
  name: 'provider of load balancers',
  asks: ['providers'],
  judge: ({ providers }, { octavia }) => ({
    required: `"${octavia.provider}" is enabled`,
    // An Octavia that cannot list them has amphora and nothing else.
    found: providers?.join(', ') ?? 'no list; such an old Octavia has amphora',
    isMet: (providers ?? ['amphora']).includes(octavia.provider),
    mend: {
      text: `octavia.conf, [api_settings] enabled_provider_drivers: add "${octavia.provider}"; then restart octavia-api`,
    },
  }),
});

const extensions = prerequisite({
  id: 'extensions',
  name: 'extensions of Neutron that Kuryr uses',
  asks: ['extensions'],
  judge: ({ extensions: loaded }) => extensionJudgement(loaded, usedExtensions),
});

const trunk = prerequisite({
  id: 'trunk',
  name: 'trunk extension of Neutron',
  asks: ['extensions'],
  judge: ({ extensions: loaded }) => extensionJudgement(loaded, ['trunk', 'trunk-details']),
});

function extensionJudgement(loaded: readonly string[], wanted: readonly string[]): Judgement {
  const missing = wanted.filter((alias) => !loaded.includes(alias));
  return {
    required: wanted.join(', '),
    found: missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`,
    isMet: missing.length === 0,
    mend: {
      text: `neutron.conf, service_plugins: load what offers ${missing.join(', ')}; then restart neutron-server`,
    },
  };
}

const firewall = prerequisite({
  id: 'firewall',
  name: 'firewall that filters subports',
  asks: ['nodePlugs'],
  judge: ({ nodePlugs }) => {
    const hybrid = nodePlugs.filter(({ isHybrid }) => isHybrid === true);
    const hosts = [...new Set(hybrid.map(({ host }) => host))].join(', ');
    return {
      required: 'no port of a node behind a hybrid plug',
      found:
        hybrid.length === 0
          ? `${nodePlugs.length} ports of nodes, none of them hybrid`
          : `hybrid plug on ${hosts}: groups are not enforced on subports`,
      isMet: hybrid.length === 0,
      mend: {
        text: 'openvswitch_agent.ini, [securitygroup] firewall_driver = openvswitch; then restart neutron-openvswitch-agent and the machines',
      },
    };
  },
});

const advice = prerequisite({
  id: 'advice',
  name: 'no deployment that Kuryr is not recommended for',
  asks: ['octaviaApi', 'providers', 'services', 'capacity'],
  judge: (facts) => {
    const { reasons, undecided } = adviceOf(inputsOf(facts));
    const unknown = undecided.map((reason) => `not known whether ${reason}`);
    return {
      required: 'Train or newer, or neither UDP Services nor crowded hypervisors; ovn, or room',
      found: reasons.length > 0 ? reasons.join('; ') : (unknown[0] ?? 'nothing against it'),
      isMet: reasons.length > 0 ? false : undecided.length > 0 ? undefined : true,
      mend: { text: 'upgrade OpenStack, enable the ovn provider, or add hypervisors' },
    };
  },
});

type AdviceFacts = Pick<PlatformFacts, 'octaviaApi' | 'providers' | 'services' | 'capacity'>;

function inputsOf({
  octaviaApi,
  providers,
  services: counts,
  capacity,
}: AdviceFacts): AdviceInputs {
  return {
    isOldCloud: !isAtLeast(octaviaApi, [2, 13]),
    usesUdp: counts === undefined ? undefined : counts.udp > 0,
    isCrowded: isCrowded(counts, capacity),
    isOvnOff: !(providers ?? []).includes('ovn'),
  };
}

/** Whether the Services that have no amphora yet would not find room for one. */
export function isCrowded(
  counts: ServiceCounts | undefined,
  capacity: Capacity | undefined,
): boolean | undefined {
  if (counts === undefined || capacity === undefined) return undefined;
  const missing = Math.max(0, counts.tcp - capacity.amphorae);
  return missing * amphoraRamMb > capacity.freeRamMb;
}

function isAtLeast(version: ApiVersion, least: ApiVersion): boolean {
  return version[0] > least[0] || (version[0] === least[0] && version[1] >= least[1]);
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no';
}

/** The prerequisites other than quotas, in the order of the table. */
export const cloudPrerequisites = [
  services,
  apiVersion,
  provider,
  extensions,
  trunk,
  firewall,
  advice,
] as const;
