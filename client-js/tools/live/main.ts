import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { median } from '../fidelity/bars.ts';
import { startRelay } from '../fidelity/relay.ts';
import { servePage } from '../fidelity/site.ts';
import { consumerPage, DESK } from '../link/pages.ts';
import { type Live, playMirrored, playRecorded } from './play.ts';

/* What a page that changes costs: bytes and the consumer's main thread, beside rrweb, which watches the same changes. */

const USAGE = `usage: npm run live -- TRACE.jsonl... [--json FILE] [--no-bars]

Replays recorded event traces in a page, once with the tag and once with rrweb's record(), and prints what either sent for it, what share of the main thread it took, and how long its
longest task was. Exits with 1 where a bar is missed, or the mirror is not the page in the end.`;

/** Of what rrweb's events are, each LZ4 compressed for itself: in the middle of the traces. */
const BYTES_RATIO = 0.25;
/** Of the main thread, while the page changes. */
const MAIN_THREAD_SHARE = 0.05;

interface Result {
  readonly tandem: Live;
  readonly rrweb: Live & { readonly withHistory: number };
}

const cell = (value: number, digits = 0): string => value.toFixed(digits).padStart(9);

function tell(name: string, { tandem, rrweb }: Result): void {
  console.log(
    `${name.padEnd(14)}${cell(tandem.bytes / 1024, 1)}${cell(rrweb.bytes / 1024, 1)}${cell(tandem.bytes / rrweb.bytes, 2)}` +
      `${cell(tandem.bytes / rrweb.withHistory, 2)}${cell(100 * tandem.mainThreadShare, 2)}${cell(100 * rrweb.mainThreadShare, 2)}` +
      `${cell(tandem.seconds, 1)}  ${tandem.difference ?? 'equal'}`,
  );
}

async function measure(path: string, desk: string): Promise<Result> {
  const trace = readFileSync(path, 'utf8');
  const shown = { html: '' };
  const site = await servePage(() => shown.html);
  const relay = await startRelay(site.origin, desk);
  try {
    shown.html = consumerPage(trace, relay.tag, 0);
    const tandem = await playMirrored(relay, site.origin, desk);
    shown.html = consumerPage(trace, '', 0);
    return { tandem, rrweb: await playRecorded(site.origin) };
  } finally {
    await relay.close();
    await site.close();
  }
}

function judge(results: readonly Result[]): boolean {
  const ratio = median(results.map(({ tandem, rrweb }) => tandem.bytes / rrweb.bytes));
  const share = Math.max(...results.map(({ tandem }) => tandem.mainThreadShare));
  const unequal = results.filter(({ tandem }) => tandem.difference !== null).length;
  const bars: readonly (readonly [name: string, isMet: boolean, measured: string])[] = [
    [`bytes: median <= ${BYTES_RATIO}x rrweb's events, each LZ4 for itself`, ratio <= BYTES_RATIO, `${ratio.toFixed(2)}x`],
    [`main thread <= ${100 * MAIN_THREAD_SHARE} %`, share <= MAIN_THREAD_SHARE, `${(100 * share).toFixed(2)} % at the most`],
    ['mirror equal in the end', unequal === 0, `${results.length - unequal} of ${results.length}`],
  ];
  for (const [name, isMet, measured] of bars) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${measured}`);
  return bars.every(([, isMet]) => isMet);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, 'no-bars': { type: 'boolean', default: false } },
});
if (positionals.length === 0) {
  console.error(USAGE);
  process.exit(2);
}

const desk = await servePage(DESK);
const results: Record<string, Result> = {};
console.log(`${' '.repeat(14)}      KiB rrweb KiB    ratio  history   main %  rrweb %  seconds  mirror`);
for (const path of positionals) {
  const name = path.replace(/^.*\/|\.jsonl$/g, '');
  const result = (results[name] = await measure(path, desk.origin));
  tell(name, result);
}
await desk.close();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, undefined, 2));
process.exitCode = judge(Object.values(results)) || values['no-bars'] ? 0 : 1;
