/**
 * Puts the handlers of a release together.
 */
import { keyOf } from '../api/resources.ts';
import { Balancers } from './balancers.ts';
import { type BalancerRecords, KuryrBalancerRecords } from './balancer-records.ts';
import type { Context } from './context.ts';
import { ListenerAccess } from './listener-access.ts';
import { Maintenance } from './maintenance.ts';
import type { ControllerFigures } from './metrics.ts';
import { Namespaces } from './namespaces.ts';
import { Octavia } from './octavia.ts';
import { inventoryOf } from './policy-inventory.ts';
import { Policies } from './policies.ts';
import { AnnotationRecords, PortRecords } from './pod-records.ts';
import { Pods } from './pods.ts';
import { Services } from './services.ts';
import { vifDriverOf } from './vif-drivers.ts';
import { VifPool } from './vif-pool.ts';

/** Looks at one object. */
export interface Handler {
  work(key: string): Promise<void>;
}

/** All handlers. */
export interface Handlers {
  readonly pods: Handler;
  readonly namespaces: Handler;
  readonly services: Handler;
  readonly balancers: Handler;
  readonly policies: Handler;
  readonly maintenance: Maintenance;
  readonly pool: VifPool;
  /** Tells of changes of what is written down for services. */
  onBalancerChange(listener: (key: string) => void): void;
}

/** Makes the handlers. */
export function handlersFor(context: Context, figures: ControllerFigures): Handlers {
  const { release, caches } = context;
  const pool = new VifPool(context, vifDriverOf(context));
  const namespaces = new Namespaces(context, pool);
  const podRecords =
    release.podRecord === 'KuryrPort' ? new PortRecords(context) : new AnnotationRecords(context);
  const wired = (_: unknown, seconds: number): void => {
    figures.podCreation.observe(seconds);
  };
  const pods = new Pods({ context, records: podRecords, pool, namespaces, wired });
  const records: BalancerRecords = new KuryrBalancerRecords(context);
  const octavia = new Octavia(context);
  const access = new ListenerAccess(context, octavia, records);
  const inventory = inventoryOf(context, podRecords, namespaces);
  const policies = new Policies({
    context,
    inventory,
    pods,
    pool,
    balancersFollow: (namespace, concerned) => access.followPods(namespace, concerned),
  });
  return {
    pods,
    namespaces,
    services: new Services(context, records),
    balancers: new Balancers({ context, records, octavia, access }),
    policies,
    maintenance: new Maintenance({ context, records, namespaces, pool }),
    pool,
    onBalancerChange: (listener) => {
      caches.kuryrBalancers.onChange((now, before) => {
        const changed = now ?? before;
        if (changed !== undefined) listener(keyOf(changed));
      });
    },
  };
}
