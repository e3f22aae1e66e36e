/**
 * Quotas of Octavia; without any that is set there is no limit (-1), as in its own configuration.
 */
import type { CloudState } from '../state.ts';
import { quotaMet } from './faults.ts';

/** What can be limited, with the name that refusals use. */
const resources = {
  load_balancer: 'Load Balancer',
  listener: 'Listener',
  pool: 'Pool',
  member: 'Member',
  health_monitor: 'Health Monitor',
  l7policy: 'L7 Policy',
  l7rule: 'L7 Rule',
} as const;

/** A resource with a quota. */
export type QuotaName = keyof typeof resources;

/** Every resource with a quota. */
export const quotaNames = Object.keys(resources) as readonly QuotaName[];

/** Limits by resource. */
export type Limits = Partial<Record<QuotaName, number>>;

/** The quotas of all projects. */
export class OctaviaQuotas {
  readonly #state: CloudState;
  readonly #own = new Map<string, Limits>();

  constructor(state: CloudState) {
    this.#state = state;
  }

  get projects(): readonly string[] {
    return [...this.#own.keys()];
  }

  limitsOf(project: string): Record<QuotaName, number> {
    const none = Object.fromEntries(quotaNames.map((one) => [one, -1])) as Record<
      QuotaName,
      number
    >;
    return { ...none, ...this.#own.get(project) };
  }

  set(project: string, limits: Limits): void {
    this.#own.set(project, { ...this.#own.get(project), ...limits });
  }

  reset(project: string): void {
    this.#own.delete(project);
  }

  /** Refuses when one more would exceed a limit. */
  claim(name: QuotaName, project: string): void {
    const limit = this.limitsOf(project)[name];
    if (limit >= 0 && this.#used(name, project) >= limit) throw quotaMet(resources[name]);
  }

  #used(name: QuotaName, project: string): number {
    const state = this.#state;
    const tables = {
      load_balancer: state.loadBalancers,
      listener: state.listeners,
      pool: state.pools,
      member: state.members,
      health_monitor: state.healthMonitors,
      l7policy: state.l7Policies,
      l7rule: state.l7Rules,
    };
    const rows: readonly { readonly project_id: string }[] = tables[name].all();
    return rows.filter(({ project_id }) => project_id === project).length;
  }
}
