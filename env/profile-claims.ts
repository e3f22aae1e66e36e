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
  /** The release of OpenShift, such as "4.6"; undefined where there is none. */
  readonly openshift: string | undefined;
  readonly nodes: number;
  readonly firewall: string;
  readonly portPool: boolean;
}

type Offer = [isThere: boolean, ...names: Capability[]];

/** Every capability of a simulated stack. */
export function claimsOf(axes: ClaimAxes): Capability[] {
  const { kuryr, series } = axes;
  const hasUdp = compareKuryr(kuryr, '1.0') >= 0 && compareSeries(series, 'rocky') >= 0;
  const hasMixed = hasMixedProtocol(axes);
  const hasSctp = compareKuryr(kuryr, '4.0') >= 0 && compareSeries(series, 'wallaby') >= 0;
  const offers: Offer[] = [
    [true, `pods.${axes.podMode}`, 'services.tcp', 'lb.status'],
    [hasUdp, 'services.udp'],
    [hasMixed, 'services.mixed-protocol', 'lb.mixed-protocol'],
    [hasSctp, 'services.sctp'],
    [compareKuryr(kuryr, '1.0') >= 0, 'policies'],
    [hasEndPort(axes), 'policies.end-port'],
    [true, 'lb.octavia', `lb.${axes.provider}`, 'lb.floating-ip'],
    ...namespaceOffers(kuryr),
    // The simulated Kuryr looks for what is lost every few seconds.
    [true, 'services.patient'],
    [compareKuryr(kuryr, '6.0') >= 0, 'kuryr.events'],
    [axes.portPool, 'pods.port-pool'],
    [!axes.portPool, 'pods.port-each'],
    [true, 'net.outside', 'net.outside-serves', 'net.node', 'nodes.phantom', 'vm.plain'],
    [true, 'cloud.admin', 'cloud.compute'],
    [true, 'fault.quota', 'fault.cloud', 'fault.kubernetes'],
    [true, 'fault.controller', 'fault.daemon'],
    [axes.isOpenShift, 'cluster.openshift'],
    [true, axes.firewall === 'iptables_hybrid' ? 'firewall.hybrid' : 'firewall.subports'],
    [axes.nodes > 1, 'nodes.several'],
    // A DNS Service has port 53 twice; without both listeners the one over UDP is left out.
    [hasMixed || isTcpForced(axes), 'dns.cluster'],
    [true, 'dns.use-vc-images', 'dns.resolver-musl-old', 'dns.resolver-musl-new'],
    [true, 'dns.resolver-go-old', isTcpForced(axes) ? 'dns.forced-tcp' : 'dns.untouched'],
  ];
  return offers.flatMap(([isThere, ...names]) => (isThere ? names : []));
}

function namespaceOffers(kuryr: KuryrRelease): Offer[] {
  const hasOwn = compareKuryr(kuryr, '0.5') >= 0;
  const isLazy = compareKuryr(kuryr, '6.0') >= 0;
  const isByUid = compareKuryr(kuryr, '7.0') >= 0;
  return [
    [hasOwn, 'namespaces.own-subnet'],
    [hasOwn && isLazy, 'namespaces.lazy-network'],
    [hasOwn && !isLazy, 'namespaces.eager-network'],
    [hasOwn && isByUid, 'namespaces.named-by-uid'],
    [hasOwn && !isByUid, 'namespaces.named-by-name'],
  ];
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

/** The webhook of 4.2 to 4.10; the first of them came without asking for Octavia's version. */
function isTcpForced({ openshift, series }: ClaimAxes): boolean {
  const minor = Number(/^4\.(\d+)$/.exec(openshift ?? '')?.[1] ?? 0);
  return minor === 2 || (minor > 2 && minor <= 10 && compareSeries(series, 'train') < 0);
}

/** Kubernetes has endPort without a feature gate to open since 1.22, which is OpenShift 4.9. */
function hasEndPort({ openshift }: ClaimAxes): boolean {
  return openshift === undefined || Number(openshift.replace(/^4\./, '')) >= 9;
}
