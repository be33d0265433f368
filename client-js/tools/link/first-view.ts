import { buildSync } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { Flag } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { median } from '../fidelity/bars.ts';
import { pixelDifference, shoot, shootMirror } from '../fidelity/pixels.ts';
import { type Relay, startRelay } from '../fidelity/relay.ts';
import { pagesOf, serveSite, servePage, type SiteOptions } from '../fidelity/site.ts';
import { chromiumInside, type Link } from './link.ts';
import { type DeskWindow, openPair, type Pair } from './pair.ts';
import { DESK, RRWEB_DESK } from './pages.ts';
import type { Seen } from './tap.ts';

/* How long an agent waits for the page, behind 750 kbit/s: until what the consumer sees is painted, and until all of it is there. */

const USAGE = `usage: npm run first-view -- FOLDER [--only NAME] [--json FILE] [--shots FOLDER] [--warm] [--rival] [--no-bars]

Opens each page of a folder of page folders behind 750 kbit/s, accepts an invitation, and prints how long it took from there until the viewer had painted its first view, how
far that was from the consumer's picture, and when the last byte of the page had come; with --warm once more in a second session of the same desk; with --rival beside rrweb,
in the place of our capture and our replay, over the same relay. Exits with 1 where a bar is missed,
unless --no-bars. Needs root (network namespaces, tc).`;

/** First views, cold: of all pages but one in twelve, and in the middle; and of that one. */
const FIRST_MILLIS = 1_500;
const MEDIAN_FIRST_MILLIS = 600;
const WORST_FIRST_MILLIS = 2_500;
const PAGES_PER_EXCEPTION = 12;
/** Of a desk that knows the brand's style sheets: every page. */
const WARM_FIRST_MILLIS = 1_500;

/** Nothing of the page came for this long: it is whole. */
const QUIET_MILLIS = 2_000;
const WITHIN_MILLIS = 120_000;
const POLL_MILLIS = 20;

interface FirstView {
  readonly firstMillis: number;
  readonly firstBytes: number;
  /** Pixels that differ from the consumer's picture when the first view was painted, per cent. */
  readonly firstPercent: number;
  readonly wholeMillis: number;
  readonly wholeBytes: number;
  readonly wholePercent: number;
}

interface MarkedWindow {
  paintedAt?: number;
  acceptedAt?: number;
}

const isPage = ({ type }: Seen): boolean => type === FrameType.KEYFRAME || type === FrameType.MUTATIONS || type === FrameType.ASSET;
const sum = (frames: readonly Seen[]): number => frames.reduce((bytes, frame) => bytes + frame.bytes, 0);

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MILLIS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${WITHIN_MILLIS} ms`);
    await new Promise((resume) => setTimeout(resume, POLL_MILLIS));
  }
}

/** Notes in both windows when the consumer accepted and when the viewer had painted. */
async function mark(consumer: Page, agent: Page): Promise<void> {
  await consumer.evaluate(() => {
    const note = (event: Event): void => {
      (window as unknown as MarkedWindow).acceptedAt = performance.timeOrigin + event.timeStamp;
    };
    addEventListener('click', note, { capture: true, once: true });
  });
  await agent.evaluate(() => {
    delete (window as unknown as MarkedWindow).paintedAt;
    const note = (): void => {
      (window as unknown as MarkedWindow).paintedAt = performance.timeOrigin + performance.now();
    };
    document.querySelector('tandem-viewer')?.addEventListener('painted', note, { once: true });
  });
}

async function hideMarks(agent: Page): Promise<void> {
  await agent.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = '.marks, .tools, .notice, .veil, .editors { visibility: hidden !important }';
    document.querySelector('tandem-viewer')?.shadowRoot?.append(style);
  });
}

/** A second session of the same desk with the same page: its large style sheets are known there. */
async function again({ consumer, agent }: Pair): Promise<void> {
  await agent.evaluate(() => (window as unknown as DeskWindow).endTheSession());
  await consumer.reload({ waitUntil: 'load' });
  await agent.evaluate(() => (window as unknown as DeskWindow).inviteTheLatest());
}

interface Pictured extends FirstView {
  readonly pictures: readonly Buffer[];
}

async function measure({ consumer, agent, received: all, picture }: Pair): Promise<Pictured> {
  await mark(consumer, agent);
  const from = all.length;
  const frames = (): readonly Seen[] => all.slice(from);
  await consumer.getByTestId('invitation-accept').click();
  const accepted = performance.now();
  await until(() => agent.evaluate(() => (window as unknown as MarkedWindow).paintedAt !== undefined), 'the first view');
  await hideMarks(agent);
  const first = await shootMirror(agent);
  const end = frames().findIndex(({ type, flags }) => type === FrameType.KEYFRAME && (flags & Flag.MORE) === 0);
  await until(() => performance.now() - (frames().findLast(isPage)?.at ?? 0) > QUIET_MILLIS, 'the whole page');
  const received = frames();
  const whole = await shootMirror(agent);
  const times = await Promise.all([consumer, agent].map((page) => page.evaluate(() => ({ ...(window as unknown as MarkedWindow) }))));
  const area = await consumer.evaluate(() => ({ width: document.documentElement.clientWidth, height: innerHeight }));
  return {
    firstMillis: (times[1]?.paintedAt ?? Number.NaN) - (times[0]?.acceptedAt ?? Number.NaN),
    firstBytes: sum(received.filter((frame, i) => isPage(frame) && (i <= end || frame.type === FrameType.ASSET))),
    firstPercent: pixelDifference(picture, first, area).percent,
    wholeMillis: (received.findLast(isPage)?.at ?? Number.NaN) - accepted,
    wholeBytes: sum(received.filter(isPage)),
    wholePercent: pixelDifference(picture, whole, area).percent,
    pictures: [picture, first, whole],
  };
}

function keepPictures(folder: string, name: string, pictures: readonly Buffer[]): void {
  mkdirSync(folder, { recursive: true });
  ['consumer', 'first', 'whole'].forEach((which, i) => writeFileSync(join(folder, `${name}-${which}.png`), pictures[i] as Uint8Array));
}

const cell = (value: number, digits = 0): string => value.toFixed(digits).padStart(9);

function tell(name: string, { firstMillis, firstBytes, firstPercent, wholeMillis, wholeBytes, wholePercent }: FirstView): void {
  console.log(
    `${name.padEnd(26)}${cell(firstMillis)}${cell(firstBytes / 1024, 1)}${cell(firstPercent, 2)}` +
      `${cell(wholeMillis)}${cell(wholeBytes / 1024, 1)}${cell(wholePercent, 2)}`,
  );
}

interface Options {
  readonly only?: string | undefined;
  readonly json?: string | undefined;
  readonly shots?: string | undefined;
  readonly warm?: boolean | undefined;
  readonly rival?: boolean | undefined;
}

const bundleRival = (): string =>
  buildSync({ entryPoints: ['tools/link/rrweb-capture.ts'], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false })
    .outputFiles[0]!.text;

async function main(link: Link, folder: string, options: Options): Promise<boolean> {
  const serving: SiteOptions = { scriptSource: "'none'" };
  const desk = await servePage(DESK, link.relayAddress);
  const rivalDesk = await servePage(RRWEB_DESK, link.relayAddress);
  const rivalCapture = options.rival === true ? bundleRival() : undefined;
  const site = await serveSite(serving, link.relayAddress);
  const relay: Relay = await startRelay(site.origin, `${desk.origin},${rivalDesk.origin}`, link.relayAddress);
  serving.scriptSource = relay.origin;
  serving.tag = relay.tag;
  const results: Record<string, FirstView> = {};
  console.log(`${'page'.padEnd(26)} first ms      KiB   off %  whole ms      KiB   off %`);
  for (const page of pagesOf(folder)) {
    if (options.only !== undefined && !page.name.includes(options.only)) continue;
    site.show(page.folder);
    const setting = {
      relay,
      site: site.origin,
      desk: desk.origin,
      consumerChromium: chromiumInside(link.consumer),
      agent: page.name,
      beforeInvitation: async (consumer: Page) => {
        await consumer.waitForLoadState('load');
        return shoot(consumer);
      },
    };
    const keep = (key: string, line: string, { pictures, ...result }: Pictured): void => {
      results[key] = result;
      tell(line, result);
      if (options.shots !== undefined) keepPictures(options.shots, key, pictures);
    };
    const pair = await openPair(setting);
    try {
      keep(page.name, page.name, await measure(pair));
      if (options.warm === true) {
        await again(pair);
        keep(`${page.name}${AGAIN}`, '  again', await measure(pair));
      }
    } finally {
      await pair.close();
    }
    if (rivalCapture === undefined) continue;
    const rival = await openPair({ ...setting, agent: `${page.name}, rival`, desk: rivalDesk.origin, capture: rivalCapture });
    try {
      keep(`${page.name}${RRWEB}`, '  rrweb', await measure(rival));
    } finally {
      await rival.close();
    }
  }
  await relay.close();
  await site.close();
  await desk.close();
  await rivalDesk.close();
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results, undefined, 2));
  return judge(results);
}

const AGAIN = ', again';
const RRWEB = ', rrweb';

/** Prints the bars. @returns whether all are met */
function judge(results: Readonly<Record<string, FirstView>>): boolean {
  const firstOf = (isOfThese: (name: string) => boolean): number[] =>
    Object.entries(results)
      .filter(([name]) => isOfThese(name))
      .map(([, { firstMillis }]) => firstMillis);
  const cold = firstOf((name) => !name.includes(', '));
  const warm = firstOf((name) => name.endsWith(AGAIN));
  const rival = firstOf((name) => name.endsWith(RRWEB));
  const late = cold.filter((millis) => millis > FIRST_MILLIS).length;
  const bars: readonly (readonly [name: string, isMet: boolean, measured: string])[] = [
    [
      `first view <= ${FIRST_MILLIS} ms on all but one page in ${PAGES_PER_EXCEPTION}`,
      late <= Math.ceil(cold.length / PAGES_PER_EXCEPTION),
      `${cold.length - late} of ${cold.length}`,
    ],
    [`first view: median <= ${MEDIAN_FIRST_MILLIS} ms`, median(cold) <= MEDIAN_FIRST_MILLIS, `${median(cold).toFixed(0)} ms`],
    [
      `first view: none over ${WORST_FIRST_MILLIS} ms`,
      Math.max(...cold) <= WORST_FIRST_MILLIS,
      `${Math.max(...cold).toFixed(0)} ms at the worst`,
    ],
    ...(warm.length === 0
      ? []
      : [
          [
            `first view of a desk that knows the styles <= ${WARM_FIRST_MILLIS} ms`,
            Math.max(...warm) <= WARM_FIRST_MILLIS,
            `${Math.max(...warm).toFixed(0)} ms at the worst`,
          ] as const,
        ]),
    ...(rival.length === 0
      ? []
      : [
          [
            'first view: before rrweb on every page',
            cold.every((millis, i) => millis < (rival[i] ?? Number.NaN)),
            `median ${median(cold).toFixed(0)} ms, rrweb's ${median(rival).toFixed(0)} ms`,
          ] as const,
        ]),
  ];
  for (const [name, isMet, measured] of bars) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${measured}`);
  return bars.every(([, isMet]) => isMet);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    shots: { type: 'string' },
    warm: { type: 'boolean' },
    rival: { type: 'boolean' },
    'no-bars': { type: 'boolean' },
  },
});
const link = JSON.parse(process.env['TANDEM_LINK'] ?? 'null') as Link | null;
const [folder] = positionals;
if (folder === undefined || !link) {
  console.error(USAGE);
  process.exit(2);
}
const isMet = await main(link, folder, values);
process.exitCode = isMet || values['no-bars'] === true ? 0 : 1;
