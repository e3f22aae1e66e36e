/**
 * Whether the controller is ready: both APIs answer, the records' kinds are there, and the quotas leave
 * room for what its handlers make.
 */
import { kinds } from '../api/kinds.ts';
import { pathOf, type Resource, type ResourceKind } from '../api/resources.ts';
import { type Context, hasPolicies } from './context.ts';
import type { HealthAnswer } from './health.ts';

/** Limits and use by resource; a limit below zero means none. */
export type Quotas = Readonly<Record<string, { readonly limit: number; readonly used: number }>>;

const counted: Readonly<Record<string, string>> = {
  port: 'ports',
  network: 'networks',
  subnet: 'subnets',
  security_group: 'security_groups',
  security_group_rule: 'security_group_rules',
};

/** Reads the quotas of Kuryr's project. */
export async function quotasOf({ cloud, settings }: Context): Promise<Quotas> {
  const path = `/quotas/${settings.project}/details.json`;
  const body = (await cloud.neutron('GET', path)) as {
    quota: Record<string, { limit: number; used: number }>;
  };
  return Object.fromEntries(
    Object.entries(counted).flatMap(([key, name]) => {
      const found = body.quota[key];
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

/** Which resources the enabled handlers need room for. */
function needed(context: Context): string[] {
  const { settings } = context;
  return [
    'ports',
    ...(settings.pod_subnets_driver === 'namespace'
      ? ['subnets', 'networks', 'security_groups']
      : []),
    ...(hasPolicies(context) ? ['security_groups', 'security_group_rules'] : []),
  ];
}

function recordKinds(context: Context): readonly ResourceKind<Resource>[] {
  const { release, settings } = context;
  return [
    ...(release.podRecord === 'KuryrPort' ? [kinds.kuryrPorts, kinds.kuryrBalancers] : []),
    ...(release.networkRecord === 'KuryrNetwork' && settings.pod_subnets_driver === 'namespace'
      ? [kinds.kuryrNetworks]
      : []),
    ...(release.policyRecord === 'KuryrNetworkPolicy' && hasPolicies(context)
      ? [kinds.kuryrPolicies]
      : []),
  ];
}

/** Answers the readiness probe. */
export async function readinessOf(context: Context): Promise<HealthAnswer> {
  const { kube } = context;
  const failed = (text: string): HealthAnswer => ({ status: 500, text });
  try {
    await kube.send({ method: 'GET', path: '/version' });
  } catch {
    return failed('Error when processing k8s healthz request.');
  }
  try {
    const found = await Promise.all(
      recordKinds(context).map((kind) => kube.get(`${pathOf(kind)}?limit=1`)),
    );
    if (found.includes(undefined)) return failed('');
    const quotas = await quotasOf(context);
    const full = needed(context).find((name) => {
      const quota = quotas[name];
      return quota !== undefined && quota.limit >= 0 && quota.used >= quota.limit;
    });
    return full === undefined ? { status: 200, text: 'ok' } : failed('');
  } catch (error) {
    return failed(`Error when processing neutron request ${(error as Error).message}`);
  }
}
