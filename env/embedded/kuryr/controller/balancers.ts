/**
 * Load balancers: what is written down for a service is made in Octavia, part by part, and noted after
 * each part, so that a controller that is started anew goes on where the last one was.
 */
import type { BalancerSpec, BalancerStatus, MadeBalancer } from '../api/records.ts';
import type { Service, ServicePort } from '../api/resources.ts';
import { balancerName } from '../names.ts';
import { HandlerDied, NotReady } from '../queue.ts';
import { isOpen } from '../release.ts';
import { isEqual } from './json.ts';
import { BalancerMembers } from './balancer-members.ts';
import type { BalancerRecord, BalancerRecords } from './balancer-records.ts';
import type { Context } from './context.ts';
import { FloatingIps } from './floating-ips.ts';
import type { ListenerAccess } from './listener-access.ts';
import { BalancerLost, type Octavia, type WantedListener } from './octavia.ts';

/** What a handler of balancers works with. */
export interface BalancersOptions {
  readonly context: Context;
  readonly records: BalancerRecords;
  readonly octavia: Octavia;
  readonly access: ListenerAccess;
}

const amphora = ['octavia', 'amphora'];

/** The handler of what is written down for services. */
export class Balancers {
  readonly #context: Context;
  readonly #options: BalancersOptions;
  readonly #floatingIps: FloatingIps;
  readonly #members: BalancerMembers;

  constructor(options: BalancersOptions) {
    this.#context = options.context;
    this.#options = options;
    this.#floatingIps = new FloatingIps(options.context);
    this.#members = new BalancerMembers(options);
  }

  /** Looks at one record. */
  async work(key: string): Promise<void> {
    const { records } = this.#options;
    const record = records.of(key);
    if (record === undefined) return;
    if (record.isGoing) {
      await this.#remove(key, record);
      return;
    }
    const status = record.status ?? {};
    const hasSlices = (record.spec.endpointSlices ?? []).length > 0;
    if (!hasSlices && Object.keys(status).length === 0) return;
    if (record.spec.ip === undefined) return;
    await this.#sync(key, record.spec, status);
  }

  async #sync(key: string, spec: BalancerSpec, found: BalancerStatus): Promise<void> {
    const status = await this.#withRightProvider(key, spec, found);
    const isNew = status.loadbalancer === undefined;
    if (isNew) this.#tell(key, 'KuryrEnsureLB', 'Provisioning a load balancer');
    let made: { status: BalancerStatus; isChanged: boolean };
    try {
      made = await this.#ensure(key, spec, status);
    } catch (error) {
      if (error instanceof BalancerLost) await this.#options.records.writeStatus(key, {});
      if (!(error instanceof NotReady)) this.#warn(key, error as Error);
      throw error;
    }
    if (made.isChanged) this.#tell(key, 'KuryrEnsuredLB', 'Load balancer provisioned');
    await this.#publish(key, spec, made);
  }

  async #ensure(
    key: string,
    spec: BalancerSpec,
    found: BalancerStatus,
  ): Promise<{ status: BalancerStatus; isChanged: boolean }> {
    const thinned = await this.#members.removeUnused(key, spec, found);
    const trimmed = await this.#removeUnusedParts(key, spec, thinned);
    const based = await this.#withBalancer(key, spec, trimmed);
    const listening = await this.#withListeners(key, spec, based);
    const pooled = await this.#withPools(key, listening);
    const filled = await this.#members.addNew(key, spec, pooled);
    return { status: filled, isChanged: !isEqual(partsOf(filled), partsOf(found)) };
  }

  async #note(key: string, status: BalancerStatus): Promise<BalancerStatus> {
    await this.#options.records.writeStatus(key, status);
    return status;
  }

  /** A load balancer of another provider than the one that is wanted makes room. */
  async #withRightProvider(
    key: string,
    { provider }: BalancerSpec,
    status: BalancerStatus,
  ): Promise<BalancerStatus> {
    const { loadbalancer } = status;
    if (loadbalancer === undefined || provider === undefined) return status;
    const isAmphora = amphora.includes(loadbalancer.provider);
    if (isAmphora === amphora.includes(provider)) return status;
    const [old, next] = isAmphora ? ['Amphora', 'OVN'] : ['OVN', 'Amphora'];
    this.#tell(
      key,
      'KuryrUpdateProvider',
      `Deleting the ${old} load balancer to have one of ${next}`,
    );
    await this.#options.octavia.release(loadbalancer.id);
    return this.#note(key, {});
  }

  async #removeUnusedParts(
    key: string,
    { ports = [] }: BalancerSpec,
    status: BalancerStatus,
  ): Promise<BalancerStatus> {
    const { loadbalancer, listeners = [], pools = [], members = [] } = status;
    if (loadbalancer === undefined) return status;
    const wanted = listeners.filter(({ port, protocol }) =>
      ports.some((own) => own.port === port && own.protocol === protocol),
    );
    if (wanted.length === listeners.length) return status;
    const kept = new Set(wanted.map(({ id }) => id));
    const { octavia, access } = this.#options;
    for (const pool of pools.filter(({ listener_id }) => !kept.has(listener_id))) {
      await octavia.releasePart(loadbalancer.id, `pools/${pool.id}`);
    }
    for (const listener of listeners.filter(({ id }) => !kept.has(id))) {
      await octavia.releasePart(loadbalancer.id, `listeners/${listener.id}`);
      await access.forget(loadbalancer, listener);
    }
    const keptPools = pools.filter(({ listener_id }) => kept.has(listener_id));
    const poolIds = new Set(keptPools.map(({ id }) => id));
    return this.#note(key, {
      ...status,
      listeners: wanted,
      pools: keptPools,
      members: members.filter(({ pool_id }) => poolIds.has(pool_id)),
    });
  }

  async #withBalancer(
    key: string,
    spec: BalancerSpec,
    found: BalancerStatus,
  ): Promise<BalancerStatus & { readonly loadbalancer: MadeBalancer }> {
    const { octavia } = this.#options;
    const { loadbalancer, service_pub_ip_info: publicIp } = found;
    if (loadbalancer !== undefined && loadbalancer.ip === spec.ip)
      return { ...found, loadbalancer };
    if (loadbalancer !== undefined) {
      await this.#floatingIps.release(publicIp);
      await octavia.release(loadbalancer.id);
    }
    const [namespace = '', name = ''] = key.split('/');
    const made = await octavia.ensureBalancer(balancerName({ namespace, name }), spec);
    const status = { ...(loadbalancer === undefined ? found : {}), loadbalancer: made };
    await this.#note(key, status);
    return status;
  }

  async #withListeners(
    key: string,
    spec: BalancerSpec,
    found: BalancerStatus & { readonly loadbalancer: MadeBalancer },
  ): Promise<BalancerStatus & { readonly loadbalancer: MadeBalancer }> {
    let status = found;
    const { timeout_client_data = 0, timeout_member_data = 0 } = spec;
    const ports = (spec.ports ?? []).toSorted((a, b) => protocolOf(a).localeCompare(protocolOf(b)));
    for (const port of ports) {
      const wanted: WantedListener = {
        protocol: protocolOf(port),
        port: port.port,
        timeout_client_data,
        timeout_member_data,
      };
      const listeners = status.listeners ?? [];
      const isThere = listeners.some((known) => isSameListener(known, wanted));
      if (isThere || this.#isSkipped(key, wanted, status)) continue;
      const made = await this.#options.octavia.ensureListener(status.loadbalancer, wanted);
      if (made === undefined) continue;
      await this.#options.access.prepare(status.loadbalancer, made);
      const others = listeners.filter(({ id }) => id !== made.id);
      status = { ...status, listeners: [...others, made] };
      await this.#note(key, status);
    }
    return status;
  }

  #isSkipped(key: string, wanted: WantedListener, { listeners = [] }: BalancerStatus): boolean {
    const { release, facts, deviations } = this.#context;
    const { protocol, port } = wanted;
    const inTheWay = listeners.find((known) => known.port === port && known.protocol !== protocol);
    if (inTheWay !== undefined && !this.#allowsSamePort()) {
      if (deviations.skippedListenerRaises) {
        throw new HandlerDied('list indices must be integers or slices, not str');
      }
      const words = `Skipping listener ${protocol}:${port}, as ${inTheWay.protocol}:${port} exists`;
      this.#tell(key, 'KuryrSkipListener', words, 'Warning');
      return true;
    }
    if (protocol === 'SCTP' && !isOpen(release.gates.sctp, facts.octaviaApi)) {
      const words = `Skipping listener ${protocol}:${port}, as Octavia does not support ${protocol}`;
      this.#tell(key, 'KuryrSkipListener', words, 'Warning');
      return true;
    }
    return protocol === 'UDP' && !release.gates.udp;
  }

  #allowsSamePort(): boolean {
    const { release, facts, settings } = this.#context;
    const isOvnInUssuri =
      release.line === '2.0' && settings.endpoints_driver_octavia_provider === 'ovn';
    return !isOvnInUssuri && isOpen(release.gates.samePort, facts.octaviaApi);
  }

  async #withPools(
    key: string,
    found: BalancerStatus & { readonly loadbalancer: MadeBalancer },
  ): Promise<BalancerStatus & { readonly loadbalancer: MadeBalancer }> {
    let status = found;
    for (const listener of status.listeners ?? []) {
      const pools = status.pools ?? [];
      if (pools.some(({ listener_id }) => listener_id === listener.id)) continue;
      const made = await this.#options.octavia.ensurePool(status.loadbalancer, listener);
      if (made === undefined) continue;
      status = { ...status, pools: [...pools, made] };
      await this.#note(key, status);
    }
    return status;
  }

  async #publish(
    key: string,
    spec: BalancerSpec,
    made: { readonly status: BalancerStatus; readonly isChanged: boolean },
  ): Promise<void> {
    const { loadbalancer } = made.status;
    if (loadbalancer === undefined) return;
    const status = await this.#withoutOldAddress(key, spec, made.status);
    const isDue = made.isChanged || status !== made.status || this.#floatingIps.isAwaited(spec);
    if (status.service_pub_ip_info !== undefined || !isDue) return;
    const publicIp =
      (await this.#floatingIps.leftBehind(key, spec)) ??
      (await this.#floatingIps.acquire(spec, loadbalancer.port_id));
    if (publicIp === undefined) return;
    this.#tell(key, 'KuryrEnsureFIP', 'Associating a floating IP with the load balancer');
    await this.#floatingIps.associate(publicIp, loadbalancer.port_id);
    await this.#floatingIps.announce(key, publicIp);
    await this.#note(key, { ...status, service_pub_ip_info: publicIp });
  }

  async #withoutOldAddress(
    key: string,
    spec: BalancerSpec,
    status: BalancerStatus,
  ): Promise<BalancerStatus> {
    const { service_pub_ip_info: known, ...rest } = status;
    if (known === undefined || !this.#floatingIps.isOld(known, spec)) return status;
    await this.#floatingIps.release(known);
    await this.#floatingIps.withdraw(key);
    return this.#note(key, rest);
  }

  async #remove(key: string, { status }: BalancerRecord): Promise<void> {
    const { records, octavia } = this.#options;
    const { loadbalancer, service_pub_ip_info: publicIp } = status ?? {};
    if (loadbalancer !== undefined) {
      this.#tell(key, 'KuryrReleaseLB', 'Releasing the load balancer');
      try {
        await octavia.release(loadbalancer.id);
        await this.#options.access.dropGroup(loadbalancer);
      } catch (error) {
        this.#tell(key, 'KuryrReleaseLBError', (error as Error).message, 'Warning');
        throw error;
      }
    }
    if (publicIp !== undefined) {
      this.#tell(key, 'KuryrReleaseFIP', 'Taking the floating IP off the load balancer');
      await this.#floatingIps.release(publicIp);
    }
    await records.close(key);
  }

  #warn(key: string, error: Error): void {
    this.#tell(
      key,
      'KuryrEnsureLBError',
      `Error when provisioning the load balancer: ${error.message}`,
      'Warning',
    );
  }

  #tell(key: string, reason: string, ...[message, type]: [string, 'Warning'?]): void {
    const service: Service | undefined = this.#context.caches.services.get(key);
    if (service === undefined) return;
    this.#context.events.add(service, { reason, message, ...(type === undefined ? {} : { type }) });
  }
}

/** What is in Octavia; the groups beside it change with policies. */
function partsOf({ loadbalancer, listeners, pools, members }: BalancerStatus): unknown {
  return [loadbalancer?.id, listeners ?? [], pools ?? [], members ?? []];
}

function protocolOf({ protocol = 'TCP' }: ServicePort): string {
  return protocol;
}

function isSameListener(
  known: NonNullable<BalancerStatus['listeners']>[number],
  wanted: WantedListener,
): boolean {
  return (
    known.port === wanted.port &&
    known.protocol === wanted.protocol &&
    (known.timeout_client_data ?? 0) === wanted.timeout_client_data &&
    (known.timeout_member_data ?? 0) === wanted.timeout_member_data
  );
}
