/**
 * Network policies from Victoria on: the policy becomes a KuryrNetworkPolicy with the rules that are
 * wanted, and that becomes a security group on the ports of the selected pods.
 */
import { isGone, isNamespaceGoing } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { KuryrNetworkPolicy, MadeRule } from '../api/records.ts';
import { isGoing, type NetworkPolicy, pathOf, type Pod } from '../api/resources.ts';
import { annotations, finalizers } from '../marks.ts';
import type { Context } from './context.ts';
import { groupsOf } from './pod-groups.ts';
import { isEqual } from './json.ts';
import { LabelMemory, seenBy, type Seeing } from './label-memory.ts';
import type { Inventory } from './policy-inventory.ts';
import { changesOf, PolicyGroups } from './policy-groups.ts';
import { translate, type Translated } from './policy-rules.ts';
import type { Pods } from './pods.ts';
import { matches } from './selectors.ts';
import type { VifPool } from './vif-pool.ts';

/** What a handler of policies works with. */
export interface PoliciesOptions {
  readonly context: Context;
  readonly inventory: Inventory;
  readonly pods: Pods;
  readonly pool: VifPool;
  /** Has the balancers in front of some pods follow their security groups. */
  readonly balancersFollow: (namespace: string, pods: readonly Pod[]) => Promise<void>;
}

/** The rules of a policy as this controller makes them. */
export function translated(
  { context, inventory }: Pick<PoliciesOptions, 'context' | 'inventory'>,
  policy: NetworkPolicy,
): Translated {
  const { release, deviations, settings } = context;
  const enforcesOnBalancers = settings.enforce_sg_rules;
  return translate(policy, { inventory, release, deviations, enforcesOnBalancers });
}

/** The handler of policies and of KuryrNetworkPolicies. */
export class Policies {
  readonly #context: Context;
  readonly #options: PoliciesOptions;
  readonly #groups: PolicyGroups;
  readonly #memory: LabelMemory;
  #bumps = 0;

  constructor(options: PoliciesOptions) {
    this.#context = options.context;
    this.#options = options;
    this.#groups = new PolicyGroups(options.context);
    this.#memory = new LabelMemory(options.context.settings.timers.relistMs);
  }

  /** Pods with the labels that count for a policy. */
  #seeing(policy: NetworkPolicy): Seeing {
    return this.#context.deviations.labelsUnfollowed ? this.#memory.of(policy) : (pod) => pod;
  }

  /** Looks at one policy. */
  async work(key: string): Promise<void> {
    const { caches } = this.#context;
    const policy = caches.policies.get(key);
    const record = caches.kuryrPolicies.get(key);
    if (record !== undefined && (isGoing(record) || policy === undefined || isGoing(policy))) {
      await this.#remove(record, policy);
      if (policy !== undefined) this.#memory.forget(policy);
    } else if (policy !== undefined && isGoing(policy)) {
      await this.#context.kube.removeFinalizer(kinds.policies, policy, finalizers.policy);
    } else if (policy !== undefined) {
      const current = await this.#written(policy, record);
      if (current !== undefined) await this.#apply(policy, current);
    }
  }

  async #written(
    policy: NetworkPolicy,
    record: KuryrNetworkPolicy | undefined,
  ): Promise<KuryrNetworkPolicy | undefined> {
    const { kube, caches } = this.#context;
    const inventory = seenBy(this.#options.inventory, this.#seeing(policy));
    const rules = translated({ context: this.#context, inventory }, policy);
    const written =
      record === undefined
        ? await this.#create(policy, rules)
        : await this.#update(policy, record, rules);
    const held = await kube.addFinalizer(kinds.policies, policy, finalizers.policy);
    if (held !== undefined) caches.policies.put(held);
    return written;
  }

  async #create(
    policy: NetworkPolicy,
    { ingress, egress }: Translated,
  ): Promise<KuryrNetworkPolicy | undefined> {
    const { kube, caches, events } = this.#context;
    const { name, namespace, uid } = policy.metadata;
    const link = pathOf(kinds.policies, {
      name,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const object = {
      apiVersion: 'openstack.org/v1',
      kind: 'KuryrNetworkPolicy',
      metadata: {
        name,
        namespace,
        annotations: { [annotations.policyLink]: link },
        finalizers: [finalizers.policy],
        ownerReferences: [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name, uid }],
      },
      spec: {
        ingressSgRules: ingress,
        egressSgRules: egress,
        podSelector: policy.spec.podSelector ?? {},
        policyTypes: policy.spec.policyTypes ?? [],
      },
      status: { securityGroupRules: [] },
    };
    try {
      return caches.kuryrPolicies.put(
        await kube.create<KuryrNetworkPolicy>(kinds.kuryrPolicies, object),
      );
    } catch (error) {
      if (isNamespaceGoing(error)) return undefined;
      events.add(policy, {
        reason: 'FailedToCreateNetworkPolicyCRD',
        message: `The KuryrNetworkPolicy could not be made: ${(error as Error).message}`,
        type: 'Warning',
      });
      throw error;
    }
  }

  async #update(
    policy: NetworkPolicy,
    record: KuryrNetworkPolicy,
    { ingress, egress }: Translated,
  ): Promise<KuryrNetworkPolicy> {
    const { spec } = record;
    const selector = policy.spec.podSelector ?? {};
    const wanted = { ingressSgRules: ingress, egressSgRules: egress };
    const isSame =
      isEqual(wanted.ingressSgRules, spec.ingressSgRules) &&
      isEqual(wanted.egressSgRules, spec.egressSgRules);
    const hasSameSelector = isEqual(selector, spec.podSelector);
    if (isSame && hasSameSelector) return record;
    const operations = [
      ...Object.entries(wanted).map(([field, value]) => ({
        op: 'add',
        path: `/spec/${field}`,
        value,
      })),
      ...(hasSameSelector ? [] : [{ op: 'add', path: '/spec/podSelector', value: selector }]),
    ];
    const [patched] = await Promise.all([
      this.#patch(record, operations),
      isSame ? undefined : this.#bump(policy),
    ]);
    return patched ?? record;
  }

  /** Kuryr's note that a policy was computed again. */
  async #bump(policy: NetworkPolicy): Promise<void> {
    const { kube, caches } = this.#context;
    this.#bumps += 1;
    const change = {
      metadata: { annotations: { [annotations.counter]: `${Date.now()}-${this.#bumps}` } },
    };
    try {
      caches.policies.put(await kube.merge<NetworkPolicy>(kinds.policies, policy, change));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #apply(policy: NetworkPolicy, found: KuryrNetworkPolicy): Promise<void> {
    let record = found;
    if (record.status.securityGroupId === undefined) {
      const id = await this.#told(policy, 'FailedToAddSecurityGroup', () =>
        this.#groups.create(policy),
      );
      const operation = { op: 'add', path: '/status/securityGroupId', value: id };
      record = (await this.#patch(record, [operation])) ?? record;
    }
    const groupId = record.status.securityGroupId;
    if (groupId === undefined) return;
    record = await this.#fill(policy, record, groupId);
    const pods = this.#concerned(record, this.#seeing(policy));
    await Promise.all(
      pods.map((pod) => this.#options.pods.setGroups(pod, groupsOf(this.#context, pod))),
    );
    if (pods.length > 0 && this.#context.settings.enforce_sg_rules && !isEgressOnly(policy)) {
      await this.#options.balancersFollow(policy.metadata.namespace ?? '', pods);
    }
    const { podSelector } = record.spec;
    if (isEqual(record.status.podSelector, podSelector)) return;
    await this.#patch(record, [{ op: 'add', path: '/status/podSelector', value: podSelector }]);
  }

  async #fill(
    policy: NetworkPolicy,
    record: KuryrNetworkPolicy,
    groupId: string,
  ): Promise<KuryrNetworkPolicy> {
    const { spec, status } = record;
    const wanted = [...spec.ingressSgRules, ...spec.egressSgRules].map(({ sgRule }) => sgRule);
    const { add, remove } = changesOf(wanted, status.securityGroupRules);
    if (add.length === 0 && remove.length === 0) return record;
    // First what is to be let in, so that nobody is cut off in between.
    const added = await Promise.allSettled(add.map((rule) => this.#groups.addRule(groupId, rule)));
    const removed = await Promise.allSettled(remove.map((rule) => this.#groups.removeRule(rule)));
    const gone = new Set(remove.filter((_, index) => removed[index]?.status === 'fulfilled'));
    const made: MadeRule[] = [
      ...status.securityGroupRules.filter((rule) => !gone.has(rule)),
      ...added.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    ];
    const operation = { op: 'add', path: '/status/securityGroupRules', value: made };
    const patched = (await this.#patch(record, [operation])) ?? record;
    this.#raise(policy, 'FailedToCreateSecurityGroupRule', added);
    this.#raise(policy, 'FailedToDeleteSecurityGroupRule', removed);
    return patched;
  }

  #raise(
    policy: NetworkPolicy,
    reason: string,
    results: readonly PromiseSettledResult<unknown>[],
  ): void {
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    const { message } = failed.reason as Error;
    this.#context.events.add(policy, { reason, message, type: 'Warning' });
    throw failed.reason as Error;
  }

  /** The pods whose groups this policy may change: those it selects and those it has selected. */
  #concerned({ metadata, spec, status }: KuryrNetworkPolicy, seeing?: Seeing): readonly Pod[] {
    const isFresh = status.podSelector === undefined;
    return this.#context.caches.pods
      .in(metadata.namespace ?? '')
      .map((pod) => seeing?.(pod) ?? pod)
      .filter(
        ({ spec: { hostNetwork, nodeName } }) => hostNetwork !== true && nodeName !== undefined,
      )
      .filter(
        (pod) =>
          isFresh ||
          matches(spec.podSelector, pod.metadata.labels) ||
          matches(status.podSelector, pod.metadata.labels),
      );
  }

  async #remove(record: KuryrNetworkPolicy, policy: NetworkPolicy | undefined): Promise<void> {
    const { kube, caches } = this.#context;
    let going = record;
    if (!isGoing(record)) {
      const left = await kube.remove<KuryrNetworkPolicy>(kinds.kuryrPolicies, record);
      if (left === undefined) return;
      going = caches.kuryrPolicies.put(left);
    }
    const groupId = record.status.securityGroupId;
    if (groupId !== undefined) await this.#release(record, policy, groupId);
    await Promise.all([
      policy === undefined
        ? undefined
        : kube.removeFinalizer(kinds.policies, policy, finalizers.policy),
      kube.removeFinalizer(kinds.kuryrPolicies, going, finalizers.policy),
    ]);
    caches.kuryrPolicies.drop(going);
  }

  async #release(
    record: KuryrNetworkPolicy,
    policy: NetworkPolicy | undefined,
    groupId: string,
  ): Promise<void> {
    const { settings } = this.#context;
    const pods = this.#concerned(record);
    await Promise.all(
      pods.map((pod) =>
        this.#options.pods.setGroups(pod, groupsOf(this.#context, pod, { without: groupId })),
      ),
    );
    await this.#options.pool.dropGroup(groupId);
    const about = policy ?? record;
    await this.#told(about, 'FailedToRemoveSecurityGroup', () => this.#groups.remove(groupId));
    if (settings.enforce_sg_rules && policy !== undefined && !isEgressOnly(policy)) {
      await this.#options.balancersFollow(record.metadata.namespace ?? '', pods);
    }
  }

  async #told<T>(
    about: NetworkPolicy | KuryrNetworkPolicy,
    reason: string,
    act: () => Promise<T>,
  ): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const { message } = error as Error;
      this.#context.events.add(about, { reason, message, type: 'Warning' });
      throw error;
    }
  }

  async #patch(
    record: KuryrNetworkPolicy,
    operations: readonly unknown[],
  ): Promise<KuryrNetworkPolicy | undefined> {
    const { kube, caches } = this.#context;
    try {
      return caches.kuryrPolicies.put(
        await kube.patch<KuryrNetworkPolicy>(kinds.kuryrPolicies, record, { operations }),
      );
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
}

/** Whether a policy leaves ingress alone, so that no listener has to follow it. */
export function isEgressOnly({ spec }: NetworkPolicy): boolean {
  const types = spec.policyTypes ?? [];
  return (
    (types.length === 1 && types[0] === 'Egress') ||
    ((spec.egress ?? []).length > 0 && (spec.ingress ?? []).length === 0)
  );
}
