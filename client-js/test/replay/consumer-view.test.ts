import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { replayPage } from './replay-page.ts';
import type {} from './in-viewer.ts';

const page = replayPage('test/replay/in-viewer.ts');

const PAGE =
  '<!DOCTYPE html><style>*{margin:0}#wide::selection{background:rgb(255, 215, 0)}</style><body style="height:3000px;font:20px/30px monospace">' +
  '<select id=size style="position:absolute;left:100px;top:200px;width:200px;height:30px"><option>S</option><optgroup label=large><option selected>M</option><option disabled>L</option></optgroup></select>' +
  '<input id=name value="Ada Lovelace" style="position:absolute;left:100px;top:50px;width:300px;height:40px;font:20px monospace;padding:0 10px;border:2px solid">' +
  '<textarea id=wide style="position:absolute;left:420px;top:50px;width:200px;height:90px;font:20px/24px monospace;padding:5px;border:0">one two three four five six</textarea>' +
  '<iframe id=pay src="https://pay.example/form" style="position:absolute;left:100px;top:300px;width:300px;height:100px;border:0"></iframe>' +
  '<iframe id=tiny src="https://count.example/" style="position:absolute;left:420px;top:300px;width:30px;height:30px"></iframe>' +
  '<p id=text style="position:absolute;left:100px;top:450px;white-space:pre">The quick brown\nfox jumps</p></body>';

const start = (style?: string, mode: 'shared' | 'view-only' = 'view-only'): Promise<Readonly<Record<string, number>>> =>
  page().evaluate(([html, how, look]) => tandem.start(html, how, look), [PAGE, mode, style] as const);
const byTestId = (id: string): Locator => page().getByTestId(id);
const sent = (): Promise<unknown[]> => page().evaluate(() => tandem.sent());
const change = (...numbers: readonly number[]): Promise<void> => page().evaluate((all) => tandem.change((w) => w.numbers(...all)), numbers);
const boxOf = async (one: Locator): Promise<number[]> => {
  const box = await one.boundingBox();
  return box ? [box.x, box.y, box.width, box.height].map(Math.round) : [];
};

describe('the list that the consumer has open', () => {
  it('should stand under its field with the current option marked, follow it, and go', async () => {
    const ids = await start('width:400px;height:300px');
    const size = ids['size'] ?? 0;
    await change(31, 2, 1, size);
    const list = byTestId('choices-consumer');
    await list.waitFor();
    expect(await list.locator('> div').allTextContents()).toEqual(['S', 'large', 'M', 'L']);
    expect(await list.getByRole('option', { selected: true }).textContent()).toBe('M');
    expect(await list.getByRole('option', { disabled: true }).textContent()).toBe('L');
    // Half as large as at the consumer.
    expect((await boxOf(list)).slice(0, 3)).toEqual([50, 115, 100]);
    await change(9, size, 1, 0);
    await expect.poll(() => list.getByRole('option', { selected: true }).textContent()).toBe('S');
    await page().evaluate(
      (id) => tandem.change((w) => w.attribute(id, 'style', 'position:absolute;left:100px;top:560px;width:200px;height:30px')),
      size,
    );
    // There is no room below any more.
    await expect.poll(async () => (await boxOf(list))[1]).toBeLessThan(280);
    await change(31, 2, 0);
    await list.waitFor({ state: 'detached' });
    await change(31, 2, 1, ids['name'] ?? 0);
    await change(17, 0);
    expect(await list.count()).toBe(0);
  });

  it('should go with the page that it belongs to', async () => {
    const ids = await start();
    await change(31, 2, 1, ids['size'] ?? 0);
    await byTestId('choices-consumer').waitFor();
    await page().evaluate(() => tandem.keyframe('<p>another page', 2));
    await byTestId('choices-consumer').waitFor({ state: 'detached' });
  });
});

describe('what is selected in a field', () => {
  it('should lie over its characters', async () => {
    const ids = await start();
    const name = ids['name'] ?? 0;
    await change(30, 1, name, 4, name, 8);
    const marked = byTestId('selection-consumer').locator('mark');
    await marked.waitFor();
    expect(await marked.textContent()).toBe('Love');
    const [x = 0, y = 0, width = 0, height = 0] = await boxOf(marked);
    const letter = width / 4;
    expect(letter).toBeCloseTo(12, 0);
    expect(x).toBeCloseTo(100 + 2 + 10 + 4 * letter, -1);
    expect(y + height / 2).toBeCloseTo(70, -1);
    await page().evaluate((id) => tandem.change((w) => w.value(id, 'Ada, Countess of Lovelace')), name);
    await expect.poll(() => marked.textContent()).toBe(' Cou');
    await change(30, 0);
    await marked.waitFor({ state: 'detached' });
  });

  it('should break lines as the field does, in the page’s colour', async () => {
    const ids = await start();
    const wide = ids['wide'] ?? 0;
    await change(30, 1, wide, 14, wide, 18);
    const marked = byTestId('selection-consumer').locator('mark');
    await marked.waitFor();
    expect(await marked.textContent()).toBe('four');
    const [, y = 0] = await boxOf(marked);
    expect(y).toBeGreaterThan(50 + 5 + 20);
    expect(await marked.evaluate((mark) => getComputedStyle(mark).backgroundColor)).toBe('rgb(255, 215, 0)');
  });
});

describe('a box without content', () => {
  it('should say whose it is, in plain words, where there is room', async () => {
    await start();
    const label = byTestId('not-shown');
    await label.first().waitFor();
    expect(await label.allTextContents()).toEqual(['Content of pay.example is not shown']);
    expect(await page().getByRole('note').textContent()).toBe('Content of pay.example is not shown');
    const [x = 0, y = 0, width = 0, height = 0] = await boxOf(label);
    expect([x, width]).toEqual([100, 300]);
    expect(height).toBeLessThan(20);
    expect(y + height / 2).toBeCloseTo(350, -1);
  });

  it('should say nothing where something else lies over it, or once it has content', async () => {
    const ids = await start();
    const label = byTestId('not-shown');
    await label.waitFor();
    const over = 'position:absolute;left:90px;top:290px;width:400px;height:200px;background:#fff;z-index:1';
    await page().evaluate(([id, style]) => tandem.change((w) => w.attribute(id, 'style', style)), [ids['text'] ?? 0, over] as const);
    await label.waitFor({ state: 'detached' });
    await page().evaluate((id) => tandem.change((w) => w.attribute(id, 'style', null)), ids['text'] ?? 0);
    await label.waitFor();
    await page().evaluate(
      (id) =>
        tandem.change((w) => {
          w.nodes(id, 0);
          w.openDocument(900, { url: 'https://shop.test/', baseUrl: '', mode: 1, width: 300, height: 100 });
          w.close();
          w.close();
        }),
      ids['pay'] ?? 0,
    );
    await label.waitFor({ state: 'detached' });
  });

  it('should be pointed at like any other', async () => {
    const ids = await start();
    await page().mouse.move(250, 350);
    await expect
      .poll(() => page().evaluate(() => tandem.sent({ cursors: true }).at(-1)))
      .toMatchObject({ type: 'CURSOR', node: ids['pay'], x: 32768 });
  });

  it('should show a name as the text that it is', async () => {
    const ids = await start();
    await page().evaluate((id) => tandem.change((w) => w.attribute(id, 'src', 'https://xn--80ak6aa92e.example/<b>')), ids['pay'] ?? 0);
    await expect.poll(() => byTestId('not-shown').innerHTML()).toBe('Content of xn--80ak6aa92e.example is not shown');
  });
});

it('should frame the part of the page that is on the consumer’s screen', async () => {
  await start('width:400px;height:300px');
  await change(32, 100, 50, 400, 300);
  await byTestId('visible-part').waitFor();
  expect(await boxOf(byTestId('visible-part'))).toEqual([50, 25, 200, 150]);
  await change(32, 0, 0, 0, 0);
  await byTestId('visible-part').waitFor({ state: 'detached' });
});

describe('a text that the agent highlights', () => {
  const drag = async (from: readonly [number, number], to: readonly [number, number]): Promise<void> => {
    await page().keyboard.down('Alt');
    await page().mouse.move(...from);
    await page().mouse.down();
    await page().mouse.move(...to, { steps: 4 });
    await page().mouse.up();
    await page().keyboard.up('Alt');
  };

  it('should be picked by dragging with Alt, in both modes, either way, and go with the next click', async () => {
    const ids = await start();
    const text = (ids['text'] ?? 0) + 1;
    // Letters are 12 px wide, lines 30 px high.
    await drag([100 + 4 * 12, 465], [100 + 9 * 12, 465]);
    const highlight = { type: 'HIGHLIGHT', node: ids['text'] };
    const quick = { ...highlight, ranges: [{ start: text, startOffset: 4, end: text, endOffset: 9 }] };
    expect(await sent()).toEqual([quick]);
    expect(await byTestId('text-highlight').count()).toBe(1);
    expect((await boxOf(byTestId('text-highlight')))[0]).toBe(148);
    await drag([100 + 3 * 12, 495], [100 + 4 * 12, 465]);
    expect((await sent()).at(-1)).toEqual({ ...highlight, ranges: [{ start: text, startOffset: 4, end: text, endOffset: 19 }] });
    expect(await byTestId('text-highlight').count()).toBe(2);
    await page().keyboard.down('Alt');
    await page().mouse.click(150, 470);
    await page().keyboard.up('Alt');
    expect((await sent()).at(-1)).toEqual({ type: 'HIGHLIGHT', node: 0 });
    expect(await byTestId('text-highlight').count()).toBe(0);
    // Nothing of it was a click.
    expect(await sent()).toHaveLength(3);
  });

  it('should follow the page', async () => {
    const ids = await start();
    await drag([100 + 4 * 12, 465], [100 + 9 * 12, 465]);
    const moved = 'position:absolute;left:300px;top:450px;white-space:pre';
    await page().evaluate(([id, style]) => tandem.change((w) => w.attribute(id, 'style', style)), [ids['text'] ?? 0, moved] as const);
    await expect.poll(async () => (await boxOf(byTestId('text-highlight')))[0]).toBe(348);
    await page().evaluate((id) => tandem.change((w) => w.remove([id])), ids['text'] ?? 0);
    await byTestId('text-highlight').waitFor({ state: 'detached' });
  });
});
