// The arrows of ARCHITECTURE.md as rules: suites -> helpers -> env; reports see types only; bin and
// playwright.config.ts compose.
const driver = '^env/(lab|embedded|site/[^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'suites-use-helpers-only',
      severity: 'error',
      from: { path: '^suites/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^suites/', '^helpers/index\\.ts$'] },
    },
    {
      name: 'scenarios-do-not-import-scenarios',
      severity: 'error',
      from: { path: '^suites/' },
      to: { path: '\\.spec\\.ts$' },
    },
    {
      name: 'helpers-see-env-through-its-door',
      severity: 'error',
      from: { path: '^helpers/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(env|suites|reports|bin)/',
        pathNot: ['^env/index\\.ts$', '^env/kubernetes-client/index\\.'],
      },
    },
    {
      name: 'env-stands-alone',
      severity: 'error',
      from: { path: '^env/' },
      to: { path: '^(suites|helpers|reports|bin)/' },
    },
    {
      name: 'drivers-are-strangers',
      severity: 'error',
      from: { path: driver },
      to: { path: driver, pathNot: '^env/$1/' },
    },
    {
      name: 'reports-import-types-only',
      severity: 'error',
      from: { path: '^reports/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(suites|helpers|env|bin)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { pathNot: '^bin/' },
      to: { path: '^bin/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.(spec|test)\\.ts$|\\.mjs$' },
      to: {},
    },
    {
      name: 'no-junk-drawers',
      severity: 'error',
      from: {},
      to: { path: '/(utils?|common|misc|shared)(/|\\.ts$)', pathNot: 'node_modules' },
    },
    {
      name: 'no-dev-deps-in-source',
      severity: 'error',
      from: { path: '^(suites|helpers|env|reports|bin)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^reports/out/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
