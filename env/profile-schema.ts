/**
 * The form of a profile file and of its list of known failures. Unknown keys are refused, because a
 * misspelt claim or budget would otherwise be believed to be in force.
 */
import { z } from 'zod';
import {
  type BudgetName,
  type Budgets,
  type BudgetSpec,
  budgetNames,
  defaultBudgets,
} from './budgets.ts';
import { capabilities } from './capabilities.ts';
import { completed, type Refusal, refusalsOf } from './profile-embedded.ts';
import { defaultQuotaFigures, quotaFigureNames, type QuotaFigures } from './quota-figures.ts';
import { kuryrReleases, openStackSeries } from './series.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 };

const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|min)$/, 'write a number and a unit: 500ms, 90s or 5min')
  .transform((text) => {
    const [, figure = '0', , unit = 'ms'] = /^(\d+(\.\d+)?)([a-z]+)$/.exec(text) ?? [];
    return Math.round(Number(figure) * (unitMs[unit] ?? 1));
  });

// YAML reads a bare figure as a number; the remedy is the same as for a text without a unit.
const durationMs = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  duration,
);

const budget = z
  .strictObject({
    within: durationMs.optional(),
    every: durationMs.optional(),
    consecutive: z.int().min(1).max(100).optional(),
  })
  .describe('within, every, consecutive');

type BudgetOverrides = Partial<Record<BudgetName, z.output<typeof budget>>>;

function budgetsFrom(overrides: BudgetOverrides): Budgets {
  const entries = budgetNames.map((name): [BudgetName, BudgetSpec] => {
    const fallback = defaultBudgets[name];
    const own = overrides[name] ?? {};
    return [
      name,
      {
        name,
        withinMs: own.within ?? fallback.withinMs,
        everyMs: own.every ?? fallback.everyMs,
        consecutive: own.consecutive ?? fallback.consecutive,
      },
    ];
  });
  return Object.fromEntries(entries) as Record<BudgetName, BudgetSpec>;
}

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, dots and dashes');

const connection = z.strictObject({
  kubeconfig: z.string().min(1),
  cloudsYaml: z.string().min(1),
  cloud: z.string().min(1),
});

const layout = z.strictObject({
  /** The tag of [neutron_defaults]resource_tags, by which Kuryr's own objects are found. */
  resourceTag: z.string().min(1),
  externalNetwork: z.string().min(1),
  nodesNetwork: z.string().min(1).optional(),
  controllerHealthUrl: z.url().optional(),
});

const quotas = z
  .partialRecord(z.enum(quotaFigureNames), z.int().min(0))
  .default({})
  .transform((own): QuotaFigures => ({ ...defaultQuotaFigures, ...own }));

/** The figures of [vif_pool] in kuryr.conf, where Kuryr makes ports in advance. */
const portPool = z.strictObject({ min: z.int().min(1), batch: z.int().min(1) });

const images = z.strictObject({
  prober: z.string().min(1),
  resolverMusl: z.string().min(1),
  resolverGo: z.string().min(1),
  pullPolicy: z.enum(['Never', 'IfNotPresent']),
});

const limits = z.strictObject({
  loadBalancers: z.int().min(1),
  floatingIps: z.int().min(0),
  workers: z.int().min(1).max(64),
});

const search = z.strictObject({
  /** How many values a scenario tries that searches at random. */
  tries: z.int().min(1).max(10_000),
  /** How many smaller values it tries once one has failed. */
  smaller: z.int().min(0).max(1_000).default(30),
  /** Repeats a search; without one each run searches elsewhere. */
  seed: z.int().optional(),
});

/** What only a simulated stack can be asked to be. */
const simulated = z.strictObject({
  ml2: z
    .strictObject({
      backend: z.enum(['ovn', 'ovs']),
      firewall: z.enum(['ovn', 'openvswitch', 'iptables_hybrid']),
    })
    .optional(),
  /** Whether Neutron's trunk extension is loaded. */
  trunk: z.boolean().optional(),
  /** A release of OpenShift, such as "4.14". */
  openshift: z
    .string()
    .regex(/^\d+\.\d+$/, 'write a release such as "4.14", in quotes')
    .optional(),
  /** How many nodes take pods. */
  nodes: z.int().min(1).max(20).optional(),
  /** Decides ids, delays and choices of the stack. */
  seed: z.string().min(1).optional(),
});

const fullSchema = z
  .strictObject({
    name,
    title: z.string().min(1),
    stack: z.enum(['embedded', 'lab', 'adopt']),
    series: z.enum(openStackSeries),
    kuryr: z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/, 'write a Kuryr release such as "10.0.0", in quotes'),
    podMode: z.enum(['nested-vlan', 'neutron-vif']),
    portPool: portPool.optional(),
    octavia: z.strictObject({ provider: z.enum(['ovn', 'amphora']) }),
    cluster: z.enum(['lab', 'kind', 'openshift']),
    claims: z.array(z.enum(capabilities)),
    budgets: z.partialRecord(z.enum(budgetNames), budget).default({}).transform(budgetsFrom),
    images,
    limits,
    layout,
    /** What the project of Kuryr must be granted, where it is not what the installer's page says. */
    quotas,
    search: search.optional(),
    connection: connection.optional(),
    ...simulated.shape,
  })
  .superRefine((profile, context) => {
    if (profile.stack === 'adopt' && profile.connection === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['connection'],
        message: 'an adopted stack needs kubeconfig, cloudsYaml and cloud',
      });
    }
    for (const { path, message } of profile.stack === 'embedded'
      ? refusalsOf(profile)
      : simulatedKeysIn(profile)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    for (const claim of contradictedClaims(profile)) {
      context.addIssue({ code: 'custom', path: ['claims'], message: claim });
    }
    profile.claims.forEach((claim, index) => {
      if (profile.claims.indexOf(claim) !== index) {
        context.addIssue({
          code: 'custom',
          path: ['claims', index],
          message: `"${claim}" is claimed twice`,
        });
      }
    });
  });

/** The form of a profile file. One of an embedded stack may leave out whatever follows from its axes. */
export const profileSchema = z.preprocess(completed, fullSchema);

function simulatedKeysIn(profile: Readonly<Record<string, unknown>>): Refusal[] {
  return Object.keys(simulated.shape)
    .filter((key) => profile[key] !== undefined)
    .map((key) => ({
      path: [key],
      message: 'can be chosen for a stack of the kind "embedded" only: remove it',
    }));
}

interface ClaimFacts {
  readonly podMode: 'nested-vlan' | 'neutron-vif';
  readonly cluster: string;
  readonly octavia: { readonly provider: 'ovn' | 'amphora' };
  readonly claims: readonly string[];
  readonly portPool?: object | undefined;
  readonly limits: { readonly floatingIps: number };
  readonly search?: object | undefined;
}

function contradictedClaims(profile: ClaimFacts): string[] {
  const { podMode, octavia, cluster, portPool, limits, search } = profile;
  const otherMode = podMode === 'nested-vlan' ? 'neutron-vif' : 'nested-vlan';
  const otherProvider = octavia.provider === 'ovn' ? 'amphora' : 'ovn';
  const rules: [claim: string, isWrong: boolean, text: string][] = [
    [
      'pods.port-pool',
      portPool === undefined,
      'needs the figures of the pool: add portPool with min and batch',
    ],
    [`pods.${otherMode}`, true, `contradicts podMode "${podMode}"`],
    [`lb.${otherProvider}`, true, `contradicts octavia.provider "${octavia.provider}"`],
    ['cluster.openshift', cluster !== 'openshift', `contradicts cluster "${cluster}"`],
    ['lb.floating-ip', limits.floatingIps === 0, 'contradicts limits.floatingIps 0'],
    ['run.search', search === undefined, 'needs the key search: add how many "tries" it has'],
  ];
  return rules
    .filter(([claim, isWrong]) => isWrong && profile.claims.includes(claim))
    .map(([claim, , text]) => `"${claim}" ${text}`);
}

/** The form of a list of known failures. */
export const knownFailuresSchema = z.array(
  z.strictObject({
    requirement: z
      .string()
      .regex(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d{2}$/, 'write a requirement id such as "POL-07"'),
    reason: z.string().min(1),
    link: z.url({ protocol: /^https?$/ }),
    /** Where one list serves several profiles: the first release of Kuryr that behaves so. */
    sinceKuryr: z.enum(kuryrReleases).optional(),
    /** Likewise: the last one. */
    untilKuryr: z.enum(kuryrReleases).optional(),
    /** Likewise: the only provider of load balancers with which it is so. */
    provider: z.enum(['amphora', 'ovn']).optional(),
  }),
);

/** A listed, linked deviation of one profile; it runs, and it turns red when it passes. */
export type KnownFailure = Readonly<z.output<typeof knownFailuresSchema>[number]>;
