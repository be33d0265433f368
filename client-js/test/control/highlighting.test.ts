import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import type { TextRange } from '../../src/protocol/text-range.ts';
import { launchChromium, type LocalServer, serve } from '../browser.ts';
import type * as Hand from './lab.ts';

declare global {
  interface Window {
    readonly hand: typeof Hand;
  }
}

const PAGE = `<!doctype html><p id="one">The quick <b id="bold">brown fox</b></p><p id="secret" data-tandem-mask>0123456789</p>
  <div id="host"></div><script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<p id="shady">in the shadow</p>'</script>`;

let browser: Browser;
let server: LocalServer;
let page: Page;
let lab: string;

beforeAll(async () => {
  const entry = new URL('lab.ts', import.meta.url).pathname;
  const bundled = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName: 'hand', target: 'es2022' });
  lab = bundled.outputFiles[0]?.text ?? '';
  server = await serve((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE));
  browser = await launchChromium();
  page = await browser.newPage();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  await page.goto(server.origin);
  await page.addScriptTag({ content: lab });
});

/** Has the agent highlight what is between places in the texts that elements begin with. @returns the tag's answer, and what is highlighted then */
const highlight = (...texts: (readonly [from: string, fromOffset: number, to: string, toOffset: number])[]): Promise<[string, unknown]> =>
  page.evaluate(
    ([type, places]) => {
      const { hand } = window;
      const ranges: TextRange[] = places.map(([from, startOffset, to, endOffset]) => ({
        start: hand.textId(from),
        startOffset,
        end: hand.textId(to),
        endOffset,
      }));
      return [hand.act({ type, node: hand.id('#one'), ranges }), hand.highlightedNow()] as [string, unknown];
    },
    [FrameType.HIGHLIGHT, texts] as const,
  );

it('should be of the texts that the agent names, in the place of what was highlighted before', async () => {
  expect(await highlight(['#one', 4, '#bold', 5])).toEqual(['applied', ['quick brown']]);
  expect(await highlight(['#one', 0, '#one', 3], ['#host>>#shady', 3, '#host>>#shady', 6])).toEqual(['applied', ['The', 'the']]);
  const [answer, element] = await page.evaluate(
    (type) => [window.hand.act({ type, node: window.hand.id('#bold') }), window.hand.highlightedNow()],
    FrameType.HIGHLIGHT,
  );
  expect([answer, element]).toEqual(['applied', 'bold']);
  expect(await highlight(['#bold', 6, '#bold', 99])).toEqual(['applied', ['fox']]);
});

it('should answer for what is masked always alike, however long it is', async () => {
  for (const [from, to] of [
    [0, 1],
    [3, 8],
    [3, 10],
    [3, 11],
    [4_000, 5_000],
  ] as const) {
    expect(await highlight(['#secret', from, '#secret', to])).toEqual(['masked', undefined]);
    expect(await highlight(['#one', 0, '#secret', to])).toEqual(['masked', undefined]);
  }
});

it('should not be of two trees, nor of what is no text or gone', async () => {
  expect(await highlight(['#one', 0, '#host>>#shady', 3])).toEqual(['no-such-node', undefined]);
  const refused = await page.evaluate((type) => {
    const { hand } = window;
    const [one, text] = [hand.id('#one'), hand.textId('#bold')];
    const ranges = (start: number): TextRange[] => [{ start, startOffset: 0, end: text, endOffset: 1 }];
    const answers = [hand.act({ type, node: one, ranges: ranges(one) }), hand.act({ type, node: one, ranges: ranges(4_711) })];
    document.getElementById('bold')?.remove();
    return [...answers, hand.act({ type, node: one, ranges: ranges(text) })];
  }, FrameType.HIGHLIGHT);
  expect(refused).toEqual(['no-such-node', 'no-such-node', 'no-such-node']);
});
