// Type-aware rules for all TypeScript, the house's sizes, and the laws of scenarios. No style rules:
// those are Prettier's.
import js from '@eslint/js';
import playwright from 'eslint-plugin-playwright';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** @param {number} lines */
const sizes = (lines) => ({
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-params': ['error', 3],
  'max-lines': ['error', { max: lines, skipBlankLines: true, skipComments: true }],
});

const functionLength = ['error', { max: 60, skipBlankLines: true, skipComments: true }];

const oneDoor = {
  selector: 'Literal[value=/embedded/i]',
  message: 'Suites and helpers do not know which stack they speak to.',
};

const nodeGlobals = Object.fromEntries(
  ['Buffer', 'URL', 'clearInterval', 'clearTimeout', 'console', 'performance', 'process']
    .concat(['queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'AbortController'])
    .concat(['AbortSignal', 'TextDecoder', 'TextEncoder', 'structuredClone'])
    .map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores(['reports/out/', 'test-results/', 'allure-results/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: nodeGlobals },
    rules: {
      ...sizes(300),
      'max-lines-per-function': functionLength,
      'no-warning-comments': 'error',
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...sizes(300),
      'max-lines-per-function': functionLength,
      'no-console': 'error',
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only env/config.ts reads the environment.',
        },
      ],
      'no-warning-comments': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@kubernetes/client-node',
              message:
                "Import it from '#kubernetes-client', which is one file; types may come from here.",
              allowTypeImports: true,
            },
          ],
        },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['suites/**/*.spec.ts'],
    extends: [playwright.configs['flat/recommended']],
    rules: {
      ...sizes(200),
      'max-lines-per-function': 'off',
      'playwright/consistent-spacing-between-blocks': 'off',
      'playwright/expect-expect': ['error', { assertFunctionNames: ['tryRound'] }],
      'playwright/max-nested-describe': ['error', { max: 1 }],
      'playwright/no-conditional-in-test': 'error',
      'playwright/no-hooks': 'error',
      'playwright/no-skipped-test': 'error',
      'playwright/no-wait-for-timeout': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: '@playwright/test', message: "Import test and expect from '#helpers'." }],
        },
      ],
      'no-restricted-syntax': [
        'error',
        oneDoor,
        {
          selector: "CallExpression[callee.name='test'][arguments.length<3]",
          message: 'Every scenario cites its requirements: test(title, covers(...), body).',
        },
        {
          selector: "CallExpression[callee.name='setTimeout']",
          message: 'Do not sleep; expect with a named budget.',
        },
      ],
    },
  },
  { files: ['helpers/**/*.ts'], rules: { 'no-restricted-syntax': ['error', oneDoor] } },
  {
    // Fixture functions are typed by the set that holds them; the rule does not look into tuples.
    files: ['helpers/fixtures/*.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['env/config.ts', '*.config.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-exports': 'off' },
  },
  // Playwright constructs reporters from the default export of their file.
  {
    files: ['reports/reporter.ts', 'reports/mutants/reporter.ts', 'reports/profile-gate.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
