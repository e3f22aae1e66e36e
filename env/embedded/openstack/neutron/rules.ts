/**
 * Security group rules: what may be said, what contradicts itself, what is there already.
 */
import { z } from 'zod';
import { Cidr } from '../addressing.ts';
import type { Caller } from '../keystone/identities.ts';
import { badRequest, conflict, notFound } from './faults.ts';
import { oneOf, uuid, whole } from './forms.ts';
import { type Shown, without } from '../http/listing.ts';
import { begun, owns, type Plugin, visible } from './plugin.ts';
import type { Definition } from './resource.ts';
import type { SecurityGroup, SecurityGroupRule } from './rows.ts';

const port = whole.pipe(z.int().min(-1).max(65_535)).nullish();

const post = z.strictObject({
  security_group_id: uuid,
  direction: oneOf(['ingress', 'egress']),
  ethertype: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.replace(/^ip/i, 'IP') : value),
      oneOf(['IPv4', 'IPv6']),
    )
    .default('IPv4'),
  protocol: z.union([z.string(), z.number()]).nullish(),
  port_range_min: port,
  port_range_max: port,
  remote_ip_prefix: z.string().nullish(),
  remote_group_id: z.string().nullish(),
  remote_address_group_id: z.null().optional(),
  description: z.string().default(''),
  project_id: z.string().optional(),
  tenant_id: z.string().optional(),
});
const put = z.strictObject({ description: z.string().optional() });

type Post = z.output<typeof post>;

/** The rules' collection. */
export function securityGroupRules(
  plugin: Plugin,
): Definition<SecurityGroupRule, typeof post, typeof put> {
  const { state, quotas } = plugin;
  return {
    kind: 'security_group_rule',
    collection: 'security-group-rules',
    table: state.rules,
    post,
    put,
    claim: (sent, caller) => {
      for (const { security_group_id: id } of sent) {
        const group = visible(state.groups, { kind: 'security_group', id, caller });
        quotas.claim('security_group_rule', group.project_id, sent.length);
      }
    },
    make: (sent, caller) => makeRule(plugin, sent, caller),
    change: (row, sent) =>
      state.rules.update(row.id, { description: sent.description ?? row.description }) ?? row,
    remove: (row) => {
      state.rules.remove(row.id);
    },
    show: (row) => showRule(plugin, row),
  };
}

/**
 * A rule as the API shows it by itself: without its tags, although it has some. The rules that a group
 * begins with have never been given a description.
 */
function showRule({ state, traits }: Plugin, row: SecurityGroupRule): Shown {
  const prefix = row.remote_ip_prefix;
  return {
    ...without(row, 'tags', 'standard_attr_id', 'isBuiltIn'),
    ...(row.isBuiltIn ? { description: null } : {}),
    tenant_id: row.project_id,
    ...(traits.extensions.has('security-groups-normalized-cidr')
      ? { normalized_cidr: prefix === null ? null : (Cidr.parse(prefix)?.toString() ?? prefix) }
      : {}),
    ...(traits.extensions.has('security-groups-rules-belongs-to-default-sg')
      ? { belongs_to_default_sg: state.groups.get(row.security_group_id)?.is_default ?? false }
      : {}),
  };
}

/** A rule as its group shows it, with its number among everything that has standard attributes. */
export function showRuleInGroup(plugin: Plugin, row: SecurityGroupRule): Shown {
  const { tags, standard_attr_id } = row;
  return { ...showRule(plugin, row), tags, standard_attr_id };
}

function makeRule(plugin: Plugin, sent: Post, caller: Caller): SecurityGroupRule {
  const { state } = plugin;
  const group = visible(state.groups, {
    kind: 'security_group',
    id: sent.security_group_id,
    caller,
  });
  const protocol = protocolOf(sent.protocol);
  refusePorts(sent, protocol);
  refuseRemote(plugin, sent, caller);
  const rule: SecurityGroupRule = {
    ...begun(state, group.project_id, sent.description),
    security_group_id: group.id,
    direction: sent.direction,
    ethertype: sent.ethertype,
    protocol,
    port_range_min: sent.port_range_min ?? null,
    port_range_max: sent.port_range_max ?? null,
    remote_ip_prefix: prefixOf(sent.remote_ip_prefix),
    remote_group_id: sent.remote_group_id ?? null,
    remote_address_group_id: null,
    standard_attr_id: state.newNumber(),
    isBuiltIn: false,
  };
  refuseDuplicate(plugin, group, rule);
  return state.rules.insert(rule);
}

/** Neutron makes a prefix of an address, and leaves the bits of a prefix behind its length as they were sent. */
function prefixOf(sent: string | null | undefined): string | null {
  if (typeof sent !== 'string' || sent.includes('/')) return sent ?? null;
  return `${sent}/${sent.includes(':') ? 128 : 32}`;
}

const protocolNumbers: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ip: 0,
  ipip: 4,
  'ipv6-encap': 41,
  'ipv6-frag': 44,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  'ipv6-route': 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

/** As Python prints them. */
const protocolNames = Object.keys(protocolNumbers)
  .map((name) => `'${name}'`)
  .join(', ');

/** Neutron keeps what was sent, in lower case; "any" and "0" stand for all. */
function protocolOf(sent: string | number | null | undefined): string | null {
  if (sent === null || sent === undefined) return null;
  const protocol = String(sent).toLowerCase();
  if (protocol === '' || protocol === 'any' || protocol === '0') return null;
  const isNumber = /^\d+$/.test(protocol) && Number(protocol) <= 255;
  if (isNumber || protocol in protocolNumbers) return protocol;
  throw badRequest(
    `Security group rule protocol ${protocol} not supported. Only protocol values [None, ${protocolNames}] and integer representations [0 to 255] are supported.`,
    'SecurityGroupRuleInvalidProtocol',
  );
}

function numberOf(protocol: string | null): number | undefined {
  return protocol === null ? undefined : (protocolNumbers[protocol] ?? Number(protocol));
}

function refusePorts(
  { port_range_min: min, port_range_max: max }: Post,
  protocol: string | null,
): void {
  const [least, most] = [min ?? undefined, max ?? undefined];
  if (least === undefined && most === undefined) return;
  const number = numberOf(protocol);
  if (number === undefined) {
    throw badRequest(
      'Must also specify protocol if port range is given.',
      'SecurityGroupProtocolRequiredWithPorts',
    );
  }
  const isRanged = [6, 17, 33, 132, 136].includes(number);
  if (isRanged && !isRange(least ?? 0, most ?? 0)) {
    throw badRequest(
      'For TCP/UDP protocols, port_range_min must be <= port_range_max',
      'SecurityGroupInvalidPortRange',
    );
  }
}

function isRange(least: number, most: number): boolean {
  return least >= 1 && least <= most;
}

function refuseRemote(plugin: Plugin, sent: Post, caller: Caller): void {
  const { remote_ip_prefix: prefix, remote_group_id: groupId } = sent;
  if (typeof prefix === 'string' && typeof groupId === 'string') {
    throw badRequest(
      plugin.traits.extensions.has('address-group')
        ? 'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.'
        : 'Only remote_ip_prefix or remote_group_id may be provided.',
      'SecurityGroupMultipleRemoteEntites',
    );
  }
  if (typeof groupId === 'string') {
    const group = plugin.state.groups.get(groupId);
    if (group === undefined || !owns(caller, group)) throw notFound('security_group', groupId);
  }
  if (typeof prefix !== 'string') return;
  const cidr = Cidr.parse(prefix);
  if (cidr === undefined) {
    throw badRequest(`Invalid CIDR ${prefix} given as IP prefix.`, 'InvalidCIDR');
  }
  if (sent.ethertype !== `IPv${cidr.version}`) {
    throw badRequest(
      `Conflicting value ethertype ${sent.ethertype} for CIDR ${prefix}`,
      'SecurityGroupRuleParameterConflict',
    );
  }
}

function identityOf(rule: SecurityGroupRule): string {
  const cidr = rule.remote_ip_prefix === null ? undefined : Cidr.parse(rule.remote_ip_prefix);
  return JSON.stringify([
    rule.direction,
    rule.ethertype,
    numberOf(rule.protocol) ?? null,
    rule.port_range_min,
    rule.port_range_max,
    // Everything and no prefix at all mean the same.
    cidr === undefined || cidr.prefix === 0 ? null : cidr.toString(),
    rule.remote_group_id,
  ]);
}

function refuseDuplicate({ state }: Plugin, group: SecurityGroup, rule: SecurityGroupRule): void {
  const identity = identityOf(rule);
  const other = state.rules
    .all()
    .find(
      (candidate) => candidate.security_group_id === group.id && identityOf(candidate) === identity,
    );
  if (other !== undefined) {
    throw conflict(
      'SecurityGroupRuleExists',
      `Security group rule already exists. Rule id is ${other.id}.`,
    );
  }
}
