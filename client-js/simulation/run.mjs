// Runs scenarios, a part of them on each core. usage: npm run simulate -- [--seeds N] [--first S] | --seed S [--bug NAME]
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { build } from 'esbuild';

/** Scenarios after which a core says how far it is. */
const REPORT_EVERY = 500;
const MAX_FAILURES_SHOWN = 10;

async function part({ module, first, step, count, bug }) {
  const { simulate } = await import(module);
  let sums = { seeds: 0, batches: 0, actions: 0, steps: 0, failures: [] };
  const tell = () => {
    parentPort.postMessage(sums);
    sums = { seeds: 0, batches: 0, actions: 0, steps: 0, failures: [] };
  };
  for (let i = 0; i < count; i++) {
    const { seed, violation, batches, actions, steps } = simulate(first + i * step, bug);
    sums.seeds++;
    sums.batches += batches;
    sums.actions += actions;
    sums.steps += steps;
    if (violation !== undefined) sums.failures.push({ seed, violation });
    if (sums.seeds % REPORT_EVERY === 0) tell();
  }
  tell();
}

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10000' },
      first: { type: 'string', default: '1' },
      seed: { type: 'string' },
      bug: { type: 'string' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'tandem-simulation-'));
  try {
    const module = join(folder, 'scenario.mjs');
    const entry = fileURLToPath(new URL('scenario.ts', import.meta.url));
    await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile: module, logLevel: 'warning' });
    process.exitCode = values.seed === undefined ? await many(module, values) : await one(module, values);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function one(module, { seed, bug }) {
  const { simulate } = await import(module);
  const report = simulate(Number(seed), bug, true);
  for (const line of report.log) console.log(line);
  console.log(report.violation === undefined ? `seed ${seed}: well` : `seed ${seed}: ${report.violation}`);
  return report.violation === undefined ? 0 : 1;
}

async function many(module, { seeds, first, bug }) {
  const cores = availableParallelism();
  const startedAt = performance.now();
  const sums = { seeds: 0, batches: 0, actions: 0, steps: 0, failures: [] };
  const parts = Array.from({ length: cores }, (_, core) => {
    const count = Math.floor((Number(seeds) - core + cores - 1) / cores);
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { module, first: Number(first) + core, step: cores, count, bug },
    });
    return new Promise((resolve, reject) => {
      worker.on('message', (message) => {
        for (const name of ['seeds', 'batches', 'actions', 'steps']) sums[name] += message[name];
        sums.failures.push(...message.failures);
      });
      worker.on('error', reject);
      worker.on('exit', resolve);
    });
  });
  await Promise.all(parts);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  for (const { seed, violation } of sums.failures.slice(0, MAX_FAILURES_SHOWN))
    console.error(`seed ${seed}: ${violation}\n  replay: npm run simulate -- --seed ${seed}`);
  console.log(
    `${sums.seeds} scenarios, ${sums.batches} page batches, ${sums.actions} actions, ${sums.steps} steps in ${seconds} s; ${sums.failures.length} failed`,
  );
  return sums.failures.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else await part(workerData);
