/**
 * How changes of load balancers take their course: what a change touches is PENDING until the provider's
 * driver is done, and nothing else of the load balancer can be changed meanwhile.
 */
import type { Caller } from '../keystone/identities.ts';
import type { Plugin } from '../neutron/plugin.ts';
import type { CloudState, Delay } from '../state.ts';
import type { Table } from '../table.ts';
import type { AmphoraDriver } from './amphora.ts';
import { immutable, notAllowed, notFound } from './faults.ts';
import type { OctaviaQuotas } from './quotas.ts';
import type { Common, Listener, LoadBalancer, Pool, Provisioning } from './rows.ts';
import { driverOf, type OctaviaTraits } from './traits.ts';

const delays: Readonly<Record<'ovn' | 'amphora', Delay>> = { ovn: [50, 150], amphora: [120, 400] };
/** Booting the amphora comes on top of what every change costs. */
const bootDelay: Delay = [300, 900];

/** What a change touches besides the load balancer. */
export interface Touched {
  readonly listeners?: readonly Listener[];
  readonly pool?: Pool | undefined;
}

/** The shared ground of Octavia. */
export class Engine {
  readonly state: CloudState;
  readonly neutron: Plugin;
  readonly traits: OctaviaTraits;
  readonly quotas: OctaviaQuotas;
  readonly amphorae: AmphoraDriver;

  constructor(parts: {
    readonly neutron: Plugin;
    readonly traits: OctaviaTraits;
    readonly quotas: OctaviaQuotas;
    readonly amphorae: AmphoraDriver;
  }) {
    this.state = parts.neutron.state;
    this.neutron = parts.neutron;
    this.traits = parts.traits;
    this.quotas = parts.quotas;
    this.amphorae = parts.amphorae;
  }

  /** Since a minor version of the API v2. */
  speaks(minor: number): boolean {
    return this.traits.apiMinor >= minor;
  }

  /** What every new row begins with. */
  begun(projectId: string, sent: Begin): Common {
    return {
      id: this.state.newId(),
      project_id: projectId,
      name: sent.name ?? '',
      description: sent.description ?? '',
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      admin_state_up: sent.admin_state_up ?? true,
      created_at: this.state.world.now(),
      updated_at: null,
      tags: sent.tags ?? [],
    };
  }

  /** Finds a row that the caller may touch. */
  found<Row extends Common>(
    table: Table<Row>,
    resource: string,
    asked: { id: string; caller: Caller },
  ): Row {
    const row = table.get(asked.id);
    if (row === undefined) throw notFound(resource, asked.id);
    if (!mayTouch(asked.caller, row)) throw notAllowed();
    return row;
  }

  /** Finds the load balancer of a child. */
  balancer(id: string, caller: Caller): LoadBalancer {
    return this.found(this.state.loadBalancers, 'Load Balancer', { id, caller });
  }

  listenersOf(pool: Pool): Listener[] {
    return this.state.listeners.all().filter(({ default_pool_id }) => default_pool_id === pool.id);
  }

  /** Locks a load balancer and what else is touched, or refuses when it is busy. */
  lock(balancer: LoadBalancer, touched: Touched = {}): void {
    const { loadBalancers, listeners, pools } = this.state;
    const now = loadBalancers.get(balancer.id);
    if (now?.provisioning_status !== 'ACTIVE') throw immutable('Load Balancer', balancer.id);
    if (
      touched.pool !== undefined &&
      pools.get(touched.pool.id)?.provisioning_status !== 'ACTIVE'
    ) {
      throw immutable('Pool', touched.pool.id);
    }
    const pending: { provisioning_status: Provisioning } = {
      provisioning_status: 'PENDING_UPDATE',
    };
    loadBalancers.update(balancer.id, pending);
    for (const { id } of touched.listeners ?? []) listeners.update(id, pending);
    if (touched.pool !== undefined) pools.update(touched.pool.id, pending);
  }

  /** Lets the driver finish a change: does the rest of it and unlocks what was touched. */
  finish(balancer: LoadBalancer, touched: Touched, act: () => void): void {
    this.state.later(delays[driverOf(balancer.provider)], () => {
      if (this.state.loadBalancers.get(balancer.id) === undefined) return;
      act();
      this.#unlock(balancer.id, touched);
      this.#settle(balancer.id);
    });
  }

  /** Lets the driver make what a new load balancer needs; without room for an amphora it ends in ERROR. */
  begin(balancer: LoadBalancer): void {
    const isAmphora = driverOf(balancer.provider) === 'amphora';
    const hasRoom = !isAmphora || this.amphorae.boot(balancer);
    this.state.later(isAmphora ? bootDelay : delays.ovn, () => {
      const { loadBalancers } = this.state;
      if (loadBalancers.get(balancer.id) === undefined) return;
      if (!hasRoom) {
        const status = { provisioning_status: 'ERROR', operating_status: 'ERROR' } as const;
        loadBalancers.update(balancer.id, status);
        return;
      }
      if (isAmphora) this.amphorae.ready(balancer.id);
      loadBalancers.update(balancer.id, {
        provisioning_status: 'ACTIVE',
        updated_at: this.state.world.now(),
      });
      this.#settle(balancer.id);
    });
  }

  /** Says that a row is done. */
  done<Row extends Common>(
    table: Table<Row>,
    id: string,
    operating: Common['operating_status'],
  ): void {
    const fields: Partial<Common> = {
      provisioning_status: 'ACTIVE',
      operating_status: operating,
      updated_at: this.state.world.now(),
    };
    table.update(id, fields as Partial<Row>);
  }

  #unlock(balancerId: string, { listeners = [], pool }: Touched): void {
    const active: { provisioning_status: Provisioning; updated_at: string } = {
      provisioning_status: 'ACTIVE',
      updated_at: this.state.world.now(),
    };
    const { state } = this;
    for (const { id } of listeners) {
      if (state.listeners.get(id)?.provisioning_status === 'PENDING_UPDATE') {
        state.listeners.update(id, active);
      }
    }
    if (pool !== undefined && state.pools.get(pool.id)?.provisioning_status === 'PENDING_UPDATE') {
      state.pools.update(pool.id, active);
    }
    state.loadBalancers.update(balancerId, active);
  }

  /** Operating statuses follow from what there is; the amphora's rules follow its listeners. */
  #settle(balancerId: string): void {
    const { loadBalancers, listeners, pools, members } = this.state;
    const balancer = loadBalancers.get(balancerId);
    if (balancer === undefined) return;
    const isAmphora = driverOf(balancer.provider) === 'amphora';
    const isOwn = ({ loadbalancer_id }: { loadbalancer_id: string }): boolean =>
      loadbalancer_id === balancerId;
    for (const pool of pools.all().filter(isOwn)) {
      const hasMembers = members.all().some(({ pool_id }) => pool_id === pool.id);
      const isUp = pool.admin_state_up && (hasMembers || isAmphora);
      pools.update(pool.id, { operating_status: onlineIf(isUp) });
    }
    const own = listeners.all().filter(isOwn);
    for (const { id, admin_state_up: isUp } of own) {
      listeners.update(id, { operating_status: onlineIf(isUp) });
    }
    const isUp = balancer.admin_state_up && (!isAmphora || own.length > 0);
    loadBalancers.update(balancerId, { operating_status: onlineIf(isUp) });
    if (isAmphora) this.amphorae.follow(balancerId);
  }
}

function onlineIf(isUp: boolean): Common['operating_status'] {
  return isUp ? 'ONLINE' : 'OFFLINE';
}

interface Begin {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly admin_state_up?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

const writers = ['load-balancer_member', 'load-balancer_admin', 'service'];
const readers = [...writers, 'load-balancer_observer', 'load-balancer_global_observer'];

/** Octavia wants a role of its own of those who are not administrators. */
export function refuseWithoutRole(caller: Caller, action: 'read' | 'write'): void {
  const wanted = action === 'read' ? readers : writers;
  if (!caller.isAdmin && !caller.roles.some((role) => wanted.includes(role))) throw notAllowed();
}

/** Tells whether a row is the caller's, or the caller an administrator. */
export function mayTouch(caller: Caller, row: { readonly project_id: string }): boolean {
  return caller.isAdmin || caller.projectId === row.project_id;
}
