/**
 * Members of pools: one for each ready address and port, in the subnet that the member mode asks for.
 */
import type {
  BalancerSpec,
  BalancerStatus,
  MadeBalancer,
  MadeMember,
  MadePool,
} from '../api/records.ts';
import type { Pod } from '../api/resources.ts';
import { memberName } from '../names.ts';
import { contains } from './addresses.ts';
import type { BalancerRecords } from './balancer-records.ts';
import type { Context } from './context.ts';
import type { ListenerAccess } from './listener-access.ts';
import type { Octavia, WantedMember } from './octavia.ts';
import { serviceGroups } from './services.ts';

interface Target {
  readonly ip: string;
  readonly port: number;
  readonly pool: MadePool;
  readonly name: string;
  readonly namespace: string;
  readonly hasReference: boolean;
}

type Based = BalancerStatus & { readonly loadbalancer: MadeBalancer };

/** The members of all load balancers. */
export class BalancerMembers {
  readonly #context: Context;
  readonly #records: BalancerRecords;
  readonly #octavia: Octavia;
  readonly #access: ListenerAccess;

  constructor(options: {
    readonly context: Context;
    readonly records: BalancerRecords;
    readonly octavia: Octavia;
    readonly access: ListenerAccess;
  }) {
    this.#context = options.context;
    this.#records = options.records;
    this.#octavia = options.octavia;
    this.#access = options.access;
  }

  /** Takes members away that no ready address stands behind. */
  async removeUnused(
    key: string,
    spec: BalancerSpec,
    status: BalancerStatus,
  ): Promise<BalancerStatus> {
    const { loadbalancer, members = [] } = status;
    if (loadbalancer === undefined || members.length === 0) return status;
    const targets = targetsOf(key, spec, status);
    const used = members.filter((member) => targets.some((target) => isFor(member, target)));
    if (used.length === members.length) return status;
    for (const member of members.filter((known) => !used.includes(known))) {
      const path = `pools/${member.pool_id}/members/${member.id}`;
      await this.#octavia.releasePart(loadbalancer.id, path);
    }
    const left = { ...status, members: used };
    await this.#records.writeStatus(key, left);
    return left;
  }

  /** Adds a member for each ready address that has none. */
  async addNew(key: string, spec: BalancerSpec, found: Based): Promise<BalancerStatus> {
    if ((spec.endpointSlices ?? []).length === 0) return found;
    let status = await this.#withGroups(key, found);
    for (const target of targetsOf(key, spec, status)) {
      const members = status.members ?? [];
      if (members.some((known) => isAt(known, target))) continue;
      const subnetId = this.#subnetOf(target, status.loadbalancer);
      if (subnetId === undefined) {
        this.#skip(key, target);
        continue;
      }
      const made = await this.#make(status, { target, subnetId });
      if (made === undefined) continue;
      status = { ...status, members: [...members, made] };
      await this.#records.writeStatus(key, status);
    }
    return status;
  }

  async #make(
    { loadbalancer, listeners = [], members = [] }: Based,
    { target, subnetId }: { readonly target: Target; readonly subnetId: string },
  ): Promise<MadeMember | undefined> {
    const { pool, ip, port } = target;
    const wanted: WantedMember = { target, subnetId, ip, port };
    const made = await this.#octavia.ensureMember(loadbalancer, pool, wanted);
    const listener = listeners.find(({ id }) => id === pool.listener_id);
    const isFirst = members.every(({ pool_id }) => pool_id !== pool.id);
    if (isFirst && listener !== undefined) {
      await this.#access.follow(loadbalancer, listener, { targetPort: port });
    }
    return made;
  }

  /** Notes the groups of the first pod, which may have changed since the record was made. */
  async #withGroups(key: string, status: Based): Promise<Based> {
    const service = this.#context.caches.services.get(key);
    if (service === undefined) return status;
    const groups = serviceGroups(this.#context, service);
    if (groups.join() === status.loadbalancer.security_groups.join()) return status;
    const changed = {
      ...status,
      loadbalancer: { ...status.loadbalancer, security_groups: groups },
    };
    await this.#records.writeStatus(key, changed);
    return changed;
  }

  #subnetOf(target: Target, balancer: MadeBalancer): string | undefined {
    const { settings, facts } = this.#context;
    if (settings.member_mode === 'L3') return balancer.subnet_id;
    const pod = this.#podAt(target);
    const own = pod === undefined ? undefined : this.#podSubnet(pod, target.ip);
    const node = facts.workerSubnets.find(({ cidr }) => contains(cidr, target.ip));
    return own ?? node?.id ?? (pod === undefined ? undefined : facts.workerSubnets[0]?.id);
  }

  #podAt({ ip, namespace, hasReference }: Target): Pod | undefined {
    const { caches, facts } = this.#context;
    const isNode = facts.workerSubnets.some(({ cidr }) => contains(cidr, ip));
    if (!hasReference && isNode) return undefined;
    const pods = hasReference ? caches.pods.in(namespace) : caches.pods.all();
    return pods.find(({ status }) => status?.podIP === ip);
  }

  #podSubnet({ metadata, spec }: Pod, ip: string): string | undefined {
    const { caches, settings, release } = this.#context;
    if (spec.hostNetwork === true) return undefined;
    if (settings.pod_subnets_driver === 'default') return settings.pod_subnet;
    const namespace = metadata.namespace ?? '';
    const network =
      release.networkRecord === 'KuryrNet'
        ? caches.kuryrNets.get(`ns-${namespace}`)?.spec
        : caches.kuryrNetworks.get(`${namespace}/${namespace}`)?.status;
    const { subnetCIDR, subnetId } = network ?? {};
    return subnetCIDR !== undefined && contains(subnetCIDR, ip) ? subnetId : undefined;
  }

  #skip(key: string, { ip, port, namespace, name }: Target): void {
    const service = this.#context.caches.services.get(key);
    if (service === undefined) return;
    this.#context.events.add(service, {
      reason: 'KuryrSkipMember',
      message: `No subnet is known for member ${memberName({ namespace, name }, port)} at ${ip}. Skipping it`,
      type: 'Warning',
    });
  }
}

/** Everything that should be a member, with the pool it belongs to. */
function targetsOf(key: string, spec: BalancerSpec, status: BalancerStatus): Target[] {
  const [ownNamespace = '', ownName = ''] = key.split('/');
  const pools = poolsByPortName(spec, status);
  const found = (spec.endpointSlices ?? []).flatMap((slice) =>
    slice.endpoints.flatMap((endpoint) =>
      slice.ports.flatMap((port) => {
        const pool = pools.get(port.name ?? '');
        const [ip] = endpoint.addresses;
        if (pool === undefined || ip === undefined) return [];
        const { targetRef } = endpoint;
        return {
          ip,
          port: port.port,
          pool,
          name: targetRef?.name ?? ownName,
          namespace: targetRef?.namespace ?? ownNamespace,
          hasReference: targetRef !== undefined,
        };
      }),
    ),
  );
  return found;
}

function poolsByPortName(
  { ports = [] }: BalancerSpec,
  { listeners = [], pools = [] }: BalancerStatus,
): ReadonlyMap<string, MadePool> {
  const found = new Map<string, MadePool>();
  for (const { name = '', port, protocol = 'TCP' } of ports) {
    const listener = listeners.find((known) => known.port === port && known.protocol === protocol);
    const pool = pools.find(({ listener_id }) => listener_id === listener?.id);
    if (pool !== undefined) found.set(name, pool);
  }
  return found;
}

function isAt(member: MadeMember, { ip, port, pool }: Target): boolean {
  return member.ip === ip && member.port === port && member.pool_id === pool.id;
}

/** A member stands for one pod; one with the same address but another name is another one. */
function isFor(member: MadeMember, target: Target): boolean {
  return isAt(member, target) && member.name === memberName(target, target.port);
}
