/**
 * What this Octavia is like, by series and provider. Source: domain.md sections 4.1 and 4.3 (read there
 * in the root controller, the release notes and the drivers of each release).
 */
import { compareSeries, type OpenStackSeries } from '../../../series.ts';

/** The greatest minor version of the API v2 by series. */
const apiMinors: Readonly<Record<OpenStackSeries, number>> = {
  queens: 0,
  rocky: 2,
  stein: 10,
  train: 13,
  ussuri: 16,
  victoria: 23,
  wallaby: 24,
  xena: 24,
  yoga: 25,
  zed: 26,
  '2023.1': 26,
  '2023.2': 27,
  '2024.1': 28,
  '2024.2': 28,
  '2025.1': 30,
  '2025.2': 30,
  '2026.1': 30,
  '2026.2': 30,
};

/** A provider driver. */
export type Provider = 'amphora' | 'ovn';

/** A provider as the API lists it; several names may stand for one driver. */
export interface ProviderEntry {
  readonly name: string;
  readonly description: string;
}

/** What this Octavia can do. */
export interface OctaviaTraits {
  readonly series: OpenStackSeries;
  readonly apiMinor: number;
  readonly providers: readonly ProviderEntry[];
  readonly defaultProvider: string;
}

const descriptions: Readonly<Record<string, string>> = {
  amphora: 'The Octavia Amphora driver.',
  octavia: 'Deprecated alias of the Octavia Amphora driver.',
  amphorav2: 'Deprecated alias of the Octavia Amphora driver.',
  ovn: 'Octavia OVN driver.',
};

/** The traits of an Octavia of a series with some providers, the first of which is the default. */
export function octaviaTraitsOf(
  series: OpenStackSeries,
  providers: readonly string[],
): OctaviaTraits {
  return {
    series,
    apiMinor: apiMinors[series],
    providers: providers.map((name) => ({ name, description: descriptions[name] ?? '' })),
    defaultProvider: providers[0] ?? 'amphora',
  };
}

/** The names under which the drivers of a series are usually enabled. */
export function usualProviders(series: OpenStackSeries, driver: Provider): readonly string[] {
  if (driver === 'ovn') return ['ovn'];
  return compareSeries(series, 'xena') >= 0
    ? ['amphora', 'octavia', 'amphorav2']
    : ['amphora', 'octavia'];
}

/** The driver behind a provider's name. */
export function driverOf(provider: string): Provider {
  return provider === 'ovn' ? 'ovn' : 'amphora';
}

function since(traits: OctaviaTraits, series: OpenStackSeries): boolean {
  return compareSeries(traits.series, series) >= 0;
}

/** The protocols that the API takes for listeners. */
export function listenerProtocols(traits: OctaviaTraits): readonly string[] {
  return [
    'HTTP',
    'HTTPS',
    ...(since(traits, 'yoga') ? ['PROMETHEUS'] : []),
    ...(since(traits, 'victoria') ? ['SCTP'] : []),
    'TCP',
    'TERMINATED_HTTPS',
    ...(since(traits, 'rocky') ? ['UDP'] : []),
  ];
}

/** The protocols that the API takes for pools. */
export function poolProtocols(traits: OctaviaTraits): readonly string[] {
  return [
    'HTTP',
    'HTTPS',
    'PROXY',
    ...(since(traits, 'victoria') ? ['PROXYV2', 'SCTP'] : []),
    'TCP',
    ...(since(traits, 'rocky') ? ['UDP'] : []),
  ];
}

/** The algorithms that the API takes. */
export function algorithms(traits: OctaviaTraits): readonly string[] {
  return [
    'LEAST_CONNECTIONS',
    'ROUND_ROBIN',
    'SOURCE_IP',
    ...(since(traits, 'train') ? ['SOURCE_IP_PORT'] : []),
  ];
}

/** Why a provider refuses a protocol; undefined when it does not. */
export function protocolRefusal(
  traits: OctaviaTraits,
  provider: string,
  protocol: string,
): string | undefined {
  if (driverOf(provider) === 'ovn') {
    const isNative =
      ['TCP', 'UDP'].includes(protocol) || (protocol === 'SCTP' && since(traits, 'wallaby'));
    return isNative ? undefined : `OVN provider does not support ${protocol} protocol`;
  }
  return protocol === 'SCTP' && !since(traits, 'wallaby')
    ? 'Amphora provider does not support SCTP protocol'
    : undefined;
}

/** Why a provider refuses an algorithm; undefined when it does not. */
export function algorithmRefusal(
  traits: OctaviaTraits,
  provider: string,
  algorithm: string,
): string | undefined {
  if (driverOf(provider) === 'amphora') {
    return algorithm === 'SOURCE_IP_PORT'
      ? `Amphora provider does not support ${algorithm} algorithm.`
      : undefined;
  }
  const isNative =
    algorithm === 'SOURCE_IP_PORT' ||
    (algorithm === 'SOURCE_IP' && since(traits, '2026.2')) ||
    // networking-ovn 6.0.0 (Stein) does not look at the algorithm.
    !since(traits, 'train');
  return isNative ? undefined : `OVN provider does not support ${algorithm} algorithm`;
}

/** Two protocols on one load balancer of ovn: the fix came with ovn-octavia-provider 0.1.0. */
export function mixesProtocols(traits: OctaviaTraits, provider: string): boolean {
  return driverOf(provider) === 'amphora' || since(traits, 'ussuri');
}

/** Two listeners on one port with different protocols: since Train. */
export function sharesPorts(traits: OctaviaTraits): boolean {
  return since(traits, 'train');
}

/** Health monitors of ovn: since Xena, of types TCP and UDP-CONNECT. */
export function monitorRefusal(
  traits: OctaviaTraits,
  provider: string,
  type: string,
): string | undefined {
  if (driverOf(provider) === 'amphora') return undefined;
  if (!since(traits, 'xena')) return 'OVN provider does not support health monitors';
  return ['TCP', 'UDP-CONNECT'].includes(type)
    ? undefined
    : `OVN provider does not support ${type} health monitor type. Supported types: UDP-CONNECT, TCP`;
}

/** Members of ovn without a subnet: since ovn-octavia-provider 2.0.0 (Yoga). */
export function needsMemberSubnet(traits: OctaviaTraits, provider: string): boolean {
  return driverOf(provider) === 'ovn' && !since(traits, 'yoga');
}

/** Source address persistence of ovn: since ovn-octavia-provider 5.0.0 (2023.2). */
export function persistsSource(traits: OctaviaTraits, provider: string): boolean {
  return driverOf(provider) === 'amphora' || since(traits, '2023.2');
}

/** The ovn driver marks its VIP ports as its own since mid-2026. */
export function marksVipPorts(traits: OctaviaTraits): boolean {
  return since(traits, '2026.2');
}
