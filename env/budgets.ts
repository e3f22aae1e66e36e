/**
 * Named allowances: how long a change may take, how often one looks, how many good looks in a row
 * count. A profile may override them; the defaults suit a real cloud, where an amphora takes minutes.
 */

/** Every budget's name. */
export const budgetNames = [
  'podReady',
  'podDeleted',
  'serviceActive',
  'loadBalancerActive',
  'loadBalancerDeleted',
  'loadBalancerRepaired',
  'floatingIp',
  'policyEffective',
  'policyInForce',
  'answer',
  'dataplane',
  'quiet',
  'namespaceDeleted',
  'census',
  'dns',
  'standing',
] as const;

/** The name of a budget. */
export type BudgetName = (typeof budgetNames)[number];

/** A named allowance. */
export interface BudgetSpec {
  readonly name: BudgetName;
  readonly withinMs: number;
  readonly everyMs: number;
  /** How many good reads in a row count as settled. */
  readonly consecutive: number;
}

/** One allowance for each name. */
export type Budgets = Readonly<Record<BudgetName, BudgetSpec>>;

const second = 1_000;

const figures: Record<
  BudgetName,
  readonly [withinMs: number, everyMs: number, consecutive: number]
> = {
  // Kuryr waits up to 500 s before it gives a port up; a pod that needs that long is not usable.
  podReady: [300 * second, second, 1],
  podDeleted: [180 * second, second, 1],
  serviceActive: [600 * second, 2 * second, 2],
  loadBalancerActive: [600 * second, 2 * second, 2],
  loadBalancerDeleted: [300 * second, 2 * second, 1],
  // Kuryr looks every 600 s for what is lost, and then makes the load balancer anew.
  loadBalancerRepaired: [1_200 * second, 5 * second, 2],
  floatingIp: [120 * second, 2 * second, 2],
  policyEffective: [180 * second, second, 3],
  // From Kuryr's own word that a policy is applied until packets follow it.
  policyInForce: [60 * second, 500, 3],
  // How long a probe of a table waits before its silence counts: many of them are blocked.
  answer: [second, second, 1],
  dataplane: [60 * second, 500, 3],
  quiet: [5 * second, second, 3],
  namespaceDeleted: [300 * second, 2 * second, 1],
  census: [120 * second, 2 * second, 2],
  dns: [60 * second, second, 2],
  // What the installation has settled long ago does not converge; the time is for slow answers.
  standing: [30 * second, 5 * second, 1],
};

/** The allowances of a profile that overrides none. */
export const defaultBudgets: Budgets = Object.fromEntries(
  budgetNames.map((name) => {
    const [withinMs, everyMs, consecutive] = figures[name];
    return [name, { name, withinMs, everyMs, consecutive }];
  }),
) as Record<BudgetName, BudgetSpec>;
