/** Has promtool judge the alert rules and their cases, and writes how many passed to deploy/artefacts/alerts.json. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const deploy = join(dirname(fileURLToPath(import.meta.url)), '..', 'deploy');
const rules = join(deploy, 'prometheus', 'alerts.yml');
const cases = join(deploy, 'prometheus', 'alerts.test.yml');

function promtool(...args) {
  const run = spawnSync('promtool', args, { encoding: 'utf8' });
  if (run.error) {
    console.error(`check-alerts: promtool cannot be run: ${run.error.message} (Debian: apt-get install prometheus)`);
    process.exit(1);
  }
  process.stdout.write(run.stdout);
  process.stderr.write(run.stderr);
  return { failed: run.status !== 0, text: run.stdout + run.stderr };
}

const matches = (text, pattern) => (text.match(pattern) ?? []).length;

const check = promtool('check', 'rules', rules);
const test = check.failed ? undefined : promtool('test', 'rules', cases);
const total = matches(readFileSync(cases, 'utf8'), /^ +alertname:/gm);
// A case that fails is named in a line of its own; a file that cannot be read names none.
const named = test?.failed ? Math.min(total, matches(test.text, /^ +alertname: /gm)) : 0;
const failed = !test || test.failed ? Math.max(1, named) : 0;
const passed = !test || (test.failed && named === 0) ? 0 : total - failed;
mkdirSync(join(deploy, 'artefacts'), { recursive: true });
writeFileSync(join(deploy, 'artefacts', 'alerts.json'), `${JSON.stringify({ passed, failed })}\n`);
console.log(`${passed} cases of alerts passed, ${failed} failed`);
process.exit(failed === 0 && total > 0 ? 0 : 1);
