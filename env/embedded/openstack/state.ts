/**
 * The one state of the cloud: the tables of all services, the sources of ids and of delays, and the
 * notice that something has changed.
 */
import { EventEmitter } from 'node:events';
import type { Random, World } from '../world.ts';
import type { Server } from './nova-rows.ts';
import type {
  FloatingIp,
  Network,
  Port,
  Router,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  SubnetPool,
  Trunk,
} from './neutron/rows.ts';
import type {
  Amphora,
  HealthMonitor,
  L7Policy,
  L7Rule,
  Listener,
  LoadBalancer,
  Member,
  Pool,
} from './octavia/rows.ts';
import { Table } from './table.ts';

/** A delay in milliseconds: the least and the most. */
export type Delay = readonly [least: number, most: number];

/** The tables of the cloud. */
export class CloudState {
  readonly world: World;
  readonly changes = new EventEmitter<{ changed: [] }>();
  readonly networks = this.#table<Network>();
  readonly subnets = this.#table<Subnet>();
  readonly subnetPools = this.#table<SubnetPool>();
  readonly ports = this.#table<Port>();
  readonly trunks = this.#table<Trunk>();
  readonly groups = this.#table<SecurityGroup>();
  readonly rules = this.#table<SecurityGroupRule>();
  readonly routers = this.#table<Router>();
  readonly floatingIps = this.#table<FloatingIp>();
  readonly loadBalancers = this.#table<LoadBalancer>();
  readonly listeners = this.#table<Listener>();
  readonly pools = this.#table<Pool>();
  readonly members = this.#table<Member>();
  readonly healthMonitors = this.#table<HealthMonitor>();
  readonly l7Policies = this.#table<L7Policy>();
  readonly l7Rules = this.#table<L7Rule>();
  readonly amphorae = this.#table<Amphora>();
  readonly servers = this.#table<Server>();
  readonly #ids: Random;
  readonly #delays: Random;
  readonly #pace: number;
  #isNoticeDue = false;
  #number = 0;

  constructor(world: World, pace = 1) {
    this.world = world;
    this.#pace = pace;
    this.#ids = world.random('openstack/ids');
    this.#delays = world.random('openstack/delays');
    this.changes.setMaxListeners(0);
  }

  newId(): string {
    return this.#ids.uuid();
  }

  /** The next number of a row, as databases count. */
  newNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  /** A locally administered address as Neutron makes them. */
  newMac(): string {
    const tail = [1, 2, 3].map(() => this.#ids.hex(2));
    return `fa:16:3e:${tail.join(':')}`;
  }

  /** An index into a list of so many, by the seed. */
  choice(count: number): number {
    return this.#ids.between(0, Math.max(0, count - 1));
  }

  /** Does something after a seeded delay, unless the stack closes before. */
  later([least, most]: Delay, act: () => void): void {
    const wait = this.world.delay(this.#pace * this.#delays.between(least, most));
    wait.then(act).catch((error: unknown) => {
      if ((error as Error).name === 'AbortError') return;
      this.world.log(
        'openstack',
        `a delayed change broke: ${(error as Error).stack ?? String(error)}`,
      );
    });
  }

  #table<Row extends { readonly id: string }>(): Table<Row> {
    return new Table<Row>(() => {
      this.#noticed();
    });
  }

  /** Many changes within one turn are one notice. */
  #noticed(): void {
    if (this.#isNoticeDue) return;
    this.#isNoticeDue = true;
    queueMicrotask(() => {
      this.#isNoticeDue = false;
      this.changes.emit('changed');
    });
  }
}
