import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AssetCoding, MAX_ASSET_BYTES } from '../../src/protocol/asset.ts';
import type {} from './in-page.ts';
import { replayPage } from './replay-page.ts';

/* What a mirror shows of a page that has not come as a whole: sheets that travel apart, and boxes that wait for their content. */

const SHEET = 'p { color: rgb(1, 2, 3) }';

const page = replayPage();

function contentOf(text: string, coding: AssetCoding): Buffer {
  switch (coding) {
    case AssetCoding.DEFLATED:
      return deflateRawSync(text);
    case AssetCoding.PLAIN:
      return Buffer.from(text);
    case AssetCoding.PICTURE:
    case AssetCoding.RESOURCE:
    case AssetCoding.KNOWN:
      return Buffer.alloc(0);
  }
}

const assetOf = (text: string, coding: AssetCoding, hashed = text): number[] => [
  ...createHash('sha256').update(hashed).digest(),
  coding,
  ...contentOf(text, coding),
];

interface Seen {
  readonly before: readonly [isShown: boolean, visibility: string];
  readonly colour: string;
  readonly rules: number;
  readonly painted: number;
  readonly missing: number;
  readonly kept: number;
  readonly broken: string;
}

/** Shows a page whose sheet is asset 1, edits that sheet, hands over the asset in parts, and looks. */
const see = (asset: readonly number[], knows: readonly (readonly [string, string])[] = []): Promise<Seen> =>
  page().evaluate(
    async ({ bytes, known }) => {
      let [missing, painted] = [0, 0];
      const cache = replay.createAssetCache();
      for (const [hash, text] of known) cache.put(hash, text);
      const { mirror, broken } = replay.open({ cache, onMissing: () => missing++, onPainted: () => painted++ });
      const info = { url: 'https://shop.example/', baseUrl: 'https://shop.example/', mode: 1, width: 800, height: 600 } as const;
      mirror.apply(
        replay.change((writer) => {
          writer.reset(info, 1, 0);
          writer.nodes(0, 0);
          writer.openDocument(1, info);
          for (const tag of ['html', 'style']) writer.openElement(tag === 'html' ? 2 : 3, 0, tag, [], [], 0);
          writer.css('', 1);
          writer.close();
          writer.openElement(4, 0, 'p', [], [], 0);
          writer.text(5, 'text');
          for (let open = 0; open < 4; open++) writer.close();
        }),
      );
      const before = [mirror.isShown, mirror.frame?.style.visibility ?? ''] as const;
      mirror.apply(replay.change((writer) => writer.sheetInsert(3, 1, 'b { margin: 0 }')));
      const half = bytes.length >> 1;
      mirror.asset(replay.encodeAssetPart({ number: 1, isLast: false, bytes: Uint8Array.from(bytes.slice(0, half)) }));
      mirror.asset(replay.encodeAssetPart({ number: 1, isLast: true, bytes: Uint8Array.from(bytes.slice(half)) }));
      for (let waited = 0; waited < 100 && painted + missing === 0; waited++) await new Promise((resume) => setTimeout(resume, 20));
      const style = mirror.document?.querySelector('style');
      const shown = mirror.document?.querySelector('p') as HTMLElement;
      return {
        before,
        colour: mirror.document?.defaultView?.getComputedStyle(shown).color ?? '',
        rules: style?.sheet?.cssRules.length ?? -1,
        ...{ painted, missing },
        kept: cache.prefixes().length,
        broken: broken.join(),
      };
    },
    { bytes: asset, known: knows },
  );

describe('a sheet that travels apart', () => {
  it.each([AssetCoding.DEFLATED, AssetCoding.PLAIN])(
    'should be awaited unseen, with what is done to it meanwhile, and kept (coding %i)',
    async (coding) => {
      expect(await see(assetOf(SHEET, coding))).toEqual({
        before: [false, 'hidden'],
        colour: 'rgb(1, 2, 3)',
        rules: 2,
        ...{ painted: 1, missing: 0, kept: 1, broken: '' },
      });
    },
  );

  it('should be taken from an earlier page where the tag says that it need not be sent', async () => {
    const hash = createHash('sha256').update(SHEET).digest('hex');
    const seen = await see(assetOf(SHEET, AssetCoding.KNOWN), [[hash, SHEET]]);
    expect(seen).toMatchObject({ colour: 'rgb(1, 2, 3)', rules: 2, painted: 1, missing: 0 });
  });

  it.each([
    ['is not there though it should be', assetOf(SHEET, AssetCoding.KNOWN)],
    ['is not what its hash says', assetOf(SHEET, AssetCoding.DEFLATED, 'another')],
    ['is not deflated', [...assetOf(SHEET, AssetCoding.KNOWN).slice(0, -1), AssetCoding.DEFLATED, 255, 255, 1, 2]],
    ['expands beyond what a sheet may hold', assetOf(' '.repeat(MAX_ASSET_BYTES + 1), AssetCoding.DEFLATED)],
  ])('should be asked for again, and not kept, when it %s', async (_, asset) => {
    expect(await see(asset)).toMatchObject({ rules: 0, painted: 0, missing: 1, kept: 0, broken: '' });
  });

  it('should tell of an edit that does not fit its text, and show the page all the same', async () => {
    const hash = createHash('sha256').update('').digest('hex');
    for (const asset of [assetOf('', AssetCoding.DEFLATED), assetOf('', AssetCoding.KNOWN)]) {
      expect(await see(asset, asset.at(-1) === AssetCoding.KNOWN ? [[hash, '']] : [])).toMatchObject({ missing: 0, broken: 'rule 1 of 0' });
    }
  });

  it('should leave what an element shows until its new text has come', async () => {
    const colours = await page().evaluate(async () => {
      const { mirror, document, ids } = replay.show('<!doctype html><style>p { color: rgb(9, 9, 9) }</style><p id="a">a</p>');
      const colour = (): string => document.defaultView?.getComputedStyle(document.getElementById('a') as Element).color ?? '';
      mirror.apply(replay.change((writer) => writer.sheet(ids['style'] as number, '', 7)));
      const before = colour();
      const text = new TextEncoder().encode('p { color: rgb(8, 8, 8) }');
      const bytes = new Uint8Array(33 + text.length);
      bytes[32] = 1;
      bytes.set(text, 33);
      mirror.asset(replay.encodeAssetPart({ number: 7, isLast: true, bytes }));
      for (let waited = 0; waited < 50 && colour() === before; waited++) await new Promise((resume) => setTimeout(resume, 10));
      return [before, colour()];
    });
    expect(colours).toEqual(['rgb(9, 9, 9)', 'rgb(8, 8, 8)']);
  });

  it('should refuse what a page can only mean to fill the desk by', async () => {
    const result = await page().evaluate(() => {
      const { mirror, broken, ids } = replay.show('<!doctype html><style></style>');
      mirror.apply(
        replay.change((writer) => {
          for (let i = 0; i < 200_000; i++) writer.sheet(ids['style'] as number, '', 1);
        }),
      );
      for (let number = 2; number < 10_000; number++)
        mirror.asset(replay.encodeAssetPart({ number, isLast: false, bytes: new Uint8Array(1) }));
      return broken.join();
    });
    expect(result).toBe('more than 4096 assets');
  });

  it('should leave the oldest sheets when there are too many', async () => {
    const kept = await page().evaluate(() => {
      const cache = replay.createAssetCache();
      const big = 'x'.repeat(6_000_000);
      for (const hash of ['a', 'b']) cache.put(hash.repeat(64), big);
      cache.get('a'.repeat(64));
      cache.put('c'.repeat(64), big);
      return cache.prefixes();
    });
    expect(kept).toEqual(['a'.repeat(16), 'c'.repeat(16)]);
  });
});

describe('a box that waits for its content', () => {
  it('should keep its size until then, and the style of its own that it is given meanwhile', async () => {
    const result = await page().evaluate(() => {
      const { mirror, document, ids, broken } = replay.show(
        '<!doctype html><p id="a" style="color: red">a</p><p id="b">b</p><p id="c">c</p>',
      );
      const [a, b, c] = [ids['a'] as number, ids['b'] as number, ids['c'] as number];
      const sizes = (): number[] =>
        ['a', 'b', 'c'].flatMap((id) => {
          const { width, height } = document.getElementById(id)?.getBoundingClientRect() ?? { width: 0, height: 0 };
          return [Math.round(width), Math.round(height)];
        });
      const styles = (): (string | null)[] => ['a', 'b', 'c'].map((id) => document.getElementById(id)?.getAttribute('style') ?? null);
      const free = sizes();
      mirror.apply(
        replay.change((writer) => {
          writer.hold(a, 1, 321, 123);
          writer.hold(b, 2, 0, 234);
          writer.hold(c, 3, 345, 0);
        }),
      );
      const held = sizes();
      mirror.apply(replay.change((writer) => writer.attribute(a, 'style', 'color: blue')));
      const restyled = sizes();
      mirror.apply(
        replay.change((writer) => {
          for (const id of [a, b, c]) writer.hold(id, 0, 0, 0);
        }),
      );
      return { free, held, restyled, freed: sizes(), styles: styles(), broken };
    });
    expect(result.held.slice(0, 2)).toEqual([321, 123]);
    expect(result.held[3]).toBe(234);
    expect(result.held[4]).toBe(345);
    expect(result.restyled).toEqual(result.held);
    expect(result.freed).toEqual(result.free);
    expect(result.styles).toEqual(['color: blue', null, null]);
    expect(result.broken).toEqual([]);
  });

  it('should keep its size in a form with a field of any name', async () => {
    const height = await page().evaluate(() => {
      const { mirror, document, ids, broken } = replay.show('<!doctype html><form id="f"><select name="style"></select></form>');
      mirror.apply(replay.change((writer) => writer.hold(ids['f'] as number, 2, 0, 400)));
      return [document.getElementById('f')?.getBoundingClientRect().height, broken.join()];
    });
    expect(height).toEqual([400, '']);
  });

  it('should leave the rows of a grid where they are', async () => {
    const tops = await page().evaluate(() => {
      const { mirror, document, ids } = replay.show(
        '<!doctype html><div id="grid" style="display: grid"><p id="a">a</p><p id="b">b</p></div>',
      );
      const top = (): number => Math.round(document.getElementById('b')?.getBoundingClientRect().top ?? -1);
      const before = top();
      mirror.apply(replay.change((writer) => writer.hold(ids['grid'] as number, 4, 0, 9_000)));
      return [top() - before, document.getElementById('grid')?.offsetHeight];
    });
    expect(tops).toEqual([0, 9_000]);
  });

  it('should find a shadow root and children that come to it later', async () => {
    const result = await page().evaluate(() => {
      const { mirror, document, ids, broken } = replay.show('<!doctype html><x-card id="host"></x-card>');
      mirror.apply(
        replay.change((writer) => {
          writer.nodes(ids['host'] as number, 0);
          writer.openShadow(900);
          writer.text(901, 'in shadow');
          writer.close();
          writer.text(902, 'light');
          writer.close();
        }),
      );
      const host = document.getElementById('host');
      return [host?.shadowRoot?.textContent, host?.textContent, broken.join()];
    });
    expect(result).toEqual(['in shadow', 'light', '']);
  });
});
