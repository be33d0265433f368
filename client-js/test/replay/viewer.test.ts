import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';
import type {} from './in-viewer.ts';

let browser: Browser;
let server: LocalServer;
let page: Page;

afterEach(() => page.close());
beforeAll(async () => {
  const script = bundle('test/replay/in-viewer.ts');
  server = await serve((request, response) => {
    if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/page.js"></script>');
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.goto(server.origin);
});

const FORM =
  '<!DOCTYPE html><style>input{box-sizing:border-box}</style><body style="margin:0;height:3000px"><input id=name style="position:absolute;left:100px;top:50px;width:200px;height:40px;font:20px serif">' +
  '<input id=secret type=password value="\u2022\u2022\u2022\u2022" style="position:absolute;left:100px;top:120px;width:200px;height:40px">' +
  '<select id=size style="position:absolute;left:100px;top:200px;width:200px;height:30px"><option>S<option>M<option disabled>L</select>' +
  '<a id=link href="/next" style="position:absolute;left:100px;top:260px;width:100px;height:20px">next</a>' +
  '<div id=box style="position:absolute;left:400px;top:50px;width:100px;height:100px;overflow:auto"><div style="height:900px"></div></div></body>';

const start = (mode: 'shared' | 'view-only', html = FORM, style?: string): Promise<Readonly<Record<string, number>>> =>
  page.evaluate(({ html, mode, style }) => tandem.start(html, mode, style), { html, mode, style });

const sent = (): Promise<unknown[]> => page.evaluate(() => tandem.sent());
const byTestId = (id: string): Locator => page.getByTestId(id);

describe('the viewer', () => {
  it('should scale the consumer’s viewport to fit and show it in its own size on request', async () => {
    await start('shared', FORM, 'width:400px;height:600px');
    const width = async (): Promise<number | undefined> => (await byTestId('mirror').boundingBox())?.width;
    expect(await width()).toBe(400);
    await byTestId('zoom').click();
    expect(await width()).toBe(800);
  });

  it('should ask the consumer’s browser for what its own cannot load, in both modes, about the document that is shown', async () => {
    const blob = 'blob:https://shop.example/5e6f0a3c-1d2b-4c3d-8e9f-0a1b2c3d4e5f';
    for (const mode of ['view-only', 'shared'] as const) {
      await page.goto(server.origin);
      await page.evaluate(([html, mode]) => tandem.start(html, mode, undefined, 'images'), [`<img src="${blob}">`, mode] as const);
      await expect.poll(() => page.evaluate(() => tandem.asked())).toEqual([{ isInFull: false, addresses: [blob], epoch: 1 }]);
      await page.evaluate((html) => tandem.keyframe(html, 2), `<img src="${blob}">`);
      await expect.poll(() => page.evaluate(() => tandem.asked().map(({ epoch }) => epoch))).toEqual([1, 2]);
    }
  });

  it('should ask for nothing where the brand hands out nothing, or the relay does not say so', async () => {
    for (const policy of ['none', undefined] as const) {
      await page.goto(server.origin);
      await page.evaluate(async (resources) => {
        await tandem.start('<img src="blob:https://shop.example/x">', 'shared', undefined, resources);
        await new Promise((resume) => setTimeout(resume, 300));
      }, policy);
      expect(await page.evaluate(() => tandem.asked())).toEqual([]);
    }
  });

  it('should say why the page is not to be seen', async () => {
    await start('shared');
    const veil = byTestId('veil');
    expect(await veil.isVisible()).toBe(false);
    const shown = async (changes: Parameters<typeof tandem.update>[0]): Promise<string> => {
      await page.evaluate((changes) => tandem.update(changes), changes);
      return (await veil.textContent()) ?? '';
    };
    expect(await shown({ state: 'paused' })).toMatch(/paused/);
    expect(await shown({ state: 'active' })).toBe('');
    // Not of what is over in a moment.
    expect(await shown({ participants: [{ number: 1, role: 'consumer', name: 'Consumer', present: false }] })).toBe('');
    await expect.poll(() => veil.textContent()).toMatch(/left the page/);
  });

  it('should anchor the consumer’s cursor, clicks and typing to elements', async () => {
    const ids = await start('shared', FORM, 'width:400px;height:300px');
    const point = { node: ids['name'] ?? 0, x: 32768, y: 32768 };
    await page.evaluate((spot) => {
      tandem.pointer({ type: tandem.FrameType.CURSOR, ...spot });
      tandem.pointer({ type: tandem.FrameType.CLICK_MARK, ...spot });
      tandem.pointer({ type: tandem.FrameType.TYPING, node: spot.node });
    }, point);
    const cursor = byTestId('cursor-consumer');
    expect(await cursor.textContent()).toBe('Consumer');
    const at = async (): Promise<number[]> =>
      cursor
        .evaluate((element) => new DOMMatrix((element as HTMLElement).style.transform))
        .then(({ e, f }) => [Math.round(e), Math.round(f)]);
    expect(await at()).toEqual([100, 35]);
    expect(await byTestId('click-mark').count()).toBe(1);
    expect(await byTestId('typing').textContent()).toBe('Consumer is typing');
    await page.evaluate(
      (id) => tandem.change((w) => w.attribute(id, 'style', 'position:absolute;left:300px;top:200px;width:200px;height:40px')),
      point.node,
    );
    await expect.poll(at).toEqual([200, 110]);
  });

  it('should acknowledge the page, ask for what is missing at a gap, and go on with a keyframe', async () => {
    await start('shared');
    await expect.poll(() => page.evaluate(() => tandem.sentTypes().includes('PAGE_ACK'))).toBe(true);
    const requests = (): Promise<number> => page.evaluate(() => tandem.sentTypes().filter((type) => type === 'RESUME').length);
    const before = await requests();
    await page.evaluate(() => {
      tandem.skipAFrame();
      tandem.change((w) => w.focus(0));
      tandem.change((w) => w.focus(0));
    });
    expect(await requests()).toBe(before + 1);
    await page.evaluate(() => {
      tandem.keyframe('<p>after the gap');
      tandem.change((w) => w.focus(0));
    });
    expect(await requests()).toBe(before + 1);
    expect(await page.evaluate(() => tandem.viewer.mirror?.document?.body.textContent)).toBe('after the gap');
  });

  it('should follow the consumer to the next document and speak of that', async () => {
    await start('shared');
    await page.evaluate(() => tandem.keyframe('<p>next page', 2));
    expect(await page.evaluate(() => [tandem.session.epoch, tandem.viewer.mirror?.document?.body.textContent])).toEqual([2, 'next page']);
  });

  it('should tell what the relay and the tag refused', async () => {
    await start('shared');
    const refusals = await page.evaluate(() => {
      const sequence = tandem.session.click({ node: 99, x: 0, y: 0 });
      tandem.verdict({ sequence, outcome: 'refused', reason: 'no-such-node' });
      tandem.session.click({ node: 99, x: 0, y: 0 });
      tandem.error({ reason: 'mode-forbids', message: 'CLICK needs mode shared', type: 128, sequence: 2 });
      return tandem.refusals;
    });
    expect(refusals).toMatchObject([{ reason: 'no-such-node', type: 128 }, { reason: 'mode-forbids' }]);
  });
});

describe('the agent’s pointer', () => {
  it('should click by element and fraction, and mark the click', async () => {
    const ids = await start('shared');
    await page.mouse.click(150, 270);
    expect(await sent()).toEqual([
      { type: 'CLICK_MARK', node: ids['link'], x: 32768, y: 32768 },
      { type: 'CLICK', node: ids['link'], x: 32768, y: 32768, button: 0, modifiers: 0, clicks: 1 },
    ]);
    expect(await byTestId('cursor-agent').textContent()).toBe('Ada');
  });

  it('should point but not act in view-only mode, and say so', async () => {
    const ids = await start('view-only');
    await page.mouse.click(150, 70);
    await page.keyboard.type('x');
    expect(await sent()).toEqual([{ type: 'CLICK_MARK', node: ids['name'], x: 16384, y: expect.any(Number) as number }]);
    expect(await byTestId('viewer-notice').textContent()).toMatch(/View only/);
    expect(await page.evaluate(() => tandem.refusals[0])).toMatchObject({
      reason: 'mode-forbids',
      allowed: expect.arrayContaining(['SCROLL_TO']) as unknown,
    });
    expect(await byTestId('editor').count()).toBe(0);
  });

  it('should wiggle with Ctrl and highlight with Alt, in both modes', async () => {
    const ids = await start('view-only');
    await page.keyboard.down('Control');
    await page.mouse.click(150, 270);
    await page.keyboard.up('Control');
    await page.keyboard.down('Alt');
    await page.mouse.click(150, 270);
    await page.keyboard.up('Alt');
    expect(await sent()).toEqual([
      { type: 'WIGGLE', node: ids['link'] },
      { type: 'HIGHLIGHT', node: ids['link'] },
    ]);
    expect(await byTestId('highlight').isVisible()).toBe(true);
  });

  it('should show the cursor of the element under it and report where it is', async () => {
    const ids = await start('view-only');
    await page.mouse.move(150, 270);
    expect(await page.evaluate(() => (tandem.viewer.shadowRoot?.querySelector('.overlay') as HTMLElement).style.cursor)).toBe('pointer');
    const cursors = (): Promise<unknown> => page.evaluate(() => tandem.sent({ cursors: true }).at(-1));
    await expect.poll(cursors).toEqual({ type: 'CURSOR', node: ids['link'], x: 32768, y: 32768 });
  });

  it('should scroll the page or the box under it at once, and report the last position', async () => {
    const ids = await start('view-only');
    await page.mouse.move(450, 100);
    await page.mouse.wheel(0, 120);
    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, 200);
    await page.mouse.wheel(0, 250);
    await expect.poll(() => page.evaluate(() => tandem.viewer.mirror?.document?.defaultView?.scrollY)).toBe(450);
    await expect.poll(sent).toContainEqual({ type: 'SCROLL_TO', node: ids['box'], left: 0, top: 120 });
    await expect.poll(sent).toContainEqual({ type: 'SCROLL_TO', node: ids['document'], left: 0, top: 450 });
  });

  it('should not be pulled back by the consumer’s earlier positions while scrolling', async () => {
    const ids = await start('view-only');
    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, 300);
    const y = (): Promise<number | undefined> => page.evaluate(() => tandem.viewer.mirror?.document?.defaultView?.scrollY);
    await expect.poll(y).toBe(300);
    await page.evaluate((id) => tandem.change((w) => w.scroll(id, 0, 120)), ids['document'] ?? 0);
    expect(await y()).toBe(300);
    await expect.poll(() => sent().then((all) => all.length)).toBeGreaterThan(0);
    await page.evaluate(() => tandem.verdict({ sequence: 1, outcome: 'applied' }));
    await page.evaluate((id) => tandem.change((w) => w.scroll(id, 0, 280)), ids['document'] ?? 0);
    await expect.poll(y).toBe(280);
  });
});

describe('the agent’s typing', () => {
  it('should type into a real field laid over the mirrored one, and send its whole value', async () => {
    const ids = await start('shared', FORM, 'width:400px;height:300px');
    await page.mouse.click(100, 35);
    const editor = byTestId('editor');
    expect(await editor.boundingBox()).toEqual({ x: 50, y: 25, width: 100, height: 20 });
    expect(await editor.evaluate((element) => getComputedStyle(element).font)).toMatch(/20px.*serif/);
    await page.keyboard.type('Grace');
    await page.keyboard.press('Enter');
    const all = await sent();
    expect(all.slice(0, 3)).toMatchObject([{ type: 'CLICK_MARK' }, { type: 'CLICK' }, { type: 'TYPING', node: ids['name'] }]);
    expect(all).toContainEqual({ type: 'INPUT', node: ids['name'], value: 'Grace', commit: true });
    expect(all.at(-1)).toEqual({ type: 'KEY', node: ids['name'], key: 'Enter', modifiers: 0 });
    expect(all.length).toBeLessThan(12);
  });

  it('should cover the mirrored text in the field’s own colour', async () => {
    await start('shared', FORM.replace('font:20px serif', 'font:20px serif;background:rgb(255, 215, 0)'));
    await page.mouse.click(150, 70);
    expect(await byTestId('editor').evaluate((editor) => getComputedStyle(editor).backgroundColor)).toBe('rgb(255, 215, 0)');
  });

  it('should commit when the agent goes elsewhere', async () => {
    const ids = await start('shared');
    await page.mouse.click(150, 70);
    await page.keyboard.type('ab');
    await page.mouse.click(600, 500);
    await expect.poll(sent).toContainEqual({ type: 'INPUT', node: ids['name'], value: 'ab', commit: true });
    expect(await byTestId('editor').count()).toBe(0);
  });

  it('should refuse private fields with a word', async () => {
    await start('shared');
    await page.mouse.click(150, 140);
    expect(await byTestId('viewer-notice').textContent()).toMatch(/private/);
    expect((await sent()).map((one) => (one as { type: string }).type)).toEqual(['CLICK_MARK']);
    expect(await byTestId('editor').count()).toBe(0);
  });

  it('should choose from a list of its own', async () => {
    const ids = await start('shared');
    await page.mouse.click(150, 215);
    const choices = byTestId('choices');
    expect(await choices.locator('option').allTextContents()).toEqual(['S', 'M', 'L']);
    await choices.locator('option').nth(1).click();
    expect(await sent()).toContainEqual({ type: 'SELECT', node: ids['size'], indices: [1] });
    expect(await choices.count()).toBe(0);
  });

  it('should send keys to where the consumer’s focus is, and follow it into the next field', async () => {
    const ids = await start('shared');
    await page.mouse.click(150, 270);
    await page.evaluate((id) => tandem.change((w) => w.focus(id)), ids['link'] ?? 0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect((await sent()).slice(2)).toEqual([
      { type: 'KEY', node: ids['link'], key: 'Escape', modifiers: 0 },
      { type: 'KEY', node: ids['link'], key: 'Tab', modifiers: 0 },
    ]);
    await page.evaluate((id) => tandem.change((w) => w.focus(id)), ids['name'] ?? 0);
    await page.keyboard.type('z');
    await expect.poll(sent).toContainEqual({ type: 'INPUT', node: ids['name'], value: 'z', commit: false });
  });

  it('should show in the editor what the page made of the text', async () => {
    const ids = await start('shared');
    await page.mouse.click(150, 70);
    await page.keyboard.type('4111');
    await page.evaluate((id) => tandem.change((w) => w.value(id, '4 111')), ids['name'] ?? 0);
    await expect
      .poll(() =>
        page.evaluate(() => {
          tandem.change((w) => w.focus(0));
          return (tandem.viewer.shadowRoot?.querySelector('.editor') as HTMLInputElement | null)?.value;
        }),
      )
      .toBe('4 111');
  });
});
