/**
 * Who may use a listener when the balancer enforces policies: allowed addresses of the listener, or with
 * an older Octavia rules of the group at the VIP.
 */
import { type CloudRow, isConflict, type Rule } from '../api/cloud.ts';
import type { BalancerStatus, MadeBalancer, MadeListener } from '../api/records.ts';
import type { Pod, Service } from '../api/resources.ts';
import { NotReady } from '../queue.ts';
import { isOpen } from '../release.ts';
import { type BalancerRecords } from './balancer-records.ts';
import { type Context, hasPolicies } from './context.ts';
import type { Octavia } from './octavia.ts';
import { matches } from './selectors.ts';
import { serviceGroups } from './services.ts';

interface Following {
  /** The port of the pods; a name when it is looked up again from the service. */
  readonly targetPort: number | string;
  readonly groups?: readonly string[];
}

/** A listener, and what Octavia has for its service. */
interface Behind {
  readonly listener: MadeListener;
  readonly status: BalancerStatus;
}

/** The access to all listeners. */
export class ListenerAccess {
  readonly #context: Context;
  readonly #octavia: Octavia;
  readonly #records: BalancerRecords;

  constructor(context: Context, octavia: Octavia, records: BalancerRecords) {
    this.#context = context;
    this.#octavia = octavia;
    this.#records = records;
  }

  /** Has the services in front of some pods follow the groups of those pods. */
  async followPods(namespace: string, pods: readonly Pod[]): Promise<void> {
    const services = this.#context.caches.services.in(namespace).filter(({ metadata, spec }) => {
      const selector = spec.selector ?? {};
      return (
        metadata.deletionTimestamp === undefined &&
        Object.keys(selector).length > 0 &&
        pods.some((pod) => matches({ matchLabels: selector }, pod.metadata.labels))
      );
    });
    await Promise.all(services.map((service) => this.#followService(service)));
  }

  async #followService(service: Service): Promise<void> {
    const key = `${service.metadata.namespace ?? ''}/${service.metadata.name}`;
    const status = this.#records.of(key)?.status ?? {};
    const { loadbalancer, listeners = [] } = status;
    // One that is still being made follows when it gets its members.
    if (loadbalancer === undefined) return;
    const groups = serviceGroups(this.#context, service);
    const noted = { ...loadbalancer, security_groups: groups };
    for (const listener of listeners) {
      const own = service.spec.ports?.find(
        ({ port, protocol = 'TCP' }) => port === listener.port && protocol === listener.protocol,
      );
      if (own !== undefined) {
        const targetPort = this.#lookedUp(own.targetPort ?? own.port, { listener, status });
        await this.follow(noted, listener, { targetPort, groups });
      }
    }
  }

  /** The port of the pods behind a listener; Kuryr takes what the Service says, be it a name. */
  #lookedUp(
    targetPort: number | string,
    { listener, status: { pools = [], members = [] } }: Behind,
  ): number | string {
    if (this.#context.deviations.namedTargetPortLosesClients) return targetPort;
    const pool = pools.find(({ listener_id }) => listener_id === listener.id);
    return members.find(({ pool_id }) => pool_id === pool?.id)?.port ?? targetPort;
  }

  /** Brings one listener in line with the groups of the pods behind it. */
  async follow(balancer: MadeBalancer, listener: MadeListener, how: Following): Promise<void> {
    const { settings, release, facts } = this.#context;
    if (!settings.enforce_sg_rules || !hasPolicies(this.#context)) return;
    const groups = how.groups ?? balancer.security_groups;
    const rules = await this.#rulesFor(groups, listener, how.targetPort);
    if (isOpen(release.gates.allowedCidrs, facts.octaviaApi)) {
      await this.#allow(balancer, listener, rules);
    } else {
      await this.#copy(balancer, listener, rules);
    }
  }

  /** Gives a balancer a group of its own, where the release does so, and opens a listener in it. */
  async prepare(balancer: MadeBalancer, listener: MadeListener): Promise<void> {
    const { cloud, settings } = this.#context;
    if (!this.#hasOwnGroups()) return;
    let groupId = await this.#groupOf(balancer);
    if (groupId === undefined) {
      const { name, project_id } = balancer;
      const group = await cloud.create<CloudRow>('security-groups', { name, project_id });
      await cloud.tag('security-groups', group.id, settings.resource_tags);
      await cloud.update('ports', balancer.port_id, { security_groups: [group.id] });
      groupId = group.id;
    }
    await this.#open(groupId, listener, null);
  }

  /** Deletes the group of a balancer that is gone. */
  async dropGroup(balancer: MadeBalancer): Promise<void> {
    if (!this.#hasOwnGroups()) return;
    const groupId = await this.#groupOf(balancer);
    if (groupId !== undefined) await this.#context.cloud.remove('security-groups', groupId);
  }

  #hasOwnGroups(): boolean {
    const { settings, release } = this.#context;
    return settings.enforce_sg_rules && release.hasSgMode && settings.sg_mode === 'create';
  }

  /** The group whose rules decide at the VIP. */
  async #groupOf(balancer: MadeBalancer): Promise<string | undefined> {
    if (!this.#hasOwnGroups()) return (await this.#octavia.vipPort(balancer))?.security_groups[0];
    const { name, project_id } = balancer;
    const query = { name, project_id };
    const [group] = await this.#context.cloud.list<CloudRow>('security-groups', query);
    return group?.id;
  }

  /** Opens the port of a listener; what Neutron refuses Kuryr only logs. */
  async #open(groupId: string, listener: MadeListener, block: string | null): Promise<void> {
    const { cloud, world } = this.#context;
    try {
      await cloud.create('security-group-rules', {
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: listener.protocol.toLowerCase(),
        port_range_min: listener.port,
        port_range_max: listener.port,
        remote_ip_prefix: block,
        security_group_id: groupId,
        description: listener.name,
      });
    } catch (error) {
      if (!isConflict(error)) {
        const { message } = error as Error;
        world.log(
          'kuryr-controller',
          `Failed when creating a rule for ${listener.name}: ${message}`,
        );
      }
    }
  }

  /** Takes the rule of a listener that is gone out of the group at the VIP. */
  async forget(balancer: MadeBalancer, listener: MadeListener): Promise<void> {
    const { settings, cloud } = this.#context;
    if (!settings.enforce_sg_rules) return;
    const groupId = await this.#groupOf(balancer);
    if (groupId === undefined) return;
    const [rule] = await cloud.list<Rule>('security-group-rules', {
      security_group_id: groupId,
      description: listener.name,
    });
    if (rule !== undefined) await cloud.remove('security-group-rules', rule.id);
  }

  /** The blocks that may come in; undefined for everybody. */
  async #rulesFor(
    groups: readonly string[],
    { protocol }: MadeListener,
    targetPort: number | string,
  ): Promise<readonly string[] | undefined> {
    const { settings, cloud } = this.#context;
    if (groups.length === 0 || groups.some((id) => settings.pod_security_groups.includes(id))) {
      return undefined;
    }
    const lists = await Promise.all(
      groups.map((id) => cloud.list<Rule>('security-group-rules', { security_group_id: id })),
    );
    const fitting = lists
      .flat()
      .filter((rule) => rule.direction === 'ingress' && rule.remote_group_id === null)
      .filter((rule) => rule.protocol === null || rule.protocol === protocol.toLowerCase())
      .filter((rule) => isAtPort(rule, targetPort));
    return fitting.some(({ remote_ip_prefix }) => remote_ip_prefix === null)
      ? undefined
      : [...new Set(fitting.flatMap(({ remote_ip_prefix }) => remote_ip_prefix ?? []))].sort();
  }

  async #allow(
    balancer: MadeBalancer,
    listener: MadeListener,
    blocks: readonly string[] | undefined,
  ): Promise<void> {
    if (!(await this.#octavia.settled(balancer.id))) return;
    try {
      await this.#context.cloud.updateLb(`listeners/${listener.id}`, {
        allowed_cidrs: blocks ?? null,
        admin_state_up: blocks === undefined || blocks.length > 0,
      });
    } catch (error) {
      throw new NotReady(
        `Error when updating listener ${listener.id}: ${(error as Error).message}`,
      );
    }
  }

  async #copy(
    balancer: MadeBalancer,
    listener: MadeListener,
    blocks: readonly string[] | undefined,
  ): Promise<void> {
    const { cloud } = this.#context;
    const groupId = await this.#groupOf(balancer);
    if (groupId === undefined) {
      throw new NotReady(`There is no group at the VIP of ${balancer.name}.`);
    }
    const protocol = listener.protocol.toLowerCase();
    const all = await cloud.list<Rule>('security-group-rules', { security_group_id: groupId });
    const own = all.filter(
      (rule) =>
        rule.direction === 'ingress' &&
        rule.protocol === protocol &&
        rule.port_range_min === listener.port,
    );
    const wanted: readonly (string | null)[] = blocks ?? [null];
    const missing = wanted.filter((one) => !own.some((rule) => rule.remote_ip_prefix === one));
    for (const block of missing) await this.#open(groupId, listener, block);
    const superfluous = own.filter((rule) => !wanted.includes(rule.remote_ip_prefix));
    await Promise.all(superfluous.map(({ id }) => cloud.remove('security-group-rules', id)));
  }
}

/** Kuryr asks whether the port is in a range of numbers, in which no name is. */
function isAtPort(rule: Rule, targetPort: number | string): boolean {
  const { port_range_min: least, port_range_max: most } = rule;
  if (least === null) return true;
  return typeof targetPort === 'number' && targetPort >= least && targetPort <= (most ?? least);
}
