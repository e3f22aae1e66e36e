/**
 * Network policies: what they are completed with and what is refused.
 */
import { BlockList, isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type {
  V1NetworkPolicyEgressRule,
  V1NetworkPolicyIngressRule,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '#kubernetes-client';
import type { Json, KubeObject, LabelSelector } from '../objects.ts';
import { selectorText } from '../store/selectors.ts';
import type { Problems } from '../status.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkLabels } from './names.ts';
import { isPort, isPortName } from './pod-validation.ts';
import { fill } from './usual.ts';

type Peer = Json<V1NetworkPolicyPeer>;
type Port = Json<V1NetworkPolicyPort>;
type Ingress = Pick<Json<V1NetworkPolicyIngressRule>, 'ports'> & { from?: Peer[] };
type Egress = Json<V1NetworkPolicyEgressRule>;

interface NetworkPolicy extends KubeObject {
  spec: {
    podSelector: LabelSelector;
    policyTypes?: string[];
    ingress?: Ingress[];
    egress?: Egress[];
  };
}

function defaults(object: KubeObject): void {
  const { spec } = object as NetworkPolicy;
  const { ingress = [], egress = [], policyTypes = [] } = spec;
  fill(spec, { podSelector: {} });
  if (policyTypes.length === 0) {
    spec.policyTypes = egress.length === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
  }
  for (const port of [...ingress, ...egress].flatMap(({ ports = [] }) => ports)) {
    fill(port, { protocol: 'TCP' });
  }
}

function validate(object: KubeObject, problems: Problems): void {
  const { spec } = object as NetworkPolicy;
  checkSelector(spec.podSelector, 'spec.podSelector', problems);
  for (const [index, type] of (spec.policyTypes ?? []).entries()) {
    if (!['Ingress', 'Egress'].includes(type)) {
      problems.unsupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']);
    }
  }
  for (const [index, rule] of (spec.ingress ?? []).entries()) {
    checkRule(rule.ports, rule.from, { at: `spec.ingress[${index}]`, word: 'from', problems });
  }
  for (const [index, rule] of (spec.egress ?? []).entries()) {
    checkRule(rule.ports, rule.to, { at: `spec.egress[${index}]`, word: 'to', problems });
  }
}

interface RulePlace {
  readonly at: string;
  readonly word: string;
  readonly problems: Problems;
}

function checkRule(
  ports: readonly Port[] | undefined,
  peers: readonly Peer[] | undefined,
  { at, word, problems }: RulePlace,
): void {
  for (const [index, port] of (ports ?? []).entries()) {
    checkPort(port, `${at}.ports[${index}]`, problems);
  }
  for (const [index, peer] of (peers ?? []).entries()) {
    checkPeer(peer, `${at}.${word}[${index}]`, problems);
  }
}

function checkPort(
  { port, protocol = 'TCP', endPort }: Port,
  at: string,
  problems: Problems,
): void {
  const protocols = ['SCTP', 'TCP', 'UDP'];
  if (!protocols.includes(protocol)) {
    problems.unsupported(`${at}.protocol`, protocol, protocols);
  }
  if (typeof port === 'number' && !isPort(port)) {
    problems.invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive');
  }
  if (typeof port === 'string' && !isPortName(port)) {
    problems.invalid(`${at}.port`, port, 'must be a valid name of a port');
  }
  if (endPort !== undefined) checkEndPort(port, endPort, [at, problems]);
}

function checkEndPort(
  port: string | number | undefined,
  endPort: number,
  [at, problems]: [string, Problems],
): void {
  if (port === undefined) {
    problems.required(`${at}.port`, 'may not be empty when `endPort` is specified');
  } else if (typeof port === 'string') {
    problems.invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
  } else if (endPort < port) {
    problems.invalid(`${at}.endPort`, endPort, 'must be greater than or equal to `port`');
  }
}

function checkPeer(peer: Peer, at: string, problems: Problems): void {
  const kinds = [peer.podSelector, peer.namespaceSelector, peer.ipBlock];
  if (kinds.every((one) => one === undefined)) {
    problems.required(at, 'must specify a peer');
  }
  if (peer.ipBlock !== undefined && (peer.podSelector ?? peer.namespaceSelector) !== undefined) {
    problems.forbidden(at, 'may not specify both ipBlock and another peer');
  }
  checkSelector(peer.podSelector, `${at}.podSelector`, problems);
  checkSelector(peer.namespaceSelector, `${at}.namespaceSelector`, problems);
  if (peer.ipBlock !== undefined) checkBlock(peer.ipBlock, `${at}.ipBlock`, problems);
}

function checkBlock(block: NonNullable<Peer['ipBlock']>, at: string, problems: Problems): void {
  const cidr = (block.cidr as string | undefined) ?? '';
  if (cidr === '') {
    problems.required(`${at}.cidr`);
    return;
  }
  const range = parsed(cidr);
  if (range === undefined) {
    problems.invalid(`${at}.cidr`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24)');
    return;
  }
  for (const [index, except] of (block.except ?? []).entries()) {
    const field = `${at}.except[${index}]`;
    const inner = parsed(except);
    if (inner === undefined) {
      problems.invalid(field, except, 'must be a valid CIDR value, (e.g. 10.9.8.0/24)');
    } else if (!(inner.prefix > range.prefix && isInside(inner, range))) {
      problems.invalid(field, except, 'must be a strict subset of `cidr`');
    }
  }
}

interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parsed(cidr: string): Range | undefined {
  const [address = '', prefix = ''] = cidr.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d+$/.test(prefix) || Number(prefix) > longest) return undefined;
  return { address, prefix: Number(prefix), family: version === 4 ? 'ipv4' : 'ipv6' };
}

function isInside(inner: Range, outer: Range): boolean {
  if (inner.family !== outer.family) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  return list.check(inner.address, inner.family);
}

const valuesText = {
  wanted: "must be specified when `operator` is 'In' or 'NotIn'",
  unwanted: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
};

/** Looks at a label selector object. */
export function checkSelector(
  { matchLabels, matchExpressions = [] }: LabelSelector = {},
  at: string,
  problems: Problems,
): void {
  checkLabels(problems, `${at}.matchLabels`, matchLabels);
  for (const [index, rule] of matchExpressions.entries()) {
    checkExpression(rule, `${at}.matchExpressions[${index}]`, problems);
  }
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function checkExpression(
  { operator, values = [] }: Expression,
  at: string,
  problems: Problems,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) problems.required(`${at}.values`, valuesText.wanted);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) problems.forbidden(`${at}.values`, valuesText.unwanted);
  } else {
    problems.invalid(`${at}.operator`, operator, 'not a valid selector operator');
  }
}

/** Tells whether a selector is the same as before. */
export function isSameSelector(
  a: LabelSelector | undefined,
  b: LabelSelector | undefined,
): boolean {
  return isDeepStrictEqual(a, b);
}

export const networkPolicyStrategy: Strategy = {
  defaults,
  validate,
  columns: [
    nameColumn,
    column('Pod-Selector', ({ spec }: NetworkPolicy) => {
      const text = selectorText(spec.podSelector);
      return text === '' ? '<none>' : text;
    }),
    ageColumn,
  ],
};
