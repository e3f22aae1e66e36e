/**
 * The forms of Octavia's objects as far as this project reads them. Unknown keys pass, statuses are
 * plain texts, and what old releases do not send is optional.
 */
import { z } from 'zod';

const textOrNone = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const ref = z.looseObject({ id: z.string() });
const refs = z.array(ref).default([]);
const base = z.looseObject({
  id: z.string(),
  name: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  project_id: textOrNone,
  description: textOrNone,
  provisioning_status: z.string(),
  operating_status: z.string(),
  admin_state_up: z.boolean().default(true),
  tags: z.array(z.string()).default([]),
});

/** A load balancer as Octavia gives it. */
export const loadBalancerForm = base.extend({
  provider: textOrNone,
  vip_address: z.string(),
  vip_port_id: textOrNone,
  vip_subnet_id: textOrNone,
  vip_network_id: textOrNone,
  availability_zone: textOrNone,
  listeners: refs,
  pools: refs,
});

/** A listener as Octavia gives it. */
export const listenerForm = base.extend({
  protocol: z.string(),
  protocol_port: z.number(),
  default_pool_id: textOrNone,
  loadbalancers: refs,
  allowed_cidrs: z.array(z.string()).nullish(),
  timeout_client_data: z.number().nullish(),
  timeout_member_data: z.number().nullish(),
});

/** A pool as Octavia gives it. */
export const poolForm = base.extend({
  protocol: z.string(),
  lb_algorithm: z.string(),
  session_persistence: z.looseObject({ type: z.string() }).nullish(),
  listeners: refs,
  loadbalancers: refs,
  members: refs,
});

/** A member as Octavia gives it. */
export const memberForm = base.extend({
  address: z.string(),
  protocol_port: z.number(),
  subnet_id: textOrNone,
  weight: z.number().default(1),
});

/** An amphora as Octavia gives it to an administrator. */
export const amphoraForm = z.looseObject({
  id: z.string(),
  loadbalancer_id: textOrNone,
  compute_id: textOrNone,
  status: z.string(),
  role: textOrNone,
});

/** A provider as Octavia lists it. */
export const providerForm = z.looseObject({ name: z.string(), description: textOrNone });

/** The collections of Octavia that can be listed and read here. */
export const octaviaForms = {
  loadbalancers: { key: 'loadbalancers', one: 'loadbalancer', form: loadBalancerForm },
  listeners: { key: 'listeners', one: 'listener', form: listenerForm },
  pools: { key: 'pools', one: 'pool', form: poolForm },
} as const;

/** The name of a collection. */
export type OctaviaCollection = keyof typeof octaviaForms;
/** One object of a collection. */
export type OctaviaItem<C extends OctaviaCollection> = z.output<(typeof octaviaForms)[C]['form']>;
/** A load balancer as Octavia gives it. */
export type OctaviaLoadBalancer = OctaviaItem<'loadbalancers'>;
/** A listener as Octavia gives it. */
export type OctaviaListener = OctaviaItem<'listeners'>;
/** A pool as Octavia gives it. */
export type OctaviaPool = OctaviaItem<'pools'>;
/** A member as Octavia gives it. */
export type OctaviaMember = z.output<typeof memberForm>;
/** An amphora as Octavia gives it to an administrator. */
export type OctaviaAmphora = z.output<typeof amphoraForm>;
