/**
 * Puts the handlers of a release together.
 */
import type { Informer } from '../api/informer.ts';
import { keyOf, type Resource } from '../api/resources.ts';
import { AnnotatedBalancers } from '../legacy/balancer-annotations.ts';
import { NetNamespaces } from '../legacy/net-namespaces.ts';
import { NetPolicies } from '../legacy/net-policies.ts';
import { Balancers } from './balancers.ts';
import { type BalancerRecords, KuryrBalancerRecords } from './balancer-records.ts';
import type { Context } from './context.ts';
import { ListenerAccess } from './listener-access.ts';
import { Maintenance } from './maintenance.ts';
import type { ControllerFigures } from './metrics.ts';
import { Namespaces } from './namespaces.ts';
import { Octavia } from './octavia.ts';
import { inventoryOf } from './policy-inventory.ts';
import { Policies, type PoliciesOptions } from './policies.ts';
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
  const hasAnnotations = release.balancerRecord === 'annotation';
  const records: BalancerRecords = hasAnnotations
    ? new AnnotatedBalancers(context)
    : new KuryrBalancerRecords(context);
  const octavia = new Octavia(context);
  const access = new ListenerAccess(context, octavia, records);
  const inventory = inventoryOf(context, podRecords, namespaces);
  const policiesOptions: PoliciesOptions = {
    context,
    inventory,
    pods,
    pool,
    balancersFollow: (namespace, concerned) => access.followPods(namespace, concerned),
  };
  return {
    pods,
    namespaces:
      release.networkRecord === 'KuryrNet'
        ? new NetNamespaces(context, namespaces, pool)
        : namespaces,
    services: new Services(context, records),
    balancers: new Balancers({ context, records, octavia, access }),
    policies:
      release.policyRecord === 'KuryrNetPolicy'
        ? new NetPolicies(policiesOptions)
        : new Policies(policiesOptions),
    maintenance: new Maintenance({ context, records, namespaces, pool }),
    pool,
    onBalancerChange: (listener) => {
      const copy: Informer<never> = hasAnnotations
        ? (caches.endpoints as unknown as Informer<never>)
        : (caches.kuryrBalancers as unknown as Informer<never>);
      copy.onChange((now?: Resource, before?: Resource) => {
        const changed = now ?? before;
        if (changed !== undefined) listener(keyOf(changed));
      });
    },
  };
}
