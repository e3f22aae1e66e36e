/**
 * What a simulated stack of certain axes has to offer, so that its profile need not list it. Sources:
 * release notes of Octavia and of its ovn provider, and the gates in Kuryr's own code, release by release.
 */
import type { Capability } from './capabilities.ts';
import { compareKuryr, compareSeries, type KuryrRelease, type OpenStackSeries } from './series.ts';

/** The axes of a simulated stack that decide what it can do. */
export interface ClaimAxes {
  readonly series: OpenStackSeries;
  readonly kuryr: KuryrRelease;
  readonly provider: 'ovn' | 'amphora';
  readonly podMode: 'nested-vlan' | 'neutron-vif';
  readonly isOpenShift: boolean;
  readonly nodes: number;
  /** A release of OpenShift, such as "4.14"; undefined for plain Kubernetes. */
  readonly openshift?: string | undefined;
}

/** Every capability of a simulated stack. */
export function claimsOf(axes: ClaimAxes): Capability[] {
  const { kuryr, series } = axes;
  const hasUdp = compareKuryr(kuryr, '1.0') >= 0 && compareSeries(series, 'rocky') >= 0;
  const hasMixed = hasMixedProtocol(axes);
  const hasSctp = compareKuryr(kuryr, '4.0') >= 0 && compareSeries(series, 'wallaby') >= 0;
  const offers: [boolean, ...Capability[]][] = [
    [true, `pods.${axes.podMode}`, 'services.tcp'],
    [hasUdp, 'services.udp'],
    [hasMixed, 'services.mixed-protocol', 'lb.mixed-protocol'],
    [hasSctp, 'services.sctp'],
    [compareKuryr(kuryr, '1.0') >= 0, 'policies'],
    [hasEndPort(axes), 'policies.end-port'],
    [true, 'lb.octavia', `lb.${axes.provider}`, 'lb.floating-ip'],
    [compareKuryr(kuryr, '0.5') >= 0, 'namespaces.own-subnet'],
    [true, 'net.outside', 'net.node', 'cloud.admin'],
    [axes.nodes > 1, 'nodes.several'],
    // A DNS Service has port 53 twice; without both listeners the one over UDP is left out.
    [hasMixed, 'dns.cluster', 'dns.use-vc-images'],
  ];
  return offers.flatMap(([isThere, ...names]) => (isThere ? names : []));
}

/** Octavia has listeners of two protocols on one port since Train; Kuryr uses them later. */
function hasMixedProtocol({ series, kuryr, provider, isOpenShift }: ClaimAxes): boolean {
  if (provider === 'ovn') {
    // The ovn provider mended TCP and UDP in one load balancer in its first release of its own.
    return compareSeries(series, 'ussuri') >= 0 && compareKuryr(kuryr, '3.0') >= 0;
  }
  // OpenShift's Kuryr has had it since 4.3, upstream's since 2.0.
  const isAbleKuryr = isOpenShift || compareKuryr(kuryr, '2.0') >= 0;
  return isAbleKuryr && compareSeries(series, 'train') >= 0;
}

/** Kubernetes has endPort without a feature gate to open since 1.22, which is OpenShift 4.9. */
function hasEndPort({ openshift }: ClaimAxes): boolean {
  return openshift === undefined || Number(openshift.replace(/^4\./, '')) >= 9;
}
