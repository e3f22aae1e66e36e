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
} from '@kubernetes/client-node';
import type { Json, KubeObject, LabelSelector } from '../objects.ts';
import { selectorText } from '../store/selectors.ts';
import type { Problems } from '../status.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkLabels } from './names.ts';
import { isPort, isPortName } from './pod-validation.ts';

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
  const policy = object as NetworkPolicy;
  const spec = (policy.spec as NetworkPolicy['spec'] | undefined) ?? { podSelector: {} };
  policy.spec = spec;
  spec.podSelector = (spec.podSelector as LabelSelector | undefined) ?? {};
  if ((spec.policyTypes ?? []).length === 0) {
    spec.policyTypes = ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])];
  }
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
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

function checkPort({ port, protocol, endPort }: Port, at: string, problems: Problems): void {
  const protocols = ['SCTP', 'TCP', 'UDP'];
  if (!protocols.includes(protocol ?? 'TCP')) {
    problems.unsupported(`${at}.protocol`, protocol, protocols);
  }
  if (typeof port === 'number' && !isPort(port)) {
    problems.invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive');
  }
  if (typeof port === 'string' && !isPortName(port)) {
    problems.invalid(`${at}.port`, port, 'must be a valid name of a port');
  }
  if (endPort === undefined) return;
  if (typeof port === 'number' && endPort < port) {
    problems.invalid(`${at}.endPort`, endPort, 'must be greater than or equal to `port`');
  }
  if (port === undefined)
    problems.required(`${at}.port`, 'may not be empty when `endPort` is specified');
  if (typeof port === 'string') {
    problems.invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
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

/** Looks at a label selector object. */
export function checkSelector(
  selector: LabelSelector | undefined,
  at: string,
  problems: Problems,
): void {
  checkLabels(problems, `${at}.matchLabels`, selector?.matchLabels);
  for (const [index, rule] of (selector?.matchExpressions ?? []).entries()) {
    const field = `${at}.matchExpressions[${index}]`;
    const count = rule.values?.length ?? 0;
    switch (rule.operator) {
      case 'In':
      case 'NotIn':
        if (count === 0) {
          problems.required(
            `${field}.values`,
            "must be specified when `operator` is 'In' or 'NotIn'",
          );
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (count > 0) {
          problems.forbidden(
            `${field}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          );
        }
        break;
      default:
        problems.invalid(`${field}.operator`, rule.operator, 'not a valid selector operator');
    }
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
    column<NetworkPolicy>('Pod-Selector', ({ spec }) => {
      const text = selectorText(spec.podSelector);
      return text === '' ? '<none>' : text;
    }),
    ageColumn,
  ],
};
