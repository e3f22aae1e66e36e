/**
 * Network policies from Stein to Ussuri: the security group is made first, and a KuryrNetPolicy named
 * `np-<policy>` notes it with its rules. Nothing holds the policy when it is deleted.
 */
import { isGone, KubeRefusal } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { KuryrNetPolicy, MadeRule, OldRule, PlannedRule } from '../api/records.ts';
import { isGoing, keyOf, type NetworkPolicy, type Pod } from '../api/resources.ts';
import type { Context } from '../controller/context.ts';
import { groupsOf } from '../controller/pod-groups.ts';
import { changesOf, isSameRule, PolicyGroups } from '../controller/policy-groups.ts';
import { isEgressOnly, type PoliciesOptions, translated } from '../controller/policies.ts';
import { matches } from '../controller/selectors.ts';
import { annotations } from '../marks.ts';
import { groupName } from '../names.ts';
import { NotReady } from '../queue.ts';

/** The handler of policies of those releases. */
export class NetPolicies {
  readonly #context: Context;
  readonly #options: PoliciesOptions;
  readonly #groups: PolicyGroups;
  /** Records that were deleted together with their namespace before their group was. */
  readonly #departed = new Map<string, KuryrNetPolicy>();

  constructor(options: PoliciesOptions) {
    this.#context = options.context;
    this.#options = options;
    this.#groups = new PolicyGroups(options.context);
    this.#context.caches.kuryrNetPolicies.onChange((now, before) => {
      if (now === undefined && before !== undefined) {
        this.#departed.set(keyOf(before).replace('/np-', '/'), before);
      }
    });
  }

  /** Looks at one policy. */
  async work(key: string): Promise<void> {
    const { caches } = this.#context;
    const policy = caches.policies.get(key);
    const [namespace = '', name = ''] = key.split('/');
    const record =
      caches.kuryrNetPolicies.get(`${namespace}/np-${name}`) ?? this.#departed.get(key);
    if (policy === undefined || isGoing(policy)) {
      if (record !== undefined) await this.#remove(key, record, policy);
      return;
    }
    if (record === undefined) await this.#create(policy);
    else await this.#update(policy, record);
  }

  async #create(policy: NetworkPolicy): Promise<void> {
    const { kube, caches, release } = this.#context;
    const { name, namespace } = policy.metadata;
    const groupId = await this.#groups.create(policy);
    const rules = translated(this.#options, policy);
    try {
      const make = (planned: readonly PlannedRule[]): Promise<OldRule[]> =>
        Promise.all(
          planned.map(async (rule) => old(rule, await this.#groups.addRule(groupId, rule.sgRule))),
        );
      const object = {
        apiVersion: 'openstack.org/v1',
        kind: 'KuryrNetPolicy',
        metadata: {
          name: `np-${name}`,
          namespace,
          annotations: { networkpolicy_name: name, networkpolicy_namespace: namespace },
        },
        spec: {
          securityGroupName: groupName(release, policy.metadata),
          securityGroupId: groupId,
          ingressSgRules: await make(rules.ingress),
          egressSgRules: await make(rules.egress),
          podSelector: policy.spec.podSelector ?? {},
          networkpolicy_spec: policy.spec,
        },
      };
      const made = await kube.create<KuryrNetPolicy>(kinds.kuryrNetPolicies, object);
      caches.kuryrNetPolicies.put(made);
      await this.#note(policy, made);
    } catch (error) {
      await this.#groups.remove(groupId);
      if (error instanceof KubeRefusal && error.status === 409) throw new NotReady(error.message);
      throw error;
    }
    await this.#follow(
      policy,
      this.#podsOf(policy, () => true),
    );
  }

  async #note(policy: NetworkPolicy, { metadata }: KuryrNetPolicy): Promise<void> {
    const { kube, caches } = this.#context;
    const change = { metadata: { annotations: { [annotations.policyCrd]: metadata.name } } };
    caches.policies.put(await kube.merge<NetworkPolicy>(kinds.policies, policy, change));
  }

  async #update(policy: NetworkPolicy, record: KuryrNetPolicy): Promise<void> {
    const { kube, caches } = this.#context;
    const { securityGroupId: groupId } = record.spec;
    const planned = translated(this.#options, policy);
    const known = [...record.spec.ingressSgRules, ...record.spec.egressSgRules].map(
      ({ security_group_rule }) => security_group_rule,
    );
    const wanted = [...planned.ingress, ...planned.egress].map(({ sgRule }) => sgRule);
    const { add, remove } = changesOf(wanted, known);
    const podSelector = policy.spec.podSelector ?? {};
    const hasSameSelector = JSON.stringify(podSelector) === JSON.stringify(record.spec.podSelector);
    if (add.length === 0 && remove.length === 0 && hasSameSelector) return;
    const added = await Promise.all(add.map((rule) => this.#groups.addRule(groupId, rule)));
    await Promise.all(remove.map((rule) => this.#groups.removeRule(rule)));
    const made: readonly MadeRule[] = [...known, ...added];
    const withIds = (rules: readonly PlannedRule[]): OldRule[] =>
      rules.flatMap((rule) => {
        const found = made.find((one) => isSameRule(one, rule.sgRule));
        return found === undefined ? [] : [old(rule, found)];
      });
    const spec = {
      ...record.spec,
      ingressSgRules: withIds(planned.ingress),
      egressSgRules: withIds(planned.egress),
      podSelector,
      networkpolicy_spec: policy.spec,
    };
    const operations = [{ op: 'add', path: '/spec', value: spec }];
    caches.kuryrNetPolicies.put(
      await kube.patch<KuryrNetPolicy>(kinds.kuryrNetPolicies, record, { operations }),
    );
    const concerned = this.#podsOf(
      policy,
      (pod) =>
        matches(podSelector, pod.metadata.labels) ||
        matches(record.spec.podSelector, pod.metadata.labels),
    );
    await this.#follow(policy, concerned);
  }

  #podsOf(
    { metadata }: NetworkPolicy | KuryrNetPolicy,
    wanted: (pod: Pod) => boolean,
  ): readonly Pod[] {
    return this.#context.caches.pods
      .in(metadata.namespace ?? '')
      .filter(({ spec }) => spec.hostNetwork !== true && spec.nodeName !== undefined)
      .filter(wanted);
  }

  async #follow(policy: NetworkPolicy, pods: readonly Pod[]): Promise<void> {
    const { pods: handler } = this.#options;
    await Promise.all(pods.map((pod) => handler.setGroups(pod, groupsOf(this.#context, pod))));
    if (pods.length > 0 && this.#context.settings.enforce_sg_rules && !isEgressOnly(policy)) {
      await this.#options.balancersFollow(policy.metadata.namespace ?? '', pods);
    }
  }

  async #remove(
    key: string,
    record: KuryrNetPolicy,
    policy: NetworkPolicy | undefined,
  ): Promise<void> {
    const { kube } = this.#context;
    const { securityGroupId: groupId, podSelector } = record.spec;
    const pods = this.#podsOf(record, (pod) => matches(podSelector, pod.metadata.labels));
    const options = { without: groupId };
    await Promise.all(
      pods.map((pod) => this.#options.pods.setGroups(pod, groupsOf(this.#context, pod, options))),
    );
    await this.#options.pool.dropGroup(groupId);
    await this.#groups.remove(groupId);
    await kube.remove(kinds.kuryrNetPolicies, record).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
    this.#context.caches.kuryrNetPolicies.drop(record);
    this.#departed.delete(key);
    if (policy !== undefined && this.#context.settings.enforce_sg_rules) {
      await this.#options.balancersFollow(record.metadata.namespace ?? '', pods);
    }
  }
}

function old({ namespace, affectedPods = [] }: PlannedRule, made: MadeRule): OldRule {
  const prefixes = affectedPods.map(({ podIP, podNamespace }) => [podIP, podNamespace]);
  return {
    security_group_rule: made,
    ...(namespace === undefined ? {} : { namespace }),
    ...(prefixes.length === 0
      ? {}
      : { remote_ip_prefixes: Object.fromEntries(prefixes) as Record<string, string> }),
  };
}
