/**
 * What a scenario makes in OpenStack by itself, beside what Kuryr makes for it: load balancers of its own
 * and floating IPs. They go before the namespace goes, whose subnet they may stand in.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type BudgetSpec,
  type Budgets,
  compareSeries,
  type Profile,
  StackError,
  tagFor,
} from '#env';
import type { Cloud } from '../cloud/cloud.ts';
import type { NeutronFloatingIp } from '../cloud/neutron-forms.ts';
import type { OctaviaLoadBalancer } from '../cloud/octavia-forms.ts';

/** Where belongings are made, and whose they are. */
export interface BelongingsOptions {
  readonly cloud: Cloud;
  readonly budgets: Pick<Budgets, 'loadBalancerActive' | 'loadBalancerDeleted'>;
  readonly profile: Pick<Profile, 'layout' | 'series'>;
  readonly runId: string;
}

/** A load balancer that a scenario wants for itself. */
export interface OwnBalancer {
  readonly name: string;
  readonly subnetId: string;
  /** Nothing is asked for when not given. */
  readonly provider?: string;
}

/** The belongings of one scenario. */
export class Belongings {
  readonly #options: BelongingsOptions;
  readonly #floatingIps = new Set<string>();
  readonly #balancers = new Set<string>();

  constructor(options: BelongingsOptions) {
    this.#options = options;
  }

  /** Makes a floating IP that is at no port, in a project. */
  async floatingIp(projectId: string | undefined): Promise<NeutronFloatingIp> {
    const { cloud, profile } = this.#options;
    const { externalNetwork } = profile.layout;
    const [network] = await cloud.neutron.networks({ name: externalNetwork });
    if (network === undefined) {
      throw new StackError(
        'EXTERNAL_NETWORK_MISSING',
        `Making a floating IP: Neutron has no network "${externalNetwork}". Correct layout.externalNetwork of the profile.`,
      );
    }
    const made = await cloud.neutron.create('floatingips', {
      floating_network_id: network.id,
      ...(projectId === undefined ? {} : { project_id: projectId }),
    });
    this.#floatingIps.add(made.id);
    return made;
  }

  /** Takes charge of a floating IP that nobody else would delete. */
  adopt(floatingIpId: string): void {
    this.#floatingIps.add(floatingIpId);
  }

  /** Makes a load balancer that Kuryr knows nothing of, and waits until it is ACTIVE. */
  async balancer({ name, subnetId, provider }: OwnBalancer): Promise<OctaviaLoadBalancer> {
    const { cloud, budgets, runId, profile } = this.#options;
    // Octavia has tags since 2.5, which came with Stein.
    const hasTags = compareSeries(profile.series, 'stein') >= 0;
    const made = await cloud.octavia.attempt('loadbalancers', {
      name,
      vip_subnet_id: subnetId,
      ...(hasTags ? { tags: [tagFor(runId)] } : { description: tagFor(runId) }),
      ...(provider === undefined ? {} : { provider }),
    });
    if (made.id === undefined) {
      throw new StackError(
        'LOAD_BALANCER_REFUSED',
        `Making load balancer "${name}": Octavia answered ${made.status}, saying "${made.said}".`,
      );
    }
    const { id } = made;
    this.#balancers.add(id);
    return until(`Making load balancer "${name}"`, budgets.loadBalancerActive, async () => {
      const found = await cloud.octavia.loadBalancer(id);
      return found?.provisioning_status === 'ACTIVE' ? found : undefined;
    });
  }

  /** Removes everything, and waits until the load balancers are gone. */
  async remove(): Promise<void> {
    const { cloud, budgets } = this.#options;
    for (const id of this.#floatingIps) {
      await cloud.neutron.remove('floatingips', id);
    }
    for (const id of this.#balancers) {
      await until(`Removing load balancer ${id}`, budgets.loadBalancerDeleted, async () => {
        const found = await cloud.octavia.loadBalancer(id);
        if (found === undefined || found.provisioning_status === 'DELETED') return true;
        if (!found.provisioning_status.startsWith('PENDING')) {
          await cloud.octavia.removeLoadBalancer(id);
        }
        return undefined;
      });
    }
  }
}

async function until<T>(
  doing: string,
  budget: BudgetSpec,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const started = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (performance.now() - started > budget.withinMs) {
      throw new StackError(
        'LOAD_BALANCER_SLOW',
        `${doing}: Octavia has not done it within ${budget.withinMs / 1_000} s (budget "${budget.name}").`,
      );
    }
    await pause(budget.everyMs);
  }
}
