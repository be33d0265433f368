import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buyManyTimes } from './buying.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { openBrowser, openStage, type Stage } from './stage.ts';
import { storm } from './storm.ts';

const USAGE = `usage: npm run faults -- [options]

Breaks the paths of a consumer and an agent, in real browsers and over real sockets, and measures how soon the mirror lives again, and whether anything was lost.

  --rounds N     tries of each scenario (default 3)
  --storm N      random faults in a row under traffic (default 40)
  --buy N        purchases by the agent with the connection cut around them (default 20)
  --hidden S     seconds for which the consumer's tab is hidden (default 15)
  --only TEXT    only what is named so
  --seed N       of all that is drawn (default 1)
  --json FILE    write everything measured
  --no-bars      times are told, not judged: for machines that do other things meanwhile`;

function optionsOf(args: readonly string[]) {
  const whole = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { ...whole, default: '3' },
      storm: { ...whole, default: '40' },
      buy: { ...whole, default: '20' },
      hidden: { ...whole, default: '15' },
      seed: { ...whole, default: '1' },
      only: { ...whole, default: '' },
      json: whole,
      'no-bars': { type: 'boolean', default: false },
    },
  });
  return values;
}

const missed: string[] = [];
const measured: Record<string, unknown> = {};

function fail(what: string): void {
  missed.push(what);
  console.log(`  MISSED ${what}`);
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function measure(stage: Stage, { name, run, most, p95 }: Scenario, rounds: number): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    try {
      times.push(await run(stage, round));
    } catch (fault) {
      fail(`${name}: ${(fault as Error).message}`);
      return;
    }
  }
  measured[name] = [...times];
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(26)} p50 ${percentile(times, 0.5)} ms, p95 ${percentile(times, 0.95)} ms, most ${times.at(-1)} ms, of ${rounds}`,
  );
  if (options['no-bars']) return;
  if ((times.at(-1) ?? 0) > most) fail(`${name}: ${times.at(-1)} ms; allowed are ${most}`);
  if (p95 !== undefined && percentile(times, 0.95) > p95) fail(`${name}: p95 ${percentile(times, 0.95)} ms; allowed are ${p95}`);
}

let options: ReturnType<typeof optionsOf>;
try {
  options = optionsOf(process.argv.slice(2));
} catch (fault) {
  console.error(`${(fault as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
const { only = '' } = options;
const rounds = Number(options.rounds);
const isWanted = (name: string): boolean => name.includes(only);
const names = [...scenarios(0).map(({ name }) => name), 'storm', 'buy'];
if (!names.some(isWanted)) {
  console.error(`--only ${only}: nothing is named so; there are ${names.join('; ')}`);
  process.exit(2);
}
const browser = await openBrowser();
try {
  for (const scenario of scenarios(Number(options.hidden) * 1_000)) {
    if (!isWanted(scenario.name)) continue;
    // A session of its own: nobody points or types here, and a session in which nobody does ends after a quarter of an hour.
    const stage = await openStage(browser);
    await measure(stage, scenario, rounds);
    await stage.close();
  }
  if (isWanted('storm')) {
    const stormy = await openStage(browser);
    const result = await storm(stormy, Number(options.storm), Number(options.seed));
    measured['storm'] = result;
    console.log(
      `storm: ${result.faults} faults, ${result.actions} actions: ${result.applied} applied, ${result.refused} refused or expired`,
    );
    result.problems.forEach((problem) => {
      fail(`storm (seed ${options.seed}): ${problem}`);
    });
    await stormy.close();
  }
  if (isWanted('buy')) {
    const buying = await openStage(browser);
    const result = await buyManyTimes(buying, Number(options.buy), Number(options.seed));
    measured['buy'] = result;
    console.log(`buy: ${result.bought} of ${result.tries} bought exactly once`);
    result.problems.forEach((problem) => {
      fail(`buy (seed ${options.seed}): ${problem}`);
    });
    await buying.close();
  }
} finally {
  await browser.close();
}
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ measured, missed }, undefined, 2));
console.log(missed.length === 0 ? 'every bar met' : `${missed.length} missed`);
process.exitCode = missed.length === 0 ? 0 : 1;
