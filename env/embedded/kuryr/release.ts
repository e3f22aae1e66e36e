/**
 * What each release of Kuryr does in its own way: where it keeps its records, how it names things, what
 * it asks Octavia for, and the deviations from Kubernetes that its code is known for.
 */
import type { Axes, KuryrRelease } from '../world.ts';
import { kuryrReleases } from '../world.ts';

/** A version of Octavia's API, such as [2, 13]. */
export type ApiVersion = readonly [major: number, minor: number];

/** From which version of Octavia's API on a release uses something; false means never. */
export type Gate = ApiVersion | boolean;

/** Known deviations; each may be switched off to see what a mended Kuryr does. */
export interface Deviations {
  /** A namespace selector with a pod selector keeps the pods of its last namespace only. */
  readonly lastNamespaceWins: boolean;
  /** Of several exceptions of an address block each lets the other ones in again. */
  readonly exceptionsUndoEachOther: boolean;
  /** A port entry without a number is taken for a named port. */
  readonly portlessIsNamed: boolean;
  /** An empty rule allows everything only when it is the first one. */
  readonly emptyRuleOnlyFirst: boolean;
  /** A label that is selected with an empty value counts as missing at the pods that bear it. */
  readonly emptyValueIsMissing: boolean;
  /** Ports by name are looked for at no pod when a policy selects all pods. */
  readonly emptySelectorNamesNobody: boolean;
  /** A label of a pod that changes counts only when the policy is looked at anew. */
  readonly labelsUnfollowed: boolean;
  /** Of a range of ports only the first is opened. */
  readonly ignoresEndPort: boolean;
  /** A named port of egress is not opened towards peers that the policy itself selects. */
  readonly selectedPeersPassedOver: boolean;
  /** Rules without protocol or port are made for TCP, ports 1 to 65535. */
  readonly onlyTcpWithoutProtocol: boolean;
  /** Egress to a service is opened at the port of its pods instead of its own. */
  readonly serviceEgressAtPodPort: boolean;
  /** A named target port finds no rule when the listener's allowed addresses are looked up again. */
  readonly namedTargetPortLosesClients: boolean;
  /** Skipping a second listener on one port ends in an error, and the controller is restarted. */
  readonly skippedListenerRaises: boolean;
  /** A timeout annotation that is no number makes the controller unhealthy. */
  readonly badTimeoutKills: boolean;
  /** A service that changes its type neither gets nor loses a floating IP. */
  readonly ignoresTypeChange: boolean;
  /** A service that asks for another floating IP keeps the one that it has. */
  readonly ignoresAddressChange: boolean;
  /** With the status of a record its floating IP is forgotten, and another one is made. */
  readonly forgetsFloatingIp: boolean;
  /** Every subset of endpoints is given the addresses of all of them. */
  readonly endpointsPileUp: boolean;
  /** A port that cannot be attached to its trunk stays behind, unbound. */
  readonly leaksPortWithoutSubport: boolean;
}

/** The ways of one release. */
export interface Release {
  readonly line: KuryrRelease;
  /** Its full version, as in the tag of its image. */
  readonly version: string;
  readonly podRecord: 'annotation' | 'KuryrPort';
  readonly networkRecord: 'none' | 'KuryrNet' | 'KuryrNetwork';
  readonly policyRecord: 'none' | 'KuryrNetPolicy' | 'KuryrNetworkPolicy';
  readonly balancerRecord: 'annotation' | 'KuryrLoadBalancer';
  /** Whether a namespace gets its network only with its first pod on the pod network. */
  readonly waitsForFirstPod: boolean;
  /** Whether networks are called `<uid>/<name>` and policies' groups `sg/<ns>-<name>`. */
  readonly namesByUid: boolean;
  readonly hasEvents: boolean;
  readonly hasTimeouts: boolean;
  readonly hasProjectAnnotation: boolean;
  readonly marksStaticPods: boolean;
  readonly cleansOrphanedPorts: boolean;
  readonly hairpinRules: boolean;
  readonly namedPorts: boolean;
  readonly egressToServices: boolean;
  readonly egressWithoutSelector: boolean;
  readonly servicesWithoutSelector: boolean;
  /** What it looks for in Octavia again and again, and makes anew. */
  readonly reconciled: readonly ('loadbalancer' | 'listener' | 'pool' | 'member')[];
  readonly retryWindowMs: number;
  readonly gates: {
    readonly udp: boolean;
    readonly samePort: Gate;
    readonly allowedCidrs: Gate;
    readonly sctp: Gate;
    readonly provider: Gate;
  };
  /** Whether it makes a group of its own for each load balancer, with sg_mode `create`. */
  readonly hasSgMode: boolean;
  readonly handlesDefaultService: boolean;
  readonly deviations: Deviations;
}

/** Whether a release is another one or a later one. */
function since(line: KuryrRelease, first: KuryrRelease): boolean {
  return kuryrReleases.indexOf(line) >= kuryrReleases.indexOf(first);
}

function pick<T>(line: KuryrRelease, steps: readonly (readonly [KuryrRelease, T])[], before: T): T {
  return steps.findLast(([first]) => since(line, first))?.[1] ?? before;
}

const tags: Readonly<Record<KuryrRelease, string>> = {
  '0.4': '0.4.6',
  '0.5': '0.5.4',
  '1.0': '1.0.1',
  '1.1': '1.1.2',
  '2.0': '2.1.0',
  '3.0': '3.1.0',
  '4.0': '4.0.1',
  '5.0': '5.0.0',
  '6.0': '6.0.1',
  '7.0': '7.0.0',
  '8.0': '8.0.0',
  '9.0': '9.0.0',
  '10.0': '10.0.0',
};

function deviationsOf(line: KuryrRelease): Deviations {
  const from = (first: KuryrRelease): boolean => since(line, first);
  return {
    lastNamespaceWins: from('2.0'),
    exceptionsUndoEachOther: from('1.0'),
    portlessIsNamed: from('1.1'),
    emptyRuleOnlyFirst: from('1.0'),
    emptyValueIsMissing: true,
    emptySelectorNamesNobody: from('1.1'),
    labelsUnfollowed: from('3.0'),
    ignoresEndPort: true,
    selectedPeersPassedOver: from('1.1'),
    onlyTcpWithoutProtocol: !from('4.0'),
    serviceEgressAtPodPort: from('1.1'),
    namedTargetPortLosesClients: from('1.1'),
    skippedListenerRaises: from('6.0'),
    badTimeoutKills: from('5.0'),
    ignoresTypeChange: true,
    ignoresAddressChange: true,
    forgetsFloatingIp: true,
    endpointsPileUp: from('3.0'),
    leaksPortWithoutSubport: true,
  };
}

function gatesOf(line: KuryrRelease): Release['gates'] {
  return {
    udp: since(line, '1.0'),
    samePort: pick<Gate>(
      line,
      [
        ['2.0', [2, 11]],
        ['3.0', [2, 13]],
      ],
      false,
    ),
    allowedCidrs: pick<Gate>(line, [['2.0', [2, 12]]], false),
    sctp: pick<Gate>(line, [['4.0', [2, 23]]], false),
    provider: pick<Gate>(
      line,
      [
        ['2.0', true],
        ['3.0', [2, 6]],
      ],
      false,
    ),
  };
}

function recordsOf(
  line: KuryrRelease,
): Pick<Release, 'podRecord' | 'networkRecord' | 'policyRecord' | 'balancerRecord'> {
  return {
    podRecord: since(line, '3.0') ? 'KuryrPort' : 'annotation',
    networkRecord: pick<Release['networkRecord']>(
      line,
      [
        ['0.5', 'KuryrNet'],
        ['2.0', 'KuryrNetwork'],
      ],
      'none',
    ),
    policyRecord: pick<Release['policyRecord']>(
      line,
      [
        ['1.0', 'KuryrNetPolicy'],
        ['3.0', 'KuryrNetworkPolicy'],
      ],
      'none',
    ),
    balancerRecord: since(line, '3.0') ? 'KuryrLoadBalancer' : 'annotation',
  };
}

/** The ways of the release that a stack is made of. */
export function releaseOf(axes: Pick<Axes, 'kuryr' | 'cluster'>): Release {
  const line = axes.kuryr;
  const from = (first: KuryrRelease): boolean => since(line, first);
  const upstream: Release = {
    line,
    version: tags[line],
    ...recordsOf(line),
    waitsForFirstPod: from('6.0'),
    namesByUid: from('7.0'),
    hasEvents: from('6.0'),
    hasTimeouts: from('5.0'),
    hasProjectAnnotation: from('7.0'),
    marksStaticPods: from('7.0'),
    cleansOrphanedPorts: from('7.0'),
    hairpinRules: from('4.0'),
    namedPorts: from('1.1'),
    egressToServices: from('1.1'),
    egressWithoutSelector: from('4.0'),
    servicesWithoutSelector: from('3.0'),
    reconciled: pick<Release['reconciled']>(
      line,
      [
        ['5.0', ['loadbalancer']],
        ['6.0', ['loadbalancer', 'listener']],
        ['7.0', ['loadbalancer', 'listener', 'pool', 'member']],
      ],
      [],
    ),
    retryWindowMs: from('1.1') ? 500_000 : 180_000,
    gates: gatesOf(line),
    hasSgMode: from('1.0') && !from('3.0'),
    handlesDefaultService: false,
    deviations: deviationsOf(line),
  };
  return axes.cluster.kind === 'openshift' ? forked(upstream, axes.cluster.release) : upstream;
}

/** What OpenShift's fork has ahead of upstream. */
function forked(upstream: Release, release: string): Release {
  const minor = minorOf(release);
  const backported = minor >= 3;
  const { gates } = upstream;
  return {
    ...upstream,
    gates: {
      ...gates,
      samePort: gates.samePort === false && backported ? [2, 13] : gates.samePort,
      allowedCidrs: gates.allowedCidrs === false && backported ? [2, 12] : gates.allowedCidrs,
      provider: gates.provider === false && backported ? [2, 6] : gates.provider,
    },
    handlesDefaultService: minor >= 8,
  };
}

/** The minor number of an OpenShift release such as 4.10. */
export function minorOf(release: string): number {
  return Number(/^4\.(\d+)/.exec(release)?.[1] ?? 0);
}

/** Whether a gate is open at a version of Octavia's API. */
export function isOpen(gate: Gate, api: ApiVersion): boolean {
  return typeof gate === 'boolean' ? gate : isAtLeast(api, gate);
}

/** Whether a version of Octavia's API is another one or a later one. */
export function isAtLeast(api: ApiVersion, wanted: ApiVersion): boolean {
  return api[0] > wanted[0] || (api[0] === wanted[0] && api[1] >= wanted[1]);
}
