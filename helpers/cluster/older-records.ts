/**
 * Kuryr up to Ussuri keeps its records elsewhere: interfaces and load balancers in annotations, networks
 * and policies in kinds of other names. They are read from there and given in the form of the later kinds.
 */
import type { KubernetesAccess, KubernetesClients } from '#env';
import type { KuryrKind } from './kuryr-forms.ts';

/** Whose record it is. */
interface Place {
  readonly namespace: string;
  readonly name: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Finds one object of the cluster; undefined when there is none. */
type Find = (
  what: string,
  ask: (clients: KubernetesClients) => Promise<unknown>,
) => Promise<Fields | undefined>;

type Reader = (find: Find, place: Place) => Promise<Fields | undefined>;

const group = { group: 'openstack.org', version: 'v1' } as const;
const annotation = {
  vif: 'openstack.org/kuryr-vif',
  balancerSpec: 'openstack.org/kuryr-lbaas-spec',
  balancerState: 'openstack.org/kuryr-lbaas-state',
} as const;

/** The record that a release up to Ussuri has in place of a resource; undefined when it has none. */
export async function olderRecord(
  access: KubernetesAccess,
  kind: KuryrKind,
  { signal, ...place }: Place & { readonly signal: AbortSignal },
): Promise<unknown> {
  const find: Find = async (what, ask) =>
    (await access.find(`Reading ${what}`, ask, signal)) as Fields | undefined;
  return readers[kind](find, place);
}

const readers: Readonly<Record<KuryrKind, Reader>> = {
  KuryrPort: async (find, { namespace, name }) => {
    const pod = await find(`pod "${namespace}/${name}"`, ({ core }) =>
      core.readNamespacedPod({ namespace, name }),
    );
    const state = annotated(pod, annotation.vif);
    if (pod === undefined || state === undefined) return undefined;
    const { uid } = fieldsOf(pod['metadata']);
    const podNodeName = fieldsOf(pod['spec'])['nodeName'];
    return {
      metadata: { name, namespace },
      spec: { podUid: uid, podNodeName },
      status: { vifs: { eth0: { default: true, vif: defaultVif(state) } } },
    };
  },
  KuryrNetwork: async (find, { namespace }) => {
    const name = `ns-${namespace}`;
    const net = await find(`KuryrNet "${name}"`, ({ custom }): Promise<unknown> =>
      custom.getClusterCustomObject({ ...group, plural: 'kuryrnets', name }),
    );
    if (net === undefined) return undefined;
    const metadata = { ...fieldsOf(net['metadata']), name: namespace };
    return { metadata, spec: { nsName: namespace, projectId: '' }, status: net['spec'] };
  },
  KuryrLoadBalancer: async (find, { namespace, name }) => {
    const [service, endpoints] = await Promise.all([
      find(`service "${namespace}/${name}"`, ({ core }) =>
        core.readNamespacedService({ namespace, name }),
      ),
      find(`endpoints "${namespace}/${name}"`, ({ core }) =>
        core.readNamespacedEndpoints({ namespace, name }),
      ),
    ]);
    const wanted = annotated(service, annotation.balancerSpec);
    const made = annotated(endpoints, annotation.balancerState);
    if (wanted === undefined && made === undefined) return undefined;
    return {
      metadata: { name, namespace },
      spec: fieldsOf(unwrapped(wanted)),
      ...(made === undefined ? {} : { status: unwrapped(made) }),
    };
  },
  KuryrNetworkPolicy: async (find, { namespace, name }) => {
    const policy = await find(
      `KuryrNetPolicy "${namespace}/np-${name}"`,
      ({ custom }): Promise<unknown> =>
        custom.getNamespacedCustomObject({
          ...group,
          namespace,
          plural: 'kuryrnetpolicies',
          name: `np-${name}`,
        }),
    );
    if (policy === undefined) return undefined;
    const spec = fieldsOf(policy['spec']);
    const { podSelector, securityGroupId } = spec;
    const [ingress, egress] = [rulesIn(spec['ingressSgRules']), rulesIn(spec['egressSgRules'])];
    const planned = (rules: readonly unknown[]): unknown[] => rules.map((sgRule) => ({ sgRule }));
    return {
      metadata: { ...fieldsOf(policy['metadata']), name },
      spec: {
        ingressSgRules: planned(ingress),
        egressSgRules: planned(egress),
        policyTypes: fieldsOf(spec['networkpolicy_spec'])['policyTypes'],
        podSelector,
      },
      status: { securityGroupId, securityGroupRules: [...ingress, ...egress], podSelector },
    };
  },
};

/** The rules of a KuryrNetPolicy, which holds them as Neutron has answered. */
function rulesIn(rules: unknown): unknown[] {
  return (Array.isArray(rules) ? rules : []).map((rule) =>
    withoutNulls(fieldsOf(fieldsOf(rule)['security_group_rule'])),
  );
}

function annotated(object: Fields | undefined, name: string): unknown {
  const annotations = fieldsOf(fieldsOf(object?.['metadata'])['annotations']);
  const text = annotations[name];
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

/** A pod's state has its interface in a field, from Stein on; before, it is the interface itself. */
function defaultVif(state: unknown): unknown {
  const inner = fieldsOf(fieldsOf(state)['versioned_object.data'])['default_vif'];
  return inner ?? fieldsOf(state)['eth0'] ?? state;
}

/** Takes the wrappers of versioned objects off a value. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const inner = fieldsOf(fieldsOf(value)['versioned_object.data'] ?? value);
  return Object.fromEntries(
    Object.entries(withoutNulls(inner)).map(([key, field]) => [key, unwrapped(field)]),
  );
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== null));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
