import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AssetCoding, HASH_BYTES } from '../../src/protocol/asset.ts';
import { bundleLab, launch, openPage } from './browser.ts';

const RULES = Array.from({ length: 2_000 }, (_, n) => `.rule-${n} { margin: ${n}px ${(n * 7919) % 1000}px }`).join('\n');
const HTML = `<!doctype html><html><head><style>${RULES}</style><style>p { color: teal }</style></head><body><p>text</p></body></html>`;

interface Sent {
  readonly coding: number;
  readonly hash: string;
  readonly content: Buffer;
  readonly parts: number;
}

describe('large style sheets', () => {
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

  const start = (): Promise<void> =>
    page.evaluate(() => {
      window.lab = window.tandemLab.start();
    });

  /** Sends the page whole, and what it says for its two sheets. */
  const share = async (known?: readonly string[]): Promise<{ readonly sheets: string[]; readonly assets: Sent[] }> => {
    const { sheets, assets } = await page.evaluate(async (prefixes) => {
      window.lab.capture.keyframe();
      if (prefixes !== undefined) window.lab.capture.viewerHas(new Set(prefixes));
      await window.lab.whole();
      const { mirror } = window.lab;
      return {
        sheets: [...mirror.sheets.values()].map((rules) => rules.join('')),
        assets: [...mirror.assets.values()].map(({ parts, isWhole }) => ({ isWhole, parts: parts.map((part) => [...part]) })),
      };
    }, known);
    return {
      sheets,
      assets: assets.map(({ isWhole, parts }) => {
        const bytes = Buffer.from(parts.flat());
        expect(isWhole).toBe(true);
        return {
          coding: bytes[HASH_BYTES] ?? -1,
          hash: bytes.subarray(0, HASH_BYTES).toString('hex'),
          content: bytes.subarray(HASH_BYTES + 1),
          parts: parts.length,
        };
      }),
    };
  };

  it('should travel apart from the page, deflated and in parts, and small ones with it', async () => {
    await start();
    const { sheets, assets } = await share();
    expect(sheets).toEqual(['asset 1', 'p { color: teal }']);
    expect(assets).toHaveLength(1);
    expect(assets[0]?.coding).toBe(AssetCoding.DEFLATED);
    expect(assets[0]?.parts).toBeGreaterThan(1);
    expect(inflateRawSync(assets[0]?.content as Uint8Array).toString()).toBe(RULES);
  });

  it('should be told by their hash alone where the viewer has them, and again in full where it has not', async () => {
    // Hashing is for secure pages: this one is none, so it borrows a hash.
    const hash = createHash('sha256').update(RULES).digest('hex');
    await page.evaluate((hex) => {
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      Object.defineProperty(crypto, 'subtle', { value: { digest: () => Promise.resolve(bytes.buffer) } });
    }, hash);
    await start();
    const first = await share([]);
    expect(first.assets.map((asset) => [asset.coding, asset.hash])).toEqual([[AssetCoding.DEFLATED, hash]]);
    const known = await share([hash.slice(0, 16)]);
    expect(known.assets.map((asset) => [asset.coding, asset.hash, asset.content.length])).toEqual([[AssetCoding.KNOWN, hash, 0]]);
    await page.evaluate(() => {
      window.lab.capture.viewerHas(undefined);
    });
    const again = await share();
    expect(again.assets.map((asset) => asset.coding)).toEqual([AssetCoding.DEFLATED]);
  });

  it('should stay with the page in a browser that does not compress', async () => {
    await page.evaluate(() => {
      Reflect.deleteProperty(window, 'CompressionStream');
    });
    await start();
    const { sheets, assets } = await share();
    expect(assets).toEqual([]);
    expect(sheets[0] === RULES).toBe(true);
  });

  it('should change with the page once it is shown, however large', async () => {
    await start();
    await share();
    const { sheets, assets } = await page.evaluate(async () => {
      const style = document.querySelector('style') as HTMLStyleElement;
      style.textContent = 'i { color: navy } '.repeat(300);
      window.lab.capture.flush();
      await window.lab.whole();
      return { sheets: [...window.lab.mirror.sheets.values()].map((rules) => rules.join('')), assets: window.lab.mirror.assets.size };
    });
    expect(sheets[0]).toContain('navy');
    expect(assets).toBe(1);
  });

  it('should be masked before they are hashed', async () => {
    await page.evaluate(() => {
      const text = 'b::before { content: "secret" } '.repeat(100);
      document.body.innerHTML = `<div data-tandem-mask><style>${text}</style></div>`;
    });
    await start();
    const { assets } = await share();
    const texts = assets.map(({ content }) => inflateRawSync(content as Uint8Array).toString());
    expect(texts.join()).not.toContain('secret');
    expect(texts.join()).toContain('b::before');
  });
});
