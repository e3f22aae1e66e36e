/**
 * What Kubernetes says about ingress policies, in plain code that knows nothing about Kuryr: from
 * policies, labels and addresses to a table of who may reach whom. It understands what the scenarios
 * write, which is `matchLabels`, blocks of IPv4 addresses and numbered ports, and no more.
 * Source: Kubernetes documentation, Network Policies, "The two sorts of pod isolation".
 */
import type { ExpectedTable, PolicySpec } from '#helpers';

type Labels = Readonly<Record<string, string>>;

/** Selects by labels; an empty one selects everything. */
export interface Selector {
  readonly matchLabels?: Labels;
}

/** Addresses in CIDR form, some of them excepted. */
export interface IpBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** Who is admitted: addresses of a block, or pods of the policy's own namespace, unless others are selected. */
export interface Peer {
  readonly ipBlock?: IpBlock;
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

/** What a rule opens: every port of the protocol when it names none. */
export interface PolicyPort {
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
}

/** What is probed at a pod. */
export interface Target {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** One rule: everybody when it names no peers, every port when it names none. */
export interface IngressRule {
  readonly from?: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}

/** A policy that isolates the pods it selects for ingress. */
export interface IngressPolicy extends PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly ['Ingress'];
  readonly ingress?: readonly IngressRule[];
}

/** A policy and the namespace in which it is. */
export interface PlacedPolicy {
  readonly namespace: string;
  readonly spec: IngressPolicy;
}

/** A pod as policies see it. */
export interface Subject {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
}

/** Tells whether the policies let one pod reach another at a port. */
export function admits(
  policies: readonly PlacedPolicy[],
  [from, to]: readonly [from: Subject, to: Subject],
  target: Target,
): boolean {
  const isolating = policies.filter(
    ({ namespace, spec }) => namespace === to.namespace && isSelected(spec.podSelector, to.labels),
  );
  return (
    isolating.length === 0 ||
    isolating.some(({ namespace, spec }) =>
      (spec.ingress ?? []).some(
        (rule) => coversPort(rule, target) && coversPeer(rule, from, namespace),
      ),
    )
  );
}

/** Writes down for each pair of pods what the policies make of it; a pod always reaches itself. */
export function tableUnder(
  policies: readonly PlacedPolicy[],
  subjects: readonly Subject[],
  target: Target,
): ExpectedTable {
  const known = new Map(subjects.map((subject) => [keyOf(subject), subject]));
  return (from, to) => {
    const pair = [known.get(keyOf(from)), known.get(keyOf(to))] as const;
    if (pair[0] === undefined || pair[1] === undefined) {
      throw new Error(`No subject is known for ${keyOf(from)} or ${keyOf(to)}.`);
    }
    const isSelf = pair[0] === pair[1];
    return isSelf || admits(policies, [pair[0], pair[1]], target) ? 'open' : 'blocked';
  };
}

function coversPort({ ports = [] }: IngressRule, { protocol, port }: Target): boolean {
  return (
    ports.length === 0 ||
    ports.some((one) => one.protocol === protocol && (one.port ?? port) === port)
  );
}

function coversPeer({ from = [] }: IngressRule, subject: Subject, home: string): boolean {
  return from.length === 0 || from.some((peer) => isPeer(peer, subject, home));
}

function isPeer(
  { ipBlock, podSelector = {}, namespaceSelector }: Peer,
  subject: Subject,
  home: string,
): boolean {
  if (ipBlock !== undefined) {
    return (
      isIn(ipBlock.cidr, subject.ip) &&
      !(ipBlock.except ?? []).some((part) => isIn(part, subject.ip))
    );
  }
  const isNamespaceSelected =
    namespaceSelector === undefined
      ? subject.namespace === home
      : isSelected(namespaceSelector, subject.namespaceLabels);
  return isNamespaceSelected && isSelected(podSelector, subject.labels);
}

function isIn(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const size = 2 ** (addressBits - Number(prefix));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
}

const addressBits = 32;

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isSelected({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
