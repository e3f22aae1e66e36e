/**
 * What Kubernetes says about network policies, in plain code that knows nothing about Kuryr: from
 * policies, labels, addresses and ports of pods to a table of who may reach whom. It asks of one pair of
 * pods at a time whether each side lets it through; `flows.ts` answers the same question in another way.
 * Source: Kubernetes documentation, Network Policies, "The two sorts of pod isolation".
 */
import type { ExpectedTable, PolicySpec, ProbePod } from '#helpers';

type Labels = Readonly<Record<string, string>>;

/** A protocol that is probed. */
export type Protocol = 'TCP' | 'UDP';

/** One condition on labels. */
export interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Selects by labels; an empty one selects everything. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Expression[];
}

/** Addresses in CIDR form, some of them excepted. */
export interface IpBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** Who is meant: addresses of a block, or pods of the policy's own namespace, unless others are selected. */
export interface Peer {
  readonly ipBlock?: IpBlock;
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

/** What a rule opens: a port by number or name, a range, or every port of the protocol. */
export interface PolicyPort {
  readonly protocol: Protocol;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** What is probed at a pod. */
export interface Target {
  readonly protocol: Protocol;
  readonly port: number;
}

/** One rule of ingress: everybody when it names no peers, every port when it names none. */
export interface IngressRule {
  readonly from?: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}

/** One rule of egress: everybody when it names no peers, every port when it names none. */
export interface EgressRule {
  readonly to?: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}

/** A policy that isolates the pods it selects in the directions of its types. */
export interface Policy extends PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly IngressRule[];
  readonly egress?: readonly EgressRule[];
}

/** A policy and the namespace in which it is. */
export interface PlacedPolicy {
  readonly namespace: string;
  readonly spec: Policy;
}

/** A pod as policies see it. */
export interface Subject extends Pick<ProbePod, 'namespace' | 'name' | 'ip' | 'labels' | 'ports'> {
  readonly namespaceLabels: Labels;
}

/** Tells whether the policies let one pod reach another at a port. */
export function admits(
  policies: readonly PlacedPolicy[],
  [from, to]: readonly [from: Subject, to: Subject],
  target: Target,
): boolean {
  return (
    letsThrough(policies, { type: 'Egress', isolated: from, peer: to, to }, target) &&
    letsThrough(policies, { type: 'Ingress', isolated: to, peer: from, to }, target)
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

/** Tells whether a policy selects a pod. */
export function selects({ namespace, spec }: PlacedPolicy, subject: Subject): boolean {
  return namespace === subject.namespace && isSelected(spec.podSelector, subject.labels);
}

/** One side of a pair: whose policies are asked, and about whom. */
interface Side {
  readonly type: 'Ingress' | 'Egress';
  readonly isolated: Subject;
  readonly peer: Subject;
  /** The one that is reached, whose ports names stand for. */
  readonly to: Subject;
}

function letsThrough(
  policies: readonly PlacedPolicy[],
  { type, isolated, peer, to }: Side,
  target: Target,
): boolean {
  const isolating = policies.filter(
    (policy) => policy.spec.policyTypes.includes(type) && selects(policy, isolated),
  );
  return (
    isolating.length === 0 ||
    isolating.some(({ namespace, spec }) =>
      rulesOf(spec, type).some(
        ({ peers, ports }) => coversPort(ports, to, target) && coversPeer(peers, peer, namespace),
      ),
    )
  );
}

interface Rule {
  readonly peers: readonly Peer[];
  readonly ports: readonly PolicyPort[];
}

function rulesOf({ ingress = [], egress = [] }: Policy, type: 'Ingress' | 'Egress'): Rule[] {
  return type === 'Ingress'
    ? ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : egress.map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

function coversPort(
  ports: readonly PolicyPort[],
  { ports: own }: Subject,
  { protocol, port }: Target,
): boolean {
  return (
    ports.length === 0 ||
    ports.some((one) => {
      if (one.protocol !== protocol) return false;
      if (one.port === undefined) return true;
      return typeof one.port === 'string'
        ? own.some((at) => at.name === one.port && at.protocol === protocol && at.port === port)
        : port >= one.port && port <= (one.endPort ?? one.port);
    })
  );
}

function coversPeer(peers: readonly Peer[], subject: Subject, home: string): boolean {
  return peers.length === 0 || peers.some((peer) => isPeer(peer, subject, home));
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

function isSelected(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Labels,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => isTrueOf(expression, labels))
  );
}

function isTrueOf({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
