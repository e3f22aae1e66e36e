/**
 * Security groups. Each project has a group "default", made when it is first needed.
 */
import { z } from 'zod';
import { without } from '../http/listing.ts';
import type { Caller } from '../keystone/identities.ts';
import { conflict } from './faults.ts';
import { flag, standardPost, standardPut } from './forms.ts';
import { begun, given, ownerOf, type Plugin, revise } from './plugin.ts';
import type { Definition } from './resource.ts';
import type { SecurityGroup, SecurityGroupRule } from './rows.ts';
import { showRuleInGroup } from './rules.ts';

const post = z.strictObject({
  ...standardPost,
  stateful: flag.default(true),
  tags: z.array(z.string()).optional(),
});
const put = z.strictObject({ ...standardPut, stateful: flag.optional() });

/** The security groups' collection. */
export function securityGroups(plugin: Plugin): Definition<SecurityGroup, typeof post, typeof put> {
  const { state, quotas, traits } = plugin;
  return {
    kind: 'security_group',
    collection: 'security-groups',
    table: state.groups,
    post,
    put,
    claim: (sent, caller) => {
      for (const one of sent) {
        const owner = ownerOf(caller, one);
        ensureDefaultGroup(plugin, owner);
        quotas.claim('security_group', owner, sent.length);
        quotas.claim('security_group_rule', owner, 2 * sent.length);
      }
    },
    make: (sent, caller) => makeGroup(plugin, sent, caller),
    change: (row, sent) => {
      if (row.is_default && sent.name !== undefined && sent.name !== 'default') {
        throw conflict(
          'SecurityGroupCannotUpdateDefault',
          'Updating default security group not allowed.',
        );
      }
      return revise(state, state.groups, { row, fields: given(sent) });
    },
    remove: (row, caller) => {
      removeGroup(plugin, row, caller);
    },
    show: (row) => ({
      ...without(row, 'stateful', 'is_default'),
      ...(traits.extensions.has('stateful-security-group') ? { stateful: row.stateful } : {}),
      ...(traits.extensions.has('security-groups-shared-filtering') ? { shared: false } : {}),
      security_group_rules: state.rules
        .all()
        .filter(({ security_group_id }) => security_group_id === row.id)
        .map((rule) => showRuleInGroup(plugin, rule)),
    }),
    beforeList: ({ projectId }) => {
      ensureDefaultGroup(plugin, projectId);
    },
  };
}

/** What a new group may be told. */
export type GroupDraft = Partial<z.output<typeof post>>;

/** Makes a group with the two rules that let everything out. */
export function makeGroup(plugin: Plugin, sent: GroupDraft, caller: Caller): SecurityGroup {
  const owner = ownerOf(caller, sent);
  if (sent.name === 'default') {
    ensureDefaultGroup(plugin, owner);
    throw conflict('SecurityGroupDefaultAlreadyExists', 'Default security group already exists.');
  }
  const group = insertGroup(plugin, owner, sent);
  addRule(plugin, group, { direction: 'egress', ethertype: 'IPv4' });
  addRule(plugin, group, { direction: 'egress', ethertype: 'IPv6' });
  return group;
}

/** Gives the group "default" of a project, and makes it when there is none. */
export function ensureDefaultGroup(plugin: Plugin, projectId: string): SecurityGroup | undefined {
  if (projectId === '') return undefined;
  const found = plugin.state.groups
    .all()
    .find((group) => group.is_default && group.project_id === projectId);
  if (found !== undefined) return found;
  const group = insertGroup(plugin, projectId, {
    name: 'default',
    description: 'Default security group',
    isDefault: true,
  });
  for (const ethertype of ['IPv4', 'IPv6'] as const) {
    addRule(plugin, group, { direction: 'ingress', ethertype, remote_group_id: group.id });
    addRule(plugin, group, { direction: 'egress', ethertype });
  }
  return group;
}

function insertGroup(
  { state }: Plugin,
  owner: string,
  sent: GroupDraft & { readonly isDefault?: boolean },
): SecurityGroup {
  return state.groups.insert({
    ...begun(state, owner, sent.description),
    name: sent.name ?? '',
    tags: sent.tags ?? [],
    stateful: sent.stateful ?? true,
    is_default: sent.isDefault ?? false,
  });
}

/** Adds a rule without looking for duplicates. */
export function addRule(
  { state }: Plugin,
  group: SecurityGroup,
  fields: Partial<SecurityGroupRule> & Pick<SecurityGroupRule, 'direction' | 'ethertype'>,
): SecurityGroupRule {
  return state.rules.insert({
    ...begun(state, group.project_id),
    security_group_id: group.id,
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: null,
    remote_address_group_id: null,
    standard_attr_id: state.newNumber(),
    isBuiltIn: true,
    ...fields,
  });
}

function removeGroup({ state }: Plugin, row: SecurityGroup, caller: Caller): void {
  if (row.is_default && !caller.isAdmin) {
    throw conflict(
      'SecurityGroupCannotRemoveDefault',
      'Insufficient rights for removing default security group.',
    );
  }
  const isUsed =
    state.ports.all().some(({ security_groups }) => security_groups.includes(row.id)) ||
    state.rules
      .all()
      .some((rule) => rule.remote_group_id === row.id && rule.security_group_id !== row.id);
  if (isUsed) throw conflict('SecurityGroupInUse', `Security Group ${row.id} in use.`);
  deleteGroup(state, row.id);
}

/** Takes a group away with its rules. */
export function deleteGroup(state: Plugin['state'], id: string): void {
  for (const rule of state.rules.all()) {
    if (rule.security_group_id === id) state.rules.remove(rule.id);
  }
  state.groups.remove(id);
}
