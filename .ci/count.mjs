// Counts what a run of "npm test" has done: one for each static check of the script "check", one for each
// unit test, as Playwright's JSON report has them, one for each scenario on the embedded stack, as the
// document of that run has them, and one for each mutant of the kill matrix. Prints the last line of .ci/run.
import { existsSync, readFileSync } from 'node:fs';

const [logFile = '', unitFile = '', runFile = '', matrixFile = '', status = '1'] =
  process.argv.slice(2);
const { name, version, scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

// The list of checks stands in package.json and nowhere else.
const checks = [...scripts.check.matchAll(/npm run ([\w:-]+)/g)].map(([, check]) => check);
const log = readFileSync(logFile, 'utf8');
const hasBegun = (script) => log.includes(`> ${name}@${version} ${script}\n`);
const begun = checks.filter(hasBegun);
const runHasBegun = hasBegun('conformance');
// A run begins only when every check has gone through.
const failedCheck = status === '0' || runHasBegun ? undefined : begun.at(-1);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const check of checks.filter((each) => each !== 'test:unit')) {
  total[!begun.includes(check) ? 'skipped' : check === failedCheck ? 'failed' : 'passed'] += 1;
}
if (begun.includes('test:unit')) {
  countUnitTests();
} else {
  total.skipped += 1;
}
if (runHasBegun) {
  countScenarios();
} else {
  total.skipped += 1;
}
if (hasBegun('test:mutants')) {
  countMutants();
} else if (scripts.test.includes('test:mutants')) {
  total.skipped += 1;
}
if (status !== '0' && total.failed === 0) {
  // The install, or the start of a check, failed before anything could be counted.
  total.failed += 1;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);

function countUnitTests() {
  if (!existsSync(unitFile)) {
    // The run of the unit tests ended without a report.
    total.failed += 1;
    return;
  }
  const { stats } = JSON.parse(readFileSync(unitFile, 'utf8'));
  total.passed += stats.expected;
  total.failed += stats.unexpected + stats.flaky;
  total.skipped += stats.skipped;
}

function countMutants() {
  if (!existsSync(matrixFile)) {
    // The run ended without a matrix.
    total.failed += 1;
    return;
  }
  const { mutants } = JSON.parse(readFileSync(matrixFile, 'utf8'));
  for (const { verdict } of mutants) {
    total[verdict === 'faulty' ? 'failed' : 'passed'] += 1;
  }
}

function countScenarios() {
  if (!existsSync(runFile)) {
    // The run ended without a document.
    total.failed += 1;
    return;
  }
  const { scenarios } = JSON.parse(readFileSync(runFile, 'utf8'));
  const counted = {
    passed: 'passed',
    'known-failure': 'passed',
    failed: 'failed',
    inconclusive: 'failed',
    'not-applicable': 'skipped',
    'not-run': 'failed',
  };
  for (const { verdict } of scenarios) {
    total[counted[verdict]] += 1;
  }
}
