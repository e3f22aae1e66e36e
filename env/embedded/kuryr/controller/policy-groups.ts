/**
 * The security group of a policy in Neutron: made empty, filled and thinned out rule by rule, deleted
 * when no port has it any more.
 */
import { type CloudRow, isConflict, isOverQuota, type Rule, statusOf } from '../api/cloud.ts';
import type { MadeRule, SgRule } from '../api/records.ts';
import type { NetworkPolicy } from '../api/resources.ts';
import { groupDescription, groupName } from '../names.ts';
import { NotReady } from '../queue.ts';
import { type Context, projectOf } from './context.ts';

/** What decides whether two rules are the same. */
const compared = [
  'direction',
  'ethertype',
  'protocol',
  'port_range_min',
  'port_range_max',
  'remote_ip_prefix',
] as const;

/** Whether two rules let the same in or out. */
export function isSameRule(a: SgRule, b: SgRule): boolean {
  return compared.every((field) => a[field] === b[field]);
}

/** The difference between what is wanted and what is there. */
export function changesOf(
  wanted: readonly SgRule[],
  made: readonly MadeRule[],
): { readonly add: readonly SgRule[]; readonly remove: readonly MadeRule[] } {
  return {
    add: wanted.filter((rule) => !made.some((known) => isSameRule(known, rule))),
    remove: made.filter((rule) => !wanted.some((known) => isSameRule(known, rule))),
  };
}

interface Group extends CloudRow {
  readonly security_group_rules: readonly Rule[];
}

/** The groups of all policies. */
export class PolicyGroups {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Makes the group of a policy, without any rule. */
  async create(policy: Pick<NetworkPolicy, 'metadata'>): Promise<string> {
    const { cloud, release, settings } = this.#context;
    const group = await cloud.create<Group>('security-groups', {
      name: groupName(release, policy.metadata),
      project_id: projectOf(this.#context, policy.metadata.namespace ?? ''),
      description: groupDescription(release, policy.metadata),
    });
    await Promise.all([
      cloud.tag('security-groups', group.id, settings.resource_tags),
      // Neutron lets a new group out to everywhere, which is not what a policy means.
      ...group.security_group_rules.map(({ id }) => cloud.remove('security-group-rules', id)),
    ]);
    return group.id;
  }

  async addRule(groupId: string, rule: SgRule): Promise<MadeRule> {
    const fields = { ...rule, security_group_id: groupId };
    try {
      const made = await this.#context.cloud.create<Rule>('security-group-rules', fields);
      return { ...fields, id: made.id };
    } catch (error) {
      const known =
        isConflict(error) && !isOverQuota(error) ? existingIn(error as Error) : undefined;
      if (known === undefined) throw error;
      return { ...fields, id: known };
    }
  }

  async removeRule(rule: MadeRule): Promise<void> {
    await this.#context.cloud.remove('security-group-rules', rule.id);
  }

  /** Deletes a group; a port that still has it makes this a matter of trying again. */
  async remove(groupId: string): Promise<void> {
    try {
      await this.#context.cloud.remove('security-groups', groupId);
    } catch (error) {
      if (statusOf(error) === 409) throw new NotReady(`Security Group ${groupId} still in use!`);
      throw error;
    }
  }
}

/** Neutron names the rule that is in the way: "Rule id is <id>." */
function existingIn({ message }: Error): string | undefined {
  return /Rule id is ([0-9a-f-]{36})/.exec(message)?.[1];
}
