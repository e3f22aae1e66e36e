/**
 * What a project must be granted for a default cluster with Kuryr. The defaults are the figures of the
 * installer's page; its earlier edition had others, so a profile may override each of them.
 */

/** The figures of the installer's page. */
export const defaultQuotaFigures = {
  /** Comes on top of one for each Service of type LoadBalancer. */
  floatingIps: 3,
  /** How many Services of type LoadBalancer are expected; those that are found count when they are more. */
  loadBalancerServices: 0,
  securityGroups: 250,
  securityGroupRules: 1_000,
  routers: 1,
  subnets: 250,
  networks: 250,
  ports: 1_500,
  ramGb: 112,
  vcpus: 28,
  volumesGb: 175,
  instances: 7,
  loadBalancers: 100,
  listeners: 500,
  pools: 500,
} as const;

/** The name of a figure. */
export type QuotaFigureName = keyof typeof defaultQuotaFigures;

/** Every figure's name. */
export const quotaFigureNames = Object.keys(defaultQuotaFigures) as [
  QuotaFigureName,
  ...QuotaFigureName[],
];

/** One number for each name. */
export type QuotaFigures = Readonly<Record<QuotaFigureName, number>>;
