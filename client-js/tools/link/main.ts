import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startRelay } from '../fidelity/relay.ts';
import { servePage } from '../fidelity/site.ts';
import { chromiumInside, type Link } from './link.ts';
import { openPair } from './pair.ts';
import { consumerPage, DESK } from './pages.ts';
import { measureTrace, type TraceResult } from './measure.ts';

/* What a session feels like when the consumer's upstream carries 750 kbit/s, counted by the kernel. */

const USAGE = `usage: npm run link -- TRACE.jsonl... [--json FILE] [--no-bars]

Replays recorded event traces in a tagged page behind 750 kbit/s, sends a page of 2 MB in between, and prints how long pointer frames took meanwhile, and what the
relay's meter and the kernel counted. Needs root (network namespaces, tc). With --no-bars the times are told, not judged: for machines that do other things meanwhile.`;

/** The product's promise: a pointer frame is no older than this at the 95th percentile, in ms. */
const POINTER_P95_MILLIS = 250;
/** How far the meter may be from the kernel, in percent. */
const METER_PERCENT = 5;

const cell = (value: number, digits = 0): string => value.toFixed(digits).padStart(8);

function report(name: string, { whilePage, always, meter, kernel, pageBytes, pageMillis }: TraceResult): void {
  const off = (100 * (meter - kernel)) / kernel;
  console.log(
    `${name.padEnd(14)}${cell(whilePage.p50)}${cell(whilePage.p95)}${cell(whilePage.max)}${cell(whilePage.count)}${cell(always.p95)}` +
      `${cell(pageBytes / 1024)}${cell(pageMillis)}${cell(meter / 1024)}${cell(kernel / 1024)}${cell(off, 2)}`,
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, 'no-bars': { type: 'boolean', default: false } },
});
const link = JSON.parse(process.env['TANDEM_LINK'] ?? 'null') as Link | null;
if (positionals.length === 0 || !link) {
  console.error(USAGE);
  process.exit(2);
}

const desk = await servePage(DESK, link.relayAddress);
const results: Record<string, TraceResult> = {};
let missed = 0;
console.log(`${' '.repeat(14)}  while the page is sent: pointer ms      all p95 page KiB  page ms   meter    kernel   off %`);
console.log(`${'trace'.padEnd(14)}     p50     p95     max  frames`);
for (const path of positionals) {
  const name = path.replace(/^.*\/|\.jsonl$/g, '');
  const shown = { html: '' };
  const site = await servePage(() => shown.html, link.relayAddress);
  const relay = await startRelay(site.origin, desk.origin, link.relayAddress);
  shown.html = consumerPage(readFileSync(path, 'utf8'), relay.tag);
  const pair = await openPair({
    relay,
    site: site.origin,
    desk: desk.origin,
    consumerChromium: chromiumInside(link.consumer),
    agent: name,
  });
  try {
    const result = await measureTrace(pair, { relay: relay.origin, namespace: link.consumer });
    results[name] = result;
    report(name, result);
    const isLate = !values['no-bars'] && result.whilePage.p95 > POINTER_P95_MILLIS;
    if (isLate || Math.abs(result.meter / result.kernel - 1) > METER_PERCENT / 100) missed++;
  } finally {
    await pair.close();
    await relay.close();
    await site.close();
  }
}
await desk.close();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, undefined, 2));
console.log(
  missed === 0
    ? 'every bar met'
    : `${missed} of ${positionals.length} missed: pointer p95 ${POINTER_P95_MILLIS} ms, meter within ${METER_PERCENT} %`,
);
process.exitCode = missed === 0 ? 0 : 1;
