/**
 * What the steps of `up` hand to each other.
 */
import { join } from 'node:path';

import { StackError } from '../../errors.ts';
import type { HostFacts } from '../base/host.ts';
import type { Layout } from '../base/layout.ts';
import type { Step } from '../base/steps.ts';
import type { CloudLayer } from '../cloud/databases.ts';
import type { TenantFacts } from '../cloud/tenant.ts';
import type { TenantNetworks } from '../cloud/tenant-networks.ts';
import type { OpenStackSession } from '../../access/openstack.ts';
import type { LabImage } from '../cluster/images.ts';
import { LabCluster } from '../cluster/objects.ts';
import type { LabMachines } from '../machines.ts';
import type { LabShape } from '../pod-mode.ts';

/** What the user may choose. */
export interface UpOptions extends LabShape {
  /** An upstream server archive to take the Kubernetes programs from. */
  readonly kubernetesRelease?: string;
}

/** A value that one step produces and later ones read. */
export class Slot<T> {
  readonly #name: string;
  #value: { readonly it: T } | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  fill(value: T): void {
    this.#value = { it: value };
  }

  get(): T {
    if (this.#value === undefined) {
      throw new StackError(
        'LAB_STEP_ORDER',
        `"${this.#name}" was read before the step that makes it had ended.`,
      );
    }
    return this.#value.it;
  }
}

/** Everything that steps hand to each other. */
export class Making {
  readonly layout: Layout;
  readonly options: UpOptions;
  readonly facts: HostFacts;
  readonly buildRoot = new Slot<string>('build root');
  readonly switchRoot = new Slot<string>('root of Open vSwitch');
  readonly root = new Slot<string>('root');
  readonly kubernetes = new Slot<string>('Kubernetes programs');
  readonly kuryr = new Slot<string>('Kuryr programs');
  readonly images = new Slot<readonly LabImage[]>('images');
  readonly layer = new Slot<CloudLayer>('cloud layer');
  readonly machines = new Slot<LabMachines>('machines');
  readonly session = new Slot<OpenStackSession>('session with the cloud');
  readonly networks = new Slot<TenantNetworks>('tenant networks');
  readonly tenant = new Slot<TenantFacts>('tenant facts');

  constructor(layout: Layout, options: UpOptions, facts: HostFacts) {
    this.layout = layout;
    this.options = options;
    this.facts = facts;
  }

  log(name: string): string {
    return join(this.layout.logs, `${name}.log`);
  }

  cluster(): LabCluster {
    return new LabCluster(this.layout);
  }
}

/** Writes a step down in one line. */
export function step(
  name: string,
  after: readonly string[],
  run: () => Promise<string | undefined>,
): Step {
  return { name, after, run };
}
