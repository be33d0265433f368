import { expect, it } from 'vitest';
import { replayPage } from './replay-page.ts';
import type {} from './in-page.ts';

const page = replayPage();

const HTML =
  '<style>#loud::selection { background: rgb(255, 215, 0); color: rgb(0, 0, 128) }</style><p id=p>The quick <b id=b>brown fox</b></p><p id=loud>loud</p>' +
  '<div id=host><template shadowrootmode=open><p id=shady>in the shadow</p></template></div><input id=field value="Ada Lovelace"><p id=last>last</p>';

it('should be painted wherever it stands, and follow the tree', async () => {
  const steps = await page().evaluate((html) => {
    const { document, mirror, ids } = replay.show(html);
    const { CSS } = document.defaultView as Window & typeof globalThis;
    const text = (name: string): number => (ids[name] as number) + 1;
    const [start, bold, shady, field, last] = [text('p'), text('b'), text('shady'), ids['field'] as number, ids['last'] as number];
    const seen: string[][] = [];
    const look = (): void => void seen.push(Array.from(CSS.highlights.get('tandem-selection') ?? [], String));
    const tell = (...ranges: (readonly [number, number, number, number])[]): void => {
      mirror.apply(replay.change((w) => w.numbers(30, ranges.length, ...ranges.flat())));
      look();
    };
    tell([start, 4, bold, 5]);
    tell([start, 0, start, 3], [shady, 3, shady, 6]);
    // Longer than the text is; the wrong way round; of what has not come, of two trees, of a field.
    tell([bold, 6, bold, 99]);
    tell([bold, 6, bold, 2]);
    tell([bold, 0, 4_711, 2], [start, 0, shady, 2], [field, 4, field, 8]);
    tell([start, 4, bold, 5]);
    mirror.apply(replay.change((w) => w.setText(bold, 'BROWN fox')));
    look();
    tell([4_711, 1, 4_711, 5]);
    mirror.apply(
      replay.change((w) => {
        w.nodes(last, 0);
        w.text(4_711, ' come');
        w.close();
      }),
    );
    look();
    mirror.apply(replay.change((w) => w.remove([4_711])));
    look();
    tell();
    return seen;
  }, HTML);
  expect(steps).toEqual([['quick brown'], ['The', 'the'], ['fox'], [''], [], ['quick brown'], ['quick BROWN'], [], ['come'], [], []]);
});

it('should have the page’s own colours where it has some, and else those that stand for the consumer', async () => {
  const colours = await page().evaluate((html) => {
    const { document, mirror, ids } = replay.show(html, { consumerColour: 'rgb(0, 100, 200)' });
    const window = document.defaultView as Window;
    const colourOf = (name: string): string[] => {
      const text = (ids[name] as number) + 1;
      mirror.apply(replay.change((w) => w.numbers(30, 1, text, 0, text, 3)));
      const { backgroundColor, color } = window.getComputedStyle(
        document.getElementById(name) ?? (document.getElementById('host')?.shadowRoot?.getElementById(name) as Element),
        '::highlight(tandem-selection)',
      );
      return [backgroundColor, color];
    };
    const seen = [colourOf('loud'), colourOf('p'), colourOf('shady')];
    mirror.apply(replay.change((w) => w.adopt(ids['document'] as number, [])));
    return [...seen, colourOf('loud'), String(document.adoptedStyleSheets.length)];
  }, HTML);
  const usual = ['color(srgb 0 0.392157 0.784314 / 0.35)', 'rgb(0, 0, 0)'];
  expect(colours).toEqual([['rgb(255, 215, 0)', 'rgb(0, 0, 128)'], usual, usual, ['rgb(255, 215, 0)', 'rgb(0, 0, 128)'], '1']);
});

it('should touch neither the focus nor the selection that the agent has', async () => {
  const kept = await page().evaluate((html) => {
    const { mirror, ids, document: shown } = replay.show(html);
    const own = Object.assign(document.createElement('input'), { value: 'my own words' });
    document.body.append(own);
    own.focus();
    own.setSelectionRange(3, 6);
    const [text, field] = [(ids['p'] as number) + 1, ids['field'] as number];
    mirror.apply(replay.change((w) => w.numbers(30, 2, text, 0, text, 3, field, 4, field, 8)));
    return [document.activeElement === own, own.selectionStart, own.selectionEnd, shown.getSelection()?.rangeCount];
  }, HTML);
  expect(kept).toEqual([true, 3, 6, 0]);
});

it('should be painted in frames, and leave them with their document', async () => {
  const seen = await page().evaluate(() => {
    const { mirror, ids, broken } = replay.show('<iframe id=frame></iframe><p id=p>outside</p>');
    const frame = mirror.document?.getElementById('frame') as HTMLIFrameElement;
    const fill = (id: number): void =>
      mirror.apply(
        replay.change((w) => {
          w.nodes(ids['frame'] as number, 0);
          w.openDocument(id, { url: 'about:srcdoc', baseUrl: '', mode: 1, width: 300, height: 150 });
          w.openElement(id + 1, 0, 'html', [], [], 0);
          w.text(id + 2, 'framed text');
          w.close();
          w.close();
          w.close();
        }),
      );
    const painted = (): string[] =>
      Array.from((frame.contentWindow as Window & typeof globalThis).CSS.highlights.get('tandem-selection') ?? [], String);
    fill(100);
    mirror.apply(replay.change((w) => w.numbers(30, 1, 102, 0, 102, 6)));
    const before = painted();
    fill(200);
    const after = painted();
    mirror.apply(replay.change((w) => w.remove([ids['frame'] as number])));
    const outside = (ids['p'] as number) + 1;
    mirror.apply(replay.change((w) => w.numbers(30, 1, outside, 0, outside, 3)));
    return { before, after, broken };
  });
  expect(seen).toEqual({ before: ['framed'], after: [], broken: [] });
});

it('should be told as boxes where the browser paints no ranges, and as fields where nobody can', async () => {
  const unpainted = await page().evaluate((html) => {
    const { document, mirror, ids } = replay.show(html);
    const text = (ids['p'] as number) + 1;
    const field = ids['field'] as number;
    (document.defaultView as { Highlight?: unknown }).Highlight = undefined;
    mirror.apply(replay.change((w) => w.numbers(30, 3, text, 0, text, 3, field, 4, field, 8, field, 3, field, 3)));
    const { boxes, fields } = mirror.unpainted();
    return [boxes.map(({ left, height }) => [left, height > 10]), fields.map((one) => one.field.value.slice(one.start, one.end))];
  }, HTML);
  expect(unpainted).toEqual([[[8, true]], ['Love']]);
});

it('should refuse more ranges than a page may tell of', async () => {
  const broken = await page().evaluate((html) => {
    const { mirror, broken, ids } = replay.show(html);
    const text = (ids['p'] as number) + 1;
    const ranges = Array.from({ length: 65 }, () => [text, 0, text, 1]).flat();
    mirror.apply(replay.change((w) => w.numbers(30, 65, ...ranges)));
    return broken;
  }, HTML);
  expect(broken).toEqual(['65 ranges of text; at most 64']);
});
