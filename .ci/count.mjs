// Counts what a run of "npm test" has done: one for each static check of the script "check", and one
// for each unit test, as Playwright's JSON report has them. Prints the last line of .ci/run.
import { existsSync, readFileSync } from 'node:fs';

const [logFile = '', unitFile = '', status = '1'] = process.argv.slice(2);
const { name, version, scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

// The list of checks stands in package.json and nowhere else.
const checks = [...scripts.check.matchAll(/npm run ([\w:-]+)/g)].map(([, check]) => check);
const log = readFileSync(logFile, 'utf8');
const begun = checks.filter((check) => log.includes(`> ${name}@${version} ${check}\n`));
const failedCheck = status === '0' ? undefined : begun.at(-1);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const check of checks.filter((each) => each !== 'test:unit')) {
  total[!begun.includes(check) ? 'skipped' : check === failedCheck ? 'failed' : 'passed'] += 1;
}
if (begun.includes('test:unit')) {
  countUnitTests();
} else {
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
