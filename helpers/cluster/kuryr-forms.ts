/**
 * The forms of Kuryr's custom resources (openstack.org/v1), read from kubernetes_crds of
 * kuryr-kubernetes 10.0.0. A VIF is an oslo versioned object inside KuryrPort; only what a scenario can
 * use is taken out of it.
 */
import { z } from 'zod';

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  labels: z.record(z.string(), z.string()).default({}),
  finalizers: z.array(z.string()).default([]),
  deletionTimestamp: z.string().optional(),
});

function versioned<T extends z.ZodType>(
  form: T,
): z.ZodObject<
  { 'versioned_object.name': z.ZodDefault<z.ZodString>; 'versioned_object.data': T },
  z.core.$loose
> {
  return z.looseObject({
    'versioned_object.name': z.string().default(''),
    'versioned_object.data': form,
  });
}

function listOf<T extends z.ZodType>(
  form: T,
): ReturnType<
  typeof versioned<z.ZodObject<{ objects: z.ZodDefault<z.ZodArray<T>> }, z.core.$loose>>
> {
  return versioned(z.looseObject({ objects: z.array(form).default([]) }));
}

const address = versioned(z.looseObject({ address: z.string() }));
const subnet = versioned(
  z.looseObject({
    cidr: z.string().optional(),
    gateway: z.string().optional(),
    ips: listOf(address).optional(),
  }),
);
const network = versioned(
  z.looseObject({ id: z.string(), mtu: z.number().nullish(), subnets: listOf(subnet).optional() }),
);
const vif = versioned(
  z.looseObject({
    id: z.string(),
    address: z.string().optional(),
    active: z.boolean().default(false),
    vlan_id: z.number().optional(),
    vif_name: z.string().optional(),
    network: network.optional(),
  }),
);

/** KuryrPort, the link between a pod and its Neutron ports. */
const kuryrPortForm = z.looseObject({
  metadata,
  spec: z.looseObject({
    podUid: z.string(),
    podNodeName: z.string().default(''),
    podStatic: z.boolean().optional(),
  }),
  status: z
    .looseObject({
      vifs: z
        .record(z.string(), z.looseObject({ default: z.boolean().optional(), vif }))
        .default({}),
    })
    .optional(),
});

/** KuryrNetwork, the link between a namespace and its Neutron network. */
const kuryrNetworkForm = z.looseObject({
  metadata,
  spec: z.looseObject({
    nsName: z.string(),
    projectId: z.string(),
    nsLabels: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .looseObject({
      netId: z.string().optional(),
      subnetId: z.string().optional(),
      subnetCIDR: z.string().optional(),
      routerId: z.string().optional(),
      populated: z.boolean().optional(),
      nsLabels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

const listener = z.looseObject({
  id: z.string(),
  name: z.string(),
  port: z.number(),
  protocol: z.string(),
});
const pool = z.looseObject({
  id: z.string(),
  name: z.string(),
  listener_id: z.string(),
  protocol: z.string(),
});
const member = z.looseObject({
  id: z.string(),
  name: z.string(),
  ip: z.string(),
  port: z.number(),
  pool_id: z.string(),
});

/** KuryrLoadBalancer, the link between a service and its Octavia load balancer. */
const kuryrLoadBalancerForm = z.looseObject({
  metadata,
  spec: z.looseObject({
    ip: z.string().optional(),
    type: z.string().optional(),
    provider: z.string().optional(),
    project_id: z.string().optional(),
    subnet_id: z.string().optional(),
    endpointSlices: z
      .array(
        z.looseObject({
          endpoints: z
            .array(z.looseObject({ addresses: z.array(z.string()).default([]) }))
            .default([]),
        }),
      )
      .default([]),
  }),
  status: z
    .looseObject({
      loadbalancer: z
        .looseObject({
          id: z.string(),
          ip: z.string(),
          name: z.string(),
          port_id: z.string(),
          provider: z.string(),
          security_groups: z.array(z.string()).default([]),
        })
        .optional(),
      listeners: z.array(listener).default([]),
      pools: z.array(pool).default([]),
      members: z.array(member).default([]),
      service_pub_ip_info: z
        .looseObject({ ip_id: z.string(), ip_addr: z.string(), alloc_method: z.string() })
        .optional(),
    })
    .optional(),
});

const sgRule = z.looseObject({
  direction: z.string().optional(),
  ethertype: z.string().optional(),
  protocol: z.string().optional(),
  port_range_min: z.number().optional(),
  port_range_max: z.number().optional(),
  remote_ip_prefix: z.string().optional(),
});

const plannedRules = z
  .array(z.looseObject({ sgRule, namespace: z.string().optional() }))
  .default([]);

/** KuryrNetworkPolicy, the link between a network policy and its security group. */
const kuryrNetworkPolicyForm = z.looseObject({
  metadata,
  spec: z.looseObject({
    ingressSgRules: plannedRules,
    egressSgRules: plannedRules,
    podSelector: z.record(z.string(), z.unknown()).default({}),
    policyTypes: z.array(z.string()).default([]),
  }),
  status: z
    .looseObject({
      securityGroupId: z.string().optional(),
      securityGroupRules: z.array(sgRule.extend({ id: z.string() })).default([]),
      podSelector: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

/** Kuryr's kinds with their plural, as they appear in the API's paths. */
export const kuryrResources = {
  KuryrPort: { plural: 'kuryrports', form: kuryrPortForm },
  KuryrNetwork: { plural: 'kuryrnetworks', form: kuryrNetworkForm },
  KuryrLoadBalancer: { plural: 'kuryrloadbalancers', form: kuryrLoadBalancerForm },
  KuryrNetworkPolicy: { plural: 'kuryrnetworkpolicies', form: kuryrNetworkPolicyForm },
} as const;

/** A kind of Kuryr's. */
export type KuryrKind = keyof typeof kuryrResources;
/** One resource of a kind. */
export type KuryrResource<K extends KuryrKind> = z.output<(typeof kuryrResources)[K]['form']>;
