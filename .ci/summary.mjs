/** Adds up what the runners wrote (Surefire, Failsafe, Vitest, Playwright, promtool) and ends with `N passed, N failed`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const status = Number(process.argv[2] ?? 0);
const none = { passed: 0, failed: 0, skipped: 0 };
const add = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped });
const json = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

function junit(folder) {
  if (!existsSync(folder)) return none;
  return readdirSync(folder)
    .filter((name) => name.startsWith('TEST-') && name.endsWith('.xml'))
    .map((name) => {
      const suite = /<testsuite\b[^>]*>/.exec(readFileSync(join(folder, name), 'utf8'))?.[0] ?? '';
      const count = (attribute) => Number(new RegExp(`\\s${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0);
      const failed = count('failures') + count('errors');
      return { passed: count('tests') - failed - count('skipped'), failed, skipped: count('skipped') };
    })
    .reduce(add, none);
}

function vitest(file) {
  const report = json(file);
  return report ? { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests } : none;
}

function playwright(file) {
  const stats = json(file)?.stats;
  return stats ? { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped } : none;
}

function alerts(file) {
  const report = json(file);
  return report ? { ...none, ...report } : none;
}

const modules = ['relay-server', 'load-tests'];
const parts = {
  'Java unit': modules.map((name) => junit(`${name}/target/surefire-reports`)).reduce(add, none),
  'Java integration': modules.map((name) => junit(`${name}/target/failsafe-reports`)).reduce(add, none),
  'TypeScript unit': vitest('client-js/artefacts/vitest.json'),
  'end to end': playwright('client-js/artefacts/e2e.json'),
  'alert rules': alerts('deploy/artefacts/alerts.json'),
};

for (const [name, { passed, failed, skipped }] of Object.entries(parts)) {
  console.log(
    `${name.padEnd(18)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(skipped).padStart(4)} skipped`,
  );
}
console.log('Screenshots of both sides: client-js/artefacts');

const total = Object.values(parts).reduce(add, none);
const failed = total.failed + (status !== 0 && total.failed === 0 ? 1 : 0);
console.log(`${total.passed} passed, ${failed} failed, ${total.skipped} skipped`);
process.exit(status === 0 && failed === 0 && total.passed > 0 ? 0 : 1);
