import { buildSync } from 'esbuild';
import type { Page } from 'playwright-core';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { HEADER_BYTES } from '../../src/protocol/limits.ts';
import { openContext, VIEWPORT } from './browser.ts';
import { firstDifference } from './compare.ts';
import { type Setting, webSocketFrameBytes } from './contender.ts';
import { pixelDifference, settle, shoot, shootMirror } from './pixels.ts';
import { servePage } from './site.ts';
import type { Stage } from './stage.ts';
import { linesOf } from './structure.ts';
import { startTrace, stopTrace } from './trace.ts';

/* Capture and replay without anything between them: the frames are carried from page to page by this process. */

const bundle = (contents: string, globalName: string): string =>
  buildSync({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'iife',
    globalName,
    minify: true,
    target: 'es2022',
    write: false,
  }).outputFiles[0]!.text;

/** A page frame as it crosses over: type, flags, payload in base64. */
type CarriedFrame = readonly [type: number, flags: number, payload: string];

const CAPTURE_ENTRY = `export { startCapture } from './src/capture/capture.ts'; export { createMedia } from './src/capture/media/media.ts'; export { createMotion } from './src/capture/motion/motion.ts';`;
const MIRROR_ENTRY = `
import { createMirror } from './src/replay/mirror.ts';
import { Lz4Decoder } from './src/protocol/lz4.ts';
import { unpackBatch } from './src/protocol/packed-batch.ts';
export function show(host, frames) {
  return new Promise((painted, broken) => {
    const start = performance.now();
    const mirror = createMirror({ host, resourceOrigins: [], onBroken: (reason) => broken(new Error(reason)), onPainted: () => painted(performance.now() - start) });
    const decoder = new Lz4Decoder();
    let chunks = [];
    for (const [type, flags, payload] of frames) {
      const bytes = Uint8Array.from(atob(payload), (unit) => unit.charCodeAt(0));
      if (type === ${FrameType.ASSET}) {
        mirror.asset(bytes);
        continue;
      }
      chunks.push(flags & 1 ? decoder.expand(bytes, (flags & 2) !== 0) : bytes);
      if (flags & 4) continue;
      const batch = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      chunks.reduce((at, chunk) => (batch.set(chunk, at), at + chunk.length), 0);
      chunks = [];
      mirror.apply(unpackBatch(batch));
    }
  });
}`;

/** What the pages see of the two bundles. */
declare const tandemMirror: { show(host: Element | null, frames: readonly CarriedFrame[]): Promise<number> };

const STAGE = `<!doctype html><style>html, body { margin: 0; overflow: hidden } #host { position: relative; width: ${VIEWPORT.width}px; height: ${VIEWPORT.height}px; overflow: hidden }</style><div id="host"></div>`;

export function openDirectStage(): Stage {
  const capture = bundle(CAPTURE_ENTRY, 'tandemCapture');
  const mirror = bundle(MIRROR_ENTRY, 'tandemMirror');
  return {
    show: () => undefined,
    close: () => Promise.resolve(),
    measure: (setting) => measure(setting, capture, mirror),
  };
}

async function measure({ browser, plain, load }: Setting, capture: string, mirror: string): ReturnType<Stage['measure']> {
  const [consumer, agent] = [await openContext(browser), await openContext(browser)];
  const stage = await servePage(STAGE);
  try {
    const page = await load(consumer, plain);
    await page.evaluate(`${capture}; globalThis.tandemCapture = tandemCapture; undefined`);
    await startTrace(browser, page);
    const ms = await capturePage(page);
    const tasks = await stopTrace(browser);
    const frames = await page.evaluate<readonly CarriedFrame[]>('tandemFrames()');
    const desk = await agent.newPage();
    await desk.goto(stage.origin);
    await desk.evaluate(`${mirror}; globalThis.tandemMirror = tandemMirror; undefined`);
    const paintedMs = await desk.evaluate((carried) => tandemMirror.show(document.querySelector('#host'), carried), frames);
    await settle(desk);
    const consumerPicture = await shoot(page);
    const screenshot = await shootMirror(desk);
    const found = 'document.querySelector("[data-testid=mirror]").contentDocument';
    return {
      consumerPicture,
      mirrored: {
        difference: firstDifference(await linesOf(page), await linesOf(desk, found)),
        pixelPercent: pixelDifference(consumerPicture, screenshot).percent,
        bytesUp: frames.reduce((sum, [, , payload]) => sum + webSocketFrameBytes(HEADER_BYTES + Buffer.byteLength(payload, 'base64')), 0),
        longestTaskMs: tasks.longestCpuMs,
        captureTotalMs: tasks.totalCpuMs,
        paintedMs: ms + paintedMs,
        screenshot,
      },
    };
  } finally {
    await consumer.close();
    await agent.close();
    await stage.close();
  }
}

/** Asks for a keyframe in a task of its own and takes frames until none came for a second. @returns wall ms to the last frame */
async function capturePage(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const frames = [];
    const start = performance.now();
    let last = start;
    setTimeout(() => {
      const capture = tandemCapture.startCapture({
        window,
        send(type, payload, flags) {
          frames.push([type, flags, payload.slice()]);
          last = performance.now();
        },
        hasRoom: () => true,
        flushMillis: () => 50,
        ignores: () => false,
        wasPassword: () => false,
        closed: window.closedRoots ?? new WeakMap(),
        loadMedia: (context) => Promise.resolve(tandemCapture.createMedia(context)),
        loadFrames: () => new Promise(() => undefined),
        featuresChanged: () => undefined,
        scrolled: [...document.querySelectorAll('*')].filter((element) => element.scrollTop || element.scrollLeft),
      });
      capture.include((context) => tandemCapture.createMotion(context, new AbortController().signal));
      capture.keyframe();
    }, 0);
    const base64 = (bytes) => { let text = ''; for (const byte of bytes) text += String.fromCharCode(byte); return btoa(text); };
    const wait = () => {
      if (frames.length === 0 || performance.now() - last < 1000) return setTimeout(wait, 200);
      // Called when the trace has ended: it is the harness's own work.
      globalThis.tandemFrames = () => frames.map(([type, flags, payload]) => [type, flags, base64(payload)]);
      done(last - start);
    };
    setTimeout(wait, 200);
  })`);
}
