/**
 * Quotas of Neutron: limits by project, what is used of them, and the refusal when one is exceeded.
 */
import type { CloudState } from '../state.ts';
import type { Table } from '../table.ts';
import { conflict, type Kind } from './faults.ts';

/** Neutron's own limits where nobody has set any (neutron/conf/quota.py); below zero means none. */
const builtIn = {
  network: 100,
  subnet: 100,
  subnetpool: -1,
  port: 500,
  router: 10,
  floatingip: 50,
  security_group: 10,
  security_group_rule: 100,
  rbac_policy: 10,
  trunk: -1,
} as const;

/** A resource with a quota. */
export type QuotaName = keyof typeof builtIn;

/** Every resource with a quota. */
export const quotaNames = Object.keys(builtIn) as readonly QuotaName[];

/** Limits by resource. */
export type Limits = Partial<Record<QuotaName, number>>;

/** The quotas of all projects. */
export class Quotas {
  readonly #state: CloudState;
  readonly #defaults: Record<QuotaName, number>;
  readonly #own = new Map<string, Limits>();

  constructor(state: CloudState, defaults: Limits = {}) {
    this.#state = state;
    this.#defaults = { ...builtIn, ...defaults };
  }

  get defaults(): Readonly<Record<QuotaName, number>> {
    return this.#defaults;
  }

  /** The projects that have limits of their own. */
  get projects(): readonly string[] {
    return [...this.#own.keys()];
  }

  limitsOf(project: string): Readonly<Record<QuotaName, number>> {
    return { ...this.#defaults, ...this.#own.get(project) };
  }

  set(project: string, limits: Limits): void {
    this.#own.set(project, { ...this.#own.get(project), ...limits });
  }

  /** Takes a project's own limits away; tells whether there were any. */
  reset(project: string): boolean {
    return this.#own.delete(project);
  }

  used(name: QuotaName, project: string): number {
    if (name === 'rbac_policy') return 0;
    const table: Table<{ readonly id: string; readonly project_id: string }> = this.#tables()[name];
    return table.all().filter((row) => row.project_id === project).length;
  }

  /** Refuses when so many more would exceed a limit. */
  claim(name: QuotaName, project: string, count = 1): void {
    const limit = this.limitsOf(project)[name];
    if (limit >= 0 && this.used(name, project) + count > limit) {
      throw conflict('OverQuota', `Quota exceeded for resources: ['${name}'].`);
    }
  }

  #tables(): Record<Kind, Table<never>> {
    const state = this.#state;
    return {
      network: state.networks,
      subnet: state.subnets,
      subnetpool: state.subnetPools,
      port: state.ports,
      router: state.routers,
      floatingip: state.floatingIps,
      security_group: state.groups,
      security_group_rule: state.rules,
      trunk: state.trunks,
    } as unknown as Record<Kind, Table<never>>;
  }
}
