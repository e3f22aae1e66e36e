/**
 * The composition root of runs: besides the command line the only file that knows suites, helpers, env
 * and reports. Without a chosen profile it offers our own tests and refuses to run scenarios.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  defineConfig,
  type PlaywrightTestConfig,
  type ReporterDescription,
} from '@playwright/test';
import type { Profile, RunContext } from '#env';
import { environmentOf, runContextIfSet } from './env/config.ts';
import type { MutantPlace, RequirementRows } from './helpers/fixtures/core.ts';
import type { ProfileRecord, RequirementRow, Selection } from './reports/journal-schema.ts';
import type { MutantReporterOptions } from './reports/mutants/reporter.ts';
import type { ReporterOptions } from './reports/reporter.ts';

interface Options {
  readonly requirements: RequirementRows;
  readonly isOnSpare: boolean;
  readonly place: MutantPlace | undefined;
}

type Config = PlaywrightTestConfig<object, Options>;
type Project = NonNullable<Config['projects']>[number];

const scenarioMs = 20 * 60_000;

const unit: Project = {
  name: 'unit',
  testMatch: '**/*.test.ts',
  testIgnore: ['**/node_modules/**', 'test-results/**', 'reports/out/**'],
  timeout: 120_000,
};

const conformance: Project = {
  name: 'conformance',
  testDir: 'suites',
  testMatch: '**/*.spec.ts',
  // The budgets of expectations are far shorter; this only ends what hangs.
  timeout: scenarioMs,
};

/**
 * The scenarios in the order in which they begin, as projects do. Those that share a town run one after
 * another and take longest, so they come first; those that need the whole stack come last, when nobody
 * has to make room for them. With a spare stack they go there one after another from the beginning.
 *
 * @param disturbing the tags of those that need the whole stack
 */
function conformanceInOrder(disturbing: RegExp, hasSpare: boolean): Project[] {
  const chains = '**/policies/{deviations,tables}.spec.ts';
  const alone: Project = {
    ...conformance,
    name: 'conformance-alone',
    testIgnore: chains,
    grep: disturbing,
  };
  const others: Project[] = [
    { ...conformance, name: 'conformance-chains', testMatch: chains },
    { ...conformance, testIgnore: chains, grepInvert: disturbing },
  ];
  return hasSpare
    ? [{ ...alone, workers: 1, use: { isOnSpare: true } }, ...others]
    : [...others, alone];
}

/** Benchmarks, started by "npm run bench" alone. */
const benchmarks: Project = {
  name: 'bench',
  testDir: 'bin/bench',
  testMatch: '**/*.bench.ts',
  timeout: scenarioMs,
};

/** Tests of the lab itself: they need root and take the lab down, so nothing else may use it. */
const labItself: Project = {
  name: 'lab',
  testMatch: 'env/lab/**/*.lab.ts',
  workers: 1,
};

const withoutProfile: Config = {
  workers: '100%',
  outputDir: 'test-results/scratch',
  projects: [unit, conformance, labItself],
  reporter: [
    ['./reports/profile-gate.ts', { project: 'conformance' }],
    ['list'],
    ['json', { outputFile: 'test-results/unit.json' }],
  ],
};

async function withProfile(run: RunContext): Promise<Config> {
  // Loaded here and not above: our own tests need no clients, and every worker reads this file.
  const { loadProfile, redact } = await import('#env');
  const profile = await loadProfile(run.profile);
  const { catalogue } = await import('./suites/requirements/index.ts');
  const { isDisturbing, requirementAnnotation, whyNotApplicable } = await import('#helpers');
  const rows = catalogue.requirements.map((row): RequirementRow => {
    const reason = whyNotApplicable(row, profile);
    const { unless, ...rest } = row;
    return {
      kind: 'promise',
      ...rest,
      needs: [...row.needs],
      ...(unless === undefined ? {} : { unless: [...unless] }),
      ...(reason === undefined ? {} : { notApplicable: reason }),
    };
  });
  const tags = catalogue.requirements.filter(isDisturbing).map(({ id }) => `@${id}`);
  const disturbing = new RegExp(`(${tags.join('|')})(?![\\w-])`);
  const journal: ReporterOptions = {
    outDir: run.outDir,
    runId: run.runId,
    project: projectName(),
    profile: recordOf(profile),
    selection: selectionOf(run),
    requirements: rows,
    redact,
    citation: requirementAnnotation,
  };
  const reporter: ReporterDescription[] = [
    ['./reports/reporter.ts', journal],
    ['junit', { outputFile: join(run.outDir, 'junit.xml') }],
    ['allure-playwright', { resultsDir: join(run.outDir, 'allure-results') }],
  ];
  return {
    outputDir: join(run.outDir, 'artifacts'),
    workers: profile.limits.workers,
    projects: [...conformanceInOrder(disturbing, run.spareSocket !== undefined), benchmarks].map(
      (project) => ({
        ...project,
        use: { ...project.use, requirements: { rows: catalogue.requirements } },
      }),
    ),
    reporter,
  };
}

/**
 * Each mutant has a file, whose tests are the scenarios that meet it; they are the same as in every run.
 * A worker takes one file after another, as to start a worker costs more than to meet a mutant.
 */
async function withMutants(run: RunContext, planFile: string): Promise<Config> {
  const [{ redact }, { meetingFileOf, meetingFolder, planSchema }] = await Promise.all([
    import('#env'),
    import('./reports/mutants/plan.ts'),
  ]);
  const { catalogue } = await import('./suites/requirements/index.ts');
  const { requirementAnnotation } = await import('#helpers');
  const plan = planSchema.parse(JSON.parse(readFileSync(planFile, 'utf8')));
  const options: MutantReporterOptions = {
    outDir: run.outDir,
    redact,
    citation: requirementAnnotation,
  };
  return {
    outputDir: join(run.outDir, 'artifacts'),
    workers: plan.cages.length,
    fullyParallel: false,
    projects: [
      {
        ...conformance,
        name: 'mutants',
        testDir: join(run.outDir, meetingFolder),
        testMatch: plan.mutants.map((mutant) => `**/${meetingFileOf(mutant)}`),
        grep: plan.mutants.map(
          (mutant) =>
            new RegExp(
              `[ /]${meetingFileOf(mutant).replaceAll('.', String.raw`\.`)} ${mutant.pattern}`,
            ),
        ),
        use: { requirements: { rows: catalogue.requirements } },
      },
    ],
    reporter: [['./reports/mutants/reporter.ts', options]],
  };
}

function recordOf(profile: Profile): ProfileRecord {
  const { name, title, stack, series, kuryr, podMode, cluster, claims } = profile;
  const provider = profile.octavia.provider;
  return { name, title, stack, series, kuryr, podMode, provider, cluster, claims: [...claims] };
}

function selectionOf({ outDir }: RunContext): Selection {
  // The command line leaves a note of what was chosen; without one everything is.
  const note = join(outDir, 'selection.json');
  return existsSync(note)
    ? (JSON.parse(readFileSync(note, 'utf8')) as Selection)
    : { isFull: true, words: 'everything' };
}

function projectName(): string {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return `${name} ${version}`;
}

const run = runContextIfSet();
if (run !== undefined) {
  // Workers read this file too, and must find the run id and folder that were chosen here.
  Object.assign(process.env, environmentOf(run));
}

export default defineConfig<object, Options>({
  testDir: '.',
  retries: 0,
  forbidOnly: true,
  fullyParallel: true,
  ...(run === undefined
    ? withoutProfile
    : run.mutantPlan === undefined
      ? await withProfile(run)
      : await withMutants(run, run.mutantPlan)),
});
