/**
 * The composition root of runs: the only file besides the command line that knows suites, helpers, env
 * and reports. Without a chosen profile only our own tests can run.
 */
import { defineConfig, type Project } from '@playwright/test';

const unit: Project = {
  name: 'unit',
  testDir: '.',
  testMatch: '**/*.test.ts',
  testIgnore: ['**/node_modules/**', 'test-results/**', 'reports/out/**'],
  timeout: 60_000,
};

export default defineConfig({
  retries: 0,
  forbidOnly: true,
  fullyParallel: true,
  outputDir: 'test-results/scratch',
  projects: [unit],
});
