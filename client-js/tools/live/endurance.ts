import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { median } from '../fidelity/bars.ts';
import { startRelay } from '../fidelity/relay.ts';
import { servePage } from '../fidelity/site.ts';
import { DESK } from '../link/pages.ts';
import { openPair } from '../link/pair.ts';
import { TODO_LIST } from './todo.ts';

/* What a long session leaves in the memory of both browsers. */

const USAGE = `usage: npm run endurance -- [--minutes 30] [--json FILE] [--no-bars]

Adds, edits, filters and removes a list of todos over and over in a shared page, weighs both windows after each round of it, and exits with 1 where either grew or nodes were left behind.`;

/** Of the first and of the last rounds that are compared. */
const SHARE_COMPARED = 0.2;
/** Code that is compiled late and caches that fill are no growth: the first of the rounds are not compared. */
const SHARE_WARMING = 0.2;
const GROWTH = 0.05;
const QUIET_MILLIS = 1_500;
const CHROMIUM = process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium';

interface Weight {
  readonly heapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly detached: number;
}

interface Round {
  readonly seconds: number;
  readonly consumer: Weight;
  readonly agent: Weight;
}

/** Weighs a window after a full collection. */
async function weigh(session: CDPSession): Promise<Weight> {
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  await session.send('DOM.enable');
  const { detachedNodes } = (await session.send('DOM.getDetachedDomNodes' as 'DOM.enable')) as unknown as { detachedNodes: unknown[] };
  // Else the inspector keeps what it has told of.
  await session.send('DOM.disable');
  return { heapBytes: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners'), detached: detachedNodes.length };
}

async function scales(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return session;
}

const cell = (value: number, digits = 0): string => value.toFixed(digits).padStart(9);

const tell = ({ seconds, consumer, agent }: Round): void =>
  console.log(
    cell(seconds) +
      [consumer, agent]
        .map(({ heapBytes, nodes, listeners, detached }) => cell(heapBytes / 1024) + cell(nodes) + cell(listeners) + cell(detached))
        .join('  '),
  );

async function run(minutes: number): Promise<readonly Round[]> {
  const shown = { html: '' };
  const [desk, site] = await Promise.all([servePage(DESK), servePage(() => shown.html)]);
  const relay = await startRelay(site.origin, desk.origin);
  shown.html = TODO_LIST + relay.tag;
  const pair = await openPair({ relay, site: site.origin, desk: desk.origin, consumerChromium: CHROMIUM, agent: 'endurance' });
  const rounds: Round[] = [];
  try {
    const [consumer, agent] = await Promise.all([scales(pair.consumer), scales(pair.agent)]);
    await pair.consumer.getByTestId('invitation-accept').click();
    console.log(`${''.padEnd(9)}  consumer KiB, nodes, listeners, detached   agent KiB, nodes, listeners, detached\n  seconds`);
    const from = performance.now();
    while (performance.now() - from < minutes * 60_000) {
      // A session in which nobody does anything ends.
      await pair.consumer.mouse.move(100 + (rounds.length % 100), 100);
      await pair.consumer.evaluate(() => (window as unknown as { round(): Promise<void> }).round());
      await pair.consumer.waitForTimeout(QUIET_MILLIS);
      const round = { seconds: (performance.now() - from) / 1000, consumer: await weigh(consumer), agent: await weigh(agent) };
      rounds.push(round);
      tell(round);
    }
  } finally {
    await pair.close();
    await Promise.all([relay.close(), site.close(), desk.close()]);
  }
  return rounds;
}

function judge(rounds: readonly Round[]): boolean {
  const compared = Math.max(1, Math.floor(rounds.length * SHARE_COMPARED));
  const warming = Math.floor(rounds.length * SHARE_WARMING);
  const [first, last] = [rounds.slice(warming, warming + compared), rounds.slice(-compared)];
  let isMet = true;
  for (const side of ['consumer', 'agent'] as const) {
    const heap = (of: readonly Round[]): number => median(of.map((round) => round[side].heapBytes));
    const growth = heap(last) / heap(first) - 1;
    const detached = rounds.at(-1)?.[side].detached ?? Number.NaN;
    const bars: readonly (readonly [string, boolean])[] = [
      [`${side}: heap grows by <= ${100 * GROWTH} %: ${(100 * growth).toFixed(1)} %`, growth <= GROWTH],
      [`${side}: no node left behind: ${detached}`, detached === 0],
    ];
    for (const [told, met] of bars) console.log(`${met ? 'met   ' : 'MISSED'}  ${told}`);
    isMet &&= bars.every(([, met]) => met);
  }
  return isMet;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '30' }, json: { type: 'string' }, 'no-bars': { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (positionals.length > 0 || !(minutes > 0)) {
  console.error(USAGE);
  process.exit(2);
}
const rounds = await run(minutes);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rounds, undefined, 2));
process.exitCode = judge(rounds) || values['no-bars'] ? 0 : 1;
