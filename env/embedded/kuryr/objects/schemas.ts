/**
 * The schemas of Kuryr's custom resources, field by field as kubernetes_crds of its releases have them.
 */

/** A schema of OpenAPI v3. */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
}

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
/** An object of any form. */
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function record(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

/** An object whose fields are all of one type, all required unless named otherwise. */
function texts(names: readonly string[], others: Readonly<Record<string, Schema>> = {}): Schema {
  const properties = { ...Object.fromEntries(names.map((name) => [name, text])), ...others };
  return record(properties, Object.keys(properties));
}

/** What a rule may say, in the fields of Neutron. */
const ruleFields: Readonly<Record<string, Schema>> = {
  description: text,
  direction: text,
  ethertype: text,
  port_range_max: whole,
  port_range_min: whole,
  protocol: text,
  remote_ip_prefix: text,
};

const plannedRules = list(
  record(
    {
      affectedPods: list(texts(['podIP', 'podNamespace'])),
      namespace: text,
      sgRule: record(ruleFields),
    },
    ['sgRule'],
  ),
);

/** KuryrNetworkPolicy, from Victoria on. */
export const networkPolicySchema: Schema = record(
  {
    spec: record(
      {
        egressSgRules: plannedRules,
        ingressSgRules: plannedRules,
        podSelector: anything,
        policyTypes: list(text),
      },
      ['egressSgRules', 'ingressSgRules', 'podSelector', 'policyTypes'],
    ),
    status: record(
      {
        securityGroupId: text,
        securityGroupRules: list(
          record({ id: text, ...ruleFields, security_group_id: text }, ['id']),
        ),
        podSelector: anything,
      },
      ['securityGroupRules'],
    ),
  },
  ['status', 'spec'],
);

/** KuryrPort, from Victoria on. */
export function portSchema(marksStaticPods: boolean): Schema {
  return record({
    spec: record(
      { podUid: text, podNodeName: text, ...(marksStaticPods ? { podStatic: flag } : {}) },
      ['podUid', 'podNodeName'],
    ),
    status: record({ vifs: anything }, ['vifs']),
  });
}

/** KuryrNetwork, from Ussuri on. */
export const networkSchema: Schema = record({
  spec: record({ nsName: text, projectId: text, nsLabels: anything }, [
    'nsName',
    'projectId',
    'nsLabels',
  ]),
  status: record({
    netId: text,
    populated: flag,
    routerId: text,
    subnetCIDR: text,
    subnetId: text,
    nsLabels: anything,
  }),
});

const endpointSlices = list(
  record({
    endpoints: list(
      record({
        addresses: list(text),
        conditions: record({ ready: flag }),
        hostname: text,
        targetRef: record({
          kind: text,
          name: text,
          namespace: text,
          resourceVersion: text,
          uid: text,
        }),
        topology: { type: 'object' },
      }),
    ),
    ports: list(record({ name: text, port: whole, protocol: text })),
  }),
);

function timeouts(hasTimeouts: boolean): Readonly<Record<string, Schema>> {
  return hasTimeouts ? { timeout_client_data: whole, timeout_member_data: whole } : {};
}

function balancerSpec(hasTimeouts: boolean): Schema {
  return record({
    endpointSlices,
    ip: text,
    lb_ip: text,
    ports: list(
      record({ name: text, port: whole, protocol: text, targetPort: text }, [
        'port',
        'protocol',
        'targetPort',
      ]),
    ),
    project_id: text,
    security_groups_ids: list(text),
    subnet_id: text,
    type: text,
    provider: text,
    ...timeouts(hasTimeouts),
  });
}

function balancerStatus(hasTimeouts: boolean): Schema {
  const listener = texts(['id', 'loadbalancer_id', 'name', 'project_id', 'protocol'], {
    port: whole,
  });
  return record({
    listeners: list({
      ...listener,
      properties: { ...listener.properties, ...timeouts(hasTimeouts) },
    }),
    loadbalancer: texts(['id', 'ip', 'name', 'port_id', 'project_id', 'provider', 'subnet_id'], {
      security_groups: list(text),
    }),
    members: list(
      texts(['id', 'ip', 'name', 'pool_id', 'project_id', 'subnet_id'], { port: whole }),
    ),
    pools: list(texts(['id', 'listener_id', 'loadbalancer_id', 'name', 'project_id', 'protocol'])),
    service_pub_ip_info: texts(['ip_id', 'ip_addr', 'alloc_method']),
  });
}

/** KuryrLoadBalancer, used from Victoria on; timeouts came with Xena. */
export function balancerSchema(hasTimeouts: boolean): Schema {
  return record({ spec: balancerSpec(hasTimeouts), status: balancerStatus(hasTimeouts) });
}

/** KuryrNet, Rocky to Yoga. */
export const netSchema: Schema = record({
  spec: record(
    { netId: text, populated: flag, routerId: text, sgId: text, subnetCIDR: text, subnetId: text },
    ['netId', 'routerId', 'subnetCIDR', 'subnetId'],
  ),
});

const oldRules = list(
  record(
    {
      remote_ip_prefixes: anything,
      namespace: text,
      security_group_rule: record({ ...ruleFields, id: text, security_group_id: text }, ['id']),
    },
    ['security_group_rule'],
  ),
);

/** KuryrNetPolicy, Stein to Yoga. */
export const netPolicySchema: Schema = record({
  spec: record(
    {
      egressSgRules: oldRules,
      ingressSgRules: oldRules,
      networkpolicy_spec: record({
        podSelector: anything,
        policyTypes: list(text),
        ingress: list(anything),
        egress: list(anything),
      }),
      podSelector: anything,
      securityGroupId: text,
      securityGroupName: text,
    },
    ['egressSgRules', 'ingressSgRules', 'networkpolicy_spec', 'podSelector', 'securityGroupId'],
  ),
});
