import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { HEADER_BYTES } from '../../src/protocol/limits.ts';
import { Lz4Encoder } from '../../src/protocol/lz4.ts';
import { openContext } from './browser.ts';
import { firstDifference } from './compare.ts';
import { type Mirrored, type Setting, webSocketFrameBytes } from './contender.ts';
import { pixelDifference, shoot } from './pixels.ts';
import { servePage } from './site.ts';
import { linesOf } from './structure.ts';
import { startTrace, stopTrace } from './trace.ts';

/*
 * The rival: rrweb's record() in the page, its events as JSON through our LZ4 encoder (history shared from event to event,
 * which is more than rrweb users have), its Replayer in an iframe of the viewport's size.
 */

/** rrweb's bundle wants a module; it gets one and leaves its exports in the variable `rrweb`. */
export const RRWEB_SCRIPT = `var rrweb = (() => { const module = { exports: {} }; const exports = module.exports;\n${readFileSync('node_modules/rrweb/dist/rrweb.umd.min.cjs', 'utf8')}\nreturn module.exports; })(); undefined`;

const STAGE = `<!doctype html><meta charset="utf-8"><style>
html, body { margin: 0; overflow: hidden } iframe { border: 0; display: block }
.replayer-mouse, .replayer-mouse-tail { display: none } .replayer-wrapper { position: relative }
</style>`;

/** What the page sees of rrweb's bundle. */
declare const rrweb: {
  readonly Replayer: new (
    events: readonly unknown[],
    options: object,
  ) => { on(event: string, then: () => void): void; pause(offsetMillis: number): void };
};

interface RecordedPage {
  readonly json: readonly string[];
  readonly recordMs: number;
}

/** Records the page, replays it and compares, like Tandem's own path. */
export async function measureRrweb({ browser, plain, reference, load }: Setting): Promise<Mirrored> {
  const context = await openContext(browser);
  const replayContext = await openContext(browser);
  const stage = await servePage(STAGE);
  try {
    const page = await load(context, plain);
    await page.evaluate(RRWEB_SCRIPT);
    await startTrace(browser, page);
    const recorded = await record(page);
    const tasks = await stopTrace(browser);
    const replay = await replayContext.newPage();
    const replayedMs = await rebuild(replay, stage.origin, recorded.json);
    const screenshot = await shoot(replay);
    await replay.evaluate(forgetPause);
    const mirror = 'document.querySelector(".replayer-wrapper iframe").contentDocument';
    return {
      difference: firstDifference(await linesOf(page), await linesOf(replay, mirror)),
      pixelPercent: pixelDifference(reference, screenshot).percent,
      bytesUp: bytesOf(recorded.json),
      longestTaskMs: tasks.longestCpuMs,
      captureTotalMs: tasks.totalCpuMs,
      paintedMs: recorded.recordMs + replayedMs,
      screenshot,
    };
  } finally {
    await context.close();
    await replayContext.close();
    await stage.close();
  }
}

/** Takes back the class that the Replayer gives to the root element while it stands still. */
function forgetPause(): void {
  const root = document.querySelector('iframe')?.contentDocument?.documentElement;
  root?.classList.remove('rrweb-paused');
  if (root?.className === '') root.removeAttribute('class');
}

/** Starts recording in a task of its own, as a page would, and takes what comes until the page is idle. */
async function record(page: Page): Promise<RecordedPage> {
  return page.evaluate<RecordedPage>(`new Promise((done) => {
    const events = [];
    setTimeout(() => {
      const start = performance.now();
      rrweb.record({ emit: (event) => events.push(event) });
      const recordMs = performance.now() - start;
      setTimeout(() => done({ json: events.map((event) => JSON.stringify(event)), recordMs }), 300);
    }, 0);
  })`);
}

/** Replays the events in a page of its own; wall ms from events to paint. */
async function rebuild(page: Page, stageOrigin: string, json: readonly string[]): Promise<number> {
  await page.goto(stageOrigin);
  await page.evaluate(RRWEB_SCRIPT);
  return page.evaluate(
    (events: readonly string[]) =>
      new Promise<number>((done) => {
        const start = performance.now();
        const replayed = events.map((event) => JSON.parse(event) as { readonly timestamp: number });
        const replayer = new rrweb.Replayer(replayed, { root: document.body, mouseTail: false, showWarning: false, triggerFocus: false });
        const first = replayed[0]?.timestamp ?? 0;
        replayer.on('fullsnapshot-rebuilded', () => {
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              const ms = performance.now() - start;
              replayer.pause((replayed.at(-1)?.timestamp ?? 0) - first);
              setTimeout(() => {
                done(ms);
              }, 500);
            }),
          );
        });
      }),
    json,
  );
}

/** The events as frames: one each, our header, linked LZ4, and the WebSocket header. */
export function bytesOf(json: readonly string[]): number {
  const encoder = new Lz4Encoder();
  const utf8 = new TextEncoder();
  let bytes = 0;
  for (const event of json) {
    const raw = utf8.encode(event);
    bytes += webSocketFrameBytes(HEADER_BYTES + Math.min(raw.length, encoder.compress(raw).length + varintBytes(raw.length)));
  }
  return bytes;
}

const varintBytes = (value: number): number => (value < 128 ? 1 : 1 + varintBytes(value >>> 7));
