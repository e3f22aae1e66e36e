/**
 * The quotas that the installer's page asks for, each with the option that raises it. The figures are
 * those of the profile.
 */
import type { QuotaFigureName } from '#env';
import type { PlatformFacts, Question, Setting } from './facts.ts';
import { type Judgement, prerequisite } from './prerequisite.ts';

const quotaSet = 'openstack quota set';
const balancerQuotaSet = 'openstack loadbalancer quota set';
const megabytes = 1_024;

interface Limit {
  readonly limit: number;
  /** Undefined where the service does not count. */
  readonly used?: number;
}

interface Asked {
  readonly needed: number;
  readonly unit?: string;
  readonly limit: Limit | undefined;
  readonly command: string;
  readonly option: string;
  readonly project: string;
}

function judged(asked: Asked): Judgement {
  const { needed, limit, command, option, project } = asked;
  const unit = asked.unit === undefined ? '' : ` ${asked.unit}`;
  return {
    required: `at least ${needed}${unit}`,
    found: found(limit, unit),
    isMet: limit !== undefined && (limit.limit < 0 || limit.limit >= needed),
    mend: { command, option: `${option} ${needed}`, target: project },
  };
}

function found(limit: Limit | undefined, unit: string): string {
  if (limit === undefined) return 'no such quota';
  const used = limit.used === undefined ? '' : `, ${limit.used} used`;
  return `${limit.limit < 0 ? 'unlimited' : `${limit.limit}${unit}`}${used}`;
}

interface Plan<Id extends string> {
  readonly id: Id;
  readonly name: string;
  readonly figure: QuotaFigureName;
  /** The service's own word. */
  readonly resource: string;
  readonly option: string;
}

function neutronQuota<const Id extends string>({ id, name, figure, resource, option }: Plan<Id>) {
  return prerequisite({
    id,
    name: `quota: ${name}`,
    asks: ['project', 'neutronQuotas'],
    judge: ({ project, neutronQuotas }, { quotas }) =>
      judged({
        needed: quotas[figure],
        limit: neutronQuotas[resource],
        command: quotaSet,
        ...{ option, project },
      }),
  });
}

function balancerQuota<const Id extends string>({ id, name, figure, resource, option }: Plan<Id>) {
  return prerequisite({
    id,
    name: `quota: ${name}`,
    asks: ['project', 'octaviaQuotas'],
    judge: ({ project, octaviaQuotas }, { quotas }) => {
      const limit = octaviaQuotas[resource] ?? octaviaQuotas[resource.replaceAll('_', '')];
      return judged({
        needed: quotas[figure],
        limit: limit === undefined ? undefined : { limit },
        command: balancerQuotaSet,
        ...{ option, project },
      });
    },
  });
}

interface MachinePlan<Id extends string> extends Plan<Id> {
  readonly service: 'novaQuotas' | 'cinderQuotas';
  readonly unit?: string;
  /** How many of the service's units make one of the figure's. */
  readonly factor?: number;
}

function machineQuota<const Id extends string>(plan: MachinePlan<Id>) {
  const { id, name, figure, resource, option, service, unit, factor = 1 } = plan;
  const asks: readonly Question[] = ['project', service];
  return {
    id,
    name: `quota: ${name}`,
    asks,
    judge: ({ project, ...facts }: PlatformFacts, { quotas }: Setting): Judgement =>
      judged({
        needed: quotas[figure] * factor,
        limit: facts[service][resource],
        command: quotaSet,
        ...{ option, project },
        ...(unit === undefined ? {} : { unit }),
      }),
  };
}

const floatingIps = prerequisite({
  id: 'quota-floating-ips',
  name: 'quota: floating IPs',
  asks: ['project', 'neutronQuotas', 'services'],
  judge: ({ project, neutronQuotas, services }, { quotas }) => {
    const external = Math.max(quotas.loadBalancerServices, services?.external ?? 0);
    const needed = quotas.floatingIps + external;
    const judgement = judged({
      needed,
      limit: neutronQuotas['floatingip'],
      command: quotaSet,
      ...{ option: '--floating-ips', project },
    });
    const sum = `${quotas.floatingIps} and ${external} for Services of type LoadBalancer`;
    return { ...judgement, required: `at least ${needed} (${sum})` };
  },
});

/** The quotas, in the order of the installer's page. */
export const quotaPrerequisites = [
  floatingIps,
  neutronQuota({
    id: 'quota-security-groups',
    name: 'security groups',
    figure: 'securityGroups',
    resource: 'security_group',
    option: '--secgroups',
  }),
  neutronQuota({
    id: 'quota-security-group-rules',
    name: 'security group rules',
    figure: 'securityGroupRules',
    resource: 'security_group_rule',
    option: '--secgroup-rules',
  }),
  neutronQuota({
    id: 'quota-routers',
    name: 'routers',
    figure: 'routers',
    resource: 'router',
    option: '--routers',
  }),
  neutronQuota({
    id: 'quota-subnets',
    name: 'subnets',
    figure: 'subnets',
    resource: 'subnet',
    option: '--subnets',
  }),
  neutronQuota({
    id: 'quota-networks',
    name: 'networks',
    figure: 'networks',
    resource: 'network',
    option: '--networks',
  }),
  neutronQuota({
    id: 'quota-ports',
    name: 'ports',
    figure: 'ports',
    resource: 'port',
    option: '--ports',
  }),
  machineQuota({
    id: 'quota-ram',
    name: 'RAM',
    figure: 'ramGb',
    resource: 'ram',
    option: '--ram',
    service: 'novaQuotas',
    unit: 'MB',
    factor: megabytes,
  }),
  machineQuota({
    id: 'quota-vcpus',
    name: 'vCPUs',
    figure: 'vcpus',
    resource: 'cores',
    option: '--cores',
    service: 'novaQuotas',
  }),
  machineQuota({
    id: 'quota-volumes',
    name: 'volume storage',
    figure: 'volumesGb',
    resource: 'gigabytes',
    option: '--gigabytes',
    service: 'cinderQuotas',
    unit: 'GB',
  }),
  machineQuota({
    id: 'quota-instances',
    name: 'instances',
    figure: 'instances',
    resource: 'instances',
    option: '--instances',
    service: 'novaQuotas',
  }),
  balancerQuota({
    id: 'quota-load-balancers',
    name: 'load balancers',
    figure: 'loadBalancers',
    resource: 'load_balancer',
    option: '--loadbalancer',
  }),
  balancerQuota({
    id: 'quota-listeners',
    name: 'listeners',
    figure: 'listeners',
    resource: 'listener',
    option: '--listener',
  }),
  balancerQuota({
    id: 'quota-pools',
    name: 'pools',
    figure: 'pools',
    resource: 'pool',
    option: '--pool',
  }),
] as const;
