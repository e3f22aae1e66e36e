/**
 * What the controller does again and again: it looks whether Octavia still has what is written down, and
 * removes ports and networks of namespaces that are gone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type CloudRow, type Network, type Port, statusOf } from '../api/cloud.ts';
import type { BalancerStatus } from '../api/records.ts';
import { isAtLeast } from '../release.ts';
import type { BalancerRecords } from './balancer-records.ts';
import type { Context } from './context.ts';
import { defaultVif } from './pod-records.ts';
import type { Namespaces } from './namespaces.ts';
import { vifData } from '../api/vif.ts';
import type { VifPool } from './vif-pool.ts';

/** What maintenance works with. */
export interface MaintenanceOptions {
  readonly context: Context;
  readonly records: BalancerRecords;
  readonly namespaces: Namespaces;
  readonly pool: VifPool;
}

const settlingMs = 400;

const missing = {
  loadbalancer: ['LoadBalancerMissing', 'Load balancer'],
  listener: ['LoadBalancerListenerMissing', 'Listener of the load balancer'],
  pool: ['LoadBalancerPoolMissing', 'Pool of the load balancer'],
  member: ['LoadBalancerMemberMissing', 'Member of the load balancer'],
} as const;

type Part = keyof typeof missing;

interface Noted {
  readonly key: string;
  readonly status: BalancerStatus;
}

/** The repeated looks. */
export class Maintenance {
  readonly #context: Context;
  readonly #options: MaintenanceOptions;
  /** Ports and networks without an owner at the last look; only what is seen twice is removed. */
  #suspects = new Set<string>();

  constructor(options: MaintenanceOptions) {
    this.#context = options.context;
    this.#options = options;
  }

  start(): void {
    const { timers } = this.#context.settings;
    this.#repeat('reconciliation', timers.reconcileMs, () => this.reconcile());
    this.#repeat('clean-up', timers.leftoversMs, () => this.cleanUp());
  }

  #repeat(what: string, everyMs: number, look: () => Promise<void>): void {
    const { signal, world } = this.#context;
    const timer = setInterval(() => {
      look().catch((error: unknown) => {
        if (!signal.aborted)
          world.log('kuryr-controller', `Error in ${what}: ${(error as Error).message}`);
      });
    }, everyMs);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
  }

  /** Has everything made anew that somebody has deleted in Octavia. */
  async reconcile(): Promise<void> {
    const { records } = this.#options;
    const done = new Set<string>();
    for (const part of this.#context.release.reconciled) {
      const noted = records.keys().flatMap((key): Noted[] => {
        const record = records.of(key);
        const isQuiet = record !== undefined && !record.isGoing && !done.has(key);
        return isQuiet && record.status !== undefined ? [{ key, status: record.status }] : [];
      });
      const lost = await this.#lost(part, noted);
      for (const { key } of lost) {
        done.add(key);
        await this.#forget(part, key);
      }
    }
  }

  async #lost(part: Part, noted: readonly Noted[]): Promise<readonly Noted[]> {
    const wanted = noted.filter(({ status }) => idsIn(part, status).length > 0);
    if (wanted.length === 0) return [];
    const present = await this.#present(part, wanted);
    const isLost = ({ key, status }: Noted): boolean => {
      const now = this.#options.records.of(key)?.status ?? {};
      const still = new Set(idsIn(part, now));
      return idsIn(part, status).some((id) => !present.has(id) && still.has(id));
    };
    const lost = wanted.filter(isLost);
    if (lost.length === 0) return lost;
    // Rounds are seconds apart and not ten minutes: one may well meet a removal that is not noted yet.
    await pause(settlingMs);
    return lost.filter(isLost);
  }

  async #present(part: Part, noted: readonly Noted[]): Promise<ReadonlySet<string>> {
    const { cloud, settings, facts } = this.#context;
    const tags = settings.resource_tags.join(',');
    const query = tags !== '' && isAtLeast(facts.octaviaApi, [2, 5]) ? { tags } : {};
    const paths =
      part === 'member'
        ? noted.flatMap(({ status }) => (status.pools ?? []).map(({ id }) => `pools/${id}/members`))
        : [`${part}s`];
    const lists = await Promise.all(
      paths.map((path) =>
        cloud.listLb<CloudRow>(path, query).catch((error: unknown) => {
          if (statusOf(error) === 404) return [];
          throw error;
        }),
      ),
    );
    return new Set(lists.flat().map(({ id }) => id));
  }

  async #forget(part: Part, key: string): Promise<void> {
    const { caches, events } = this.#context;
    const service = caches.services.get(key);
    const [reason, what] = missing[part];
    if (service !== undefined) {
      const message = `${what} does not exist any more. Making it anew.`;
      events.add(service, { reason, message, type: 'Warning' });
    }
    await this.#options.records.writeStatus(key, {});
  }

  /** Removes ports and networks of Kuryr that nothing in Kubernetes stands for. */
  async cleanUp(): Promise<void> {
    const { release, settings } = this.#context;
    if (settings.resource_tags.length === 0 || release.networkRecord !== 'KuryrNetwork') return;
    if (settings.pod_subnets_driver !== 'namespace') return;
    const [ports, networks] = await Promise.all([this.#lostPorts(), this.#lostNetworks()]);
    const seen = new Set([...ports, ...networks].map(({ id }) => id));
    const twice = (row: CloudRow): boolean => this.#suspects.has(row.id);
    const doomed = { ports: ports.filter(twice), networks: networks.filter(twice) };
    this.#suspects = seen;
    for (const port of doomed.ports) await this.#context.cloud.remove('ports', port.id);
    for (const network of doomed.networks) {
      const [subnet] = await this.#context.cloud.list('subnets', { network_id: network.id });
      await this.#options.namespaces.networks.remove(network.id, subnet?.id);
    }
  }

  async #lostPorts(): Promise<readonly Port[]> {
    const { cloud, settings, caches } = this.#context;
    const tags = settings.resource_tags.join(',');
    const ports = await cloud.list<Port>('ports', {
      tags,
      status: 'DOWN',
      device_owner: 'compute:kuryr',
    });
    const used = new Set(
      caches.kuryrPorts.all().flatMap(({ status }) => {
        const vif = defaultVif(status?.vifs);
        return vif === undefined ? [] : [vifData(vif).id];
      }),
    );
    const waiting = this.#options.pool.waitingIds();
    return ports.filter(({ id }) => !used.has(id) && !waiting.has(id));
  }

  async #lostNetworks(): Promise<readonly Network[]> {
    const { cloud, settings, caches, release } = this.#context;
    const tags = settings.resource_tags.join(',');
    const networks = await cloud.list<Network>('networks', { tags });
    const used = new Set(caches.kuryrNetworks.all().flatMap(({ status }) => status?.netId ?? []));
    const named = release.namesByUid ? /^[0-9a-f-]{36}\// : /^ns\/.*-net$/;
    // One that is being made is not written down yet: its namespace is there.
    const present = new Set(caches.namespaces.all().map(({ metadata }) => metadata.name));
    return networks.filter(
      ({ id, name }) => named.test(name) && !used.has(id) && !present.has(ownerIn(name)),
    );
  }
}

/** The namespace in the name of a network of Kuryr's, in either form. */
function ownerIn(name: string): string {
  return name.startsWith('ns/') ? name.slice(3, -4) : (name.split('/')[1] ?? '');
}

function idsIn(part: Part, status: BalancerStatus): readonly string[] {
  const rows = {
    loadbalancer: status.loadbalancer === undefined ? [] : [status.loadbalancer],
    listener: status.listeners ?? [],
    pool: status.pools ?? [],
    member: status.members ?? [],
  }[part];
  return rows.map(({ id }) => id);
}
