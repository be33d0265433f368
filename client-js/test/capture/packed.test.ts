import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { PACKED_PART_BYTES } from '../../src/protocol/limits.ts';
import { bundleLab, launch, openPage } from './browser.ts';

const ROWS = Array.from({ length: 400 }, (_, n) => `<p id="p${n}">row ${n}, ${(n * 7919) % 1000} of ${(n * 104729) % 1000}</p>`).join('');
const HTML = `<!doctype html><html><head><title>rows</title></head><body>${ROWS}</body></html>`;

describe('what a viewer sees for the first time', () => {
  let browser: Browser;
  let lab: string;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    lab = await bundleLab();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await openPage(browser, lab, { '/': HTML });
  });

  /** Sends the page whole. */
  const share = (): Promise<{ difference: string; bytes: number; longest: number }> =>
    page.evaluate(async () => {
      window.lab = window.tandemLab.start();
      window.lab.capture.keyframe();
      const difference = await window.lab.whole();
      const sizes = window.lab.frames.map(({ bytes }) => bytes);
      return { difference, bytes: sizes.reduce((sum, bytes) => sum + bytes), longest: Math.max(...sizes) };
    });

  it('should take a quarter fewer bytes where the browser can deflate', async () => {
    const deflated = await share();
    expect(deflated.difference).toBe('');
    expect(deflated.longest).toBeLessThanOrEqual(PACKED_PART_BYTES + 64);
    await page.reload();
    await page.evaluate(() => Reflect.deleteProperty(window, 'CompressionStream'));
    const plain = await share();
    expect(plain.difference).toBe('');
    expect(deflated.bytes).toBeLessThan(0.75 * plain.bytes);
  });

  it.each([
    ['throws', 'globalThis.CompressionStream = class { constructor() { throw new Error("not here"); } };'],
    ['has no streams', 'globalThis.CompressionStream = class {};'],
    [
      'fails',
      'globalThis.CompressionStream = class extends TransformStream { constructor() { super({ transform() { throw new Error("no"); } }); } };',
    ],
    [
      'never ends',
      'globalThis.CompressionStream = class extends TransformStream { constructor() { super({ transform: () => new Promise(() => {}) }); } };',
    ],
  ])('should come all the same where what the page has put in the place of the browser’s own %s', async (_what, script) => {
    const unhandled: string[] = [];
    page.on('pageerror', (fault) => unhandled.push(String(fault)));
    await page.evaluate(script);
    expect((await share()).difference).toBe('');
    expect(unhandled).toEqual([]);
  });

  it('should leave at once when the page goes away in the middle of it', async () => {
    const [before, after, difference] = await page.evaluate(async () => {
      window.lab = window.tandemLab.start();
      const { capture, frames } = window.lab;
      const seen = { isPacking: false };
      class Slow extends TransformStream {
        constructor() {
          super({ transform: () => new Promise(() => undefined) });
          seen.isPacking = true;
        }
      }
      Object.assign(window, { CompressionStream: Slow });
      capture.keyframe();
      while (!seen.isPacking) await new Promise((resume) => setTimeout(resume));
      const sent = frames.length;
      capture.flush();
      return [sent, frames.length, await window.lab.whole()] as const;
    });
    expect(after).toBeGreaterThan(before);
    expect(difference).toBe('');
  });

  it('should come in order, whatever changes while it is packed', async () => {
    const difference = await page.evaluate(async () => {
      class Slow extends TransformStream {
        constructor(format: CompressionFormat) {
          const own = new CompressionStream(format);
          const writer = own.writable.getWriter();
          super({
            async transform(chunk: Uint8Array<ArrayBuffer>) {
              await new Promise((resume) => setTimeout(resume, 50));
              void writer.write(chunk);
            },
            async flush(controller) {
              void writer.close();
              const reader = own.readable.getReader();
              for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) controller.enqueue(value);
            },
          });
        }
      }
      const { CompressionStream } = window;
      Object.assign(window, { CompressionStream: Slow });
      for (let n = 0; n < 40; n++) {
        const part = document.createElement('section');
        part.innerHTML = Array.from({ length: 60 }, (_, i) => `<p>part ${n}, row ${i}: ${(n * 7919 + i * 104729) % 10_007}</p>`).join('');
        document.body.append(part);
      }
      window.lab = window.tandemLab.start();
      window.lab.capture.keyframe();
      let turns = 0;
      const timer = setInterval(() => {
        const rows = document.querySelectorAll('p');
        (rows[(turns * 7919) % rows.length] as Element).textContent = `changed ${turns}`;
        if (turns % 3 === 0) document.body.prepend(Object.assign(document.createElement('p'), { textContent: `new ${turns}` }));
        if (turns % 5 === 0) rows[(turns * 31) % rows.length]?.remove();
        turns++;
      }, 5);
      await new Promise((resume) => setTimeout(resume, 2_000));
      clearInterval(timer);
      return window.lab.whole();
    });
    expect(difference).toBe('');
  });

  it('should be given up for a keyframe that is asked for meanwhile, and by the end of the session', async () => {
    const counts = await page.evaluate(async (keyframe) => {
      window.lab = window.tandemLab.start();
      const { capture, frames } = window.lab;
      capture.keyframe();
      await window.lab.whole();
      const keyframes = (): number => frames.filter(({ type, flags }) => type === keyframe && (flags & 2) === 0).length;
      const first = keyframes();
      capture.keyframe();
      capture.keyframe();
      await window.lab.whole();
      const second = keyframes();
      capture.keyframe();
      capture.stop();
      await new Promise((resume) => setTimeout(resume, 200));
      return [first, second, keyframes()];
    }, FrameType.KEYFRAME);
    expect(counts).toEqual([1, 2, 2]);
  });
});
