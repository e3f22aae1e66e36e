/**
 * A policy that lets nobody in, then one pod, then goes.
 */
import { type Json, listIn, objectIn, textIn } from '../recorder.ts';
import type { Cluster, Track } from './cluster.ts';
import { finalizers, type Pods } from './kuryr-pods.ts';

const name = 'deny';
const path = 'kuryrnetworkpolicies';

/** Records the life of a policy. */
export async function policies(
  cluster: Cluster,
  { pods, address }: { readonly pods: Pods; readonly address: string },
): Promise<void> {
  const since = await cluster.make('a policy that lets nobody in', 'networkpolicies', {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name } },
    spec: { podSelector: { matchLabels: { name: 'far' } }, policyTypes: ['Ingress'] },
  });
  await cluster.until('the policy has its group', [path, name], isApplied);
  await denied(cluster, { pods, address });
  await cluster.history(['networkpolicies', name], since, { finalizers });
  await cluster.history([path, name], since, { group, finalizers });
  await cluster.show('KuryrNetworkPolicy deny', [path, name]);
  await cluster.events('events of the policy', name);
  await groupOf(cluster, pods.far);
  await cluster.remove('the policy goes', ['networkpolicies', name]);
  await cluster.history(['networkpolicies', name], since, {
    'finalizers until its end': finalizers,
  });
  await cluster.packets('tcp to a pod without its policy', 'client', {
    ...{ protocol: 'tcp', address: pods.far, expected: 'far' },
  });
}

async function denied(
  cluster: Cluster,
  { pods, address }: { readonly pods: Pods; readonly address: string },
): Promise<void> {
  const expected = 'dropped';
  for (const protocol of ['tcp', 'udp'] as const) {
    await cluster.packets(`${protocol} to a pod whose policy lets nobody in`, 'client', {
      ...{ protocol, address: pods.far, expected },
    });
    await cluster.packets(
      `${protocol} to a Service of a pod whose policy lets nobody in`,
      'client',
      {
        ...{ protocol, address, port: 80, expected },
      },
    );
    await cluster.packets(`${protocol} to a pod without a policy meanwhile`, 'client', {
      ...{ protocol, address: pods.near, expected: 'near' },
    });
  }
  await cluster.packets('tcp from a pod whose policy lets nobody in', 'far', {
    ...{ protocol: 'tcp', address: pods.near, expected: 'near' },
  });
}

function isApplied(policy: Json): boolean {
  const { spec, status } = { spec: objectIn(policy, 'spec'), status: objectIn(policy, 'status') };
  const wanted = listIn(spec, 'ingressSgRules').length + listIn(spec, 'egressSgRules').length;
  return (
    textIn(status, 'securityGroupId') !== '' &&
    listIn(status, 'securityGroupRules').length === wanted
  );
}

const group: Track = (policy) =>
  textIn(objectIn(policy, 'status'), 'securityGroupId') === '' ? 'none' : 'one';

async function groupOf(cluster: Cluster, address: string): Promise<void> {
  const { recorder } = cluster;
  const policy = await cluster.find([path, name]);
  const id = textIn(objectIn(policy ?? {}, 'status'), 'securityGroupId');
  recorder.sanitiser.name(id, 'group of the policy');
  await recorder.ask(
    'the group of the policy',
    ['neutron', { path: `/v2.0/security-groups/${id}` }],
    (body) => {
      const found = objectIn(body, 'security_group');
      return { security_group: { ...found, security_group_rules: rulesIn(found) } };
    },
  );
  await recorder.ask('the port under the policy', [
    'neutron',
    {
      path: '/v2.0/ports',
      query: { fixed_ips: `ip_address=${address}`, fields: 'security_groups' },
    },
  ]);
}

/** The rules in an order that does not depend on their ids. */
function rulesIn(found: Json): Json[] {
  const key = ({ direction, protocol, remote_ip_prefix, ethertype }: Json): string =>
    JSON.stringify([direction, ethertype, protocol, remote_ip_prefix]);
  return [...listIn(found, 'security_group_rules')].sort((a, b) => key(a).localeCompare(key(b)));
}
