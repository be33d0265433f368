import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { mirrored, type Point } from './hand.ts';
import type { Relay } from './relay.ts';
import { begin, expect, inMirror, signIn, test as base } from './together.ts';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Reading together</title>
<style>body { font: 20px/30px monospace; margin: 20px } p { width: fit-content } :target { background: rgb(254, 240, 138) } iframe { width: 300px; height: 100px }</style>
<p id="text">The quick <b id="bold">brown fox</b> jumps</p><p id="secret" data-tandem-mask>over the lazy dog</p><p id="rest">and runs away.</p>
<p><input id="name" value="Ada Lovelace"><input id="password" type="password" value="open sesame">
<select id="size"><option>Small<option selected>Medium<option disabled>Large</select><select id="card" autocomplete="cc-type"><option>Visa<option>Amex</select></p>
<h2 id="part">A part</h2><a id="to-part" href="#part">to the part</a><iframe id="pay" src="http://pay.example/form"></iframe>`;

interface Scene {
  readonly consumer: Page;
  readonly agent: Page;
}

const test = base.extend<{ scene: Scene }, { site: Relay }>({
  site: [
    async ({ launchRelay }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'tandem-reading-'));
      writeFileSync(join(folder, 'index.html'), PAGE);
      const relay = await launchRelay('--site', folder);
      await use(relay);
      await relay.stop();
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  scene: async ({ browser, site }, use) => {
    const contexts = [await browser.newContext(), await browser.newContext()] as const;
    await contexts[0].route('http://pay.example/**', (route) => route.fulfill({ contentType: 'text/html', body: 'Card number' }));
    const consumer = await contexts[0].newPage();
    const agent = await contexts[1].newPage();
    await consumer.goto(`${site.url}/site/`);
    await signIn(agent, site);
    await use({ consumer, agent });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** What the agent sees marked of the page's texts. */
const selectedAt = (agent: Page): Promise<string[]> =>
  inMirror(agent, 'html').evaluate(() => Array.from(CSS.highlights.get('tandem-selection') ?? [], String));

/** The place before a letter of the text that an element begins with, where it is painted in its own page. */
const before = (element: Locator, letter: number): Promise<Point> =>
  element.evaluate((one, offset) => {
    const range = document.createRange();
    range.setStart(one.firstChild as Text, offset);
    range.setEnd(one.firstChild as Text, offset + 1);
    const { left, top, height } = range.getBoundingClientRect();
    return { x: left + 1, y: top + height / 2 };
  }, letter);

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
}

test('should show the agent what the consumer selects, and nothing of what is masked', async ({ scene: { consumer, agent } }) => {
  await begin(consumer, agent, 'view-only');
  const [text, rest] = [consumer.locator('#text'), consumer.locator('#rest')];
  await drag(consumer, await before(text, 4), await before(consumer.locator('#bold'), 5));
  await expect.poll(() => selectedAt(agent)).toEqual(['quick brown']);
  await drag(consumer, await before(text, 0), await before(rest, 8));
  await expect.poll(async () => (await selectedAt(agent)).join('|')).toBe('The quick brown fox jumps|and runs');
  await consumer.locator('#secret').dblclick();
  await expect.poll(() => selectedAt(agent)).toEqual([]);

  await consumer.locator('#name').dblclick({ position: { x: 20, y: 10 } });
  const inField = agent.getByTestId('selection-consumer').locator('mark');
  await expect(inField).toHaveText('Ada');
  await consumer.locator('#password').dblclick();
  await expect(inField).toHaveCount(0);
  await consumer.locator('#password').press('Control+a');
  await drag(consumer, await before(text, 0), await before(text, 3));
  await expect.poll(() => selectedAt(agent)).toEqual(['The']);
  await expect(inField).toHaveCount(0);
});

test('should show the agent a list while the consumer has it open', async ({ scene: { consumer, agent } }) => {
  await begin(consumer, agent, 'shared');
  const list = agent.getByTestId('choices-consumer');
  await consumer.locator('#card').click();
  await consumer.keyboard.press('Escape');
  await consumer.locator('#size').click();
  await expect(list.getByRole('option')).toHaveText(['Small', 'Medium', 'Large']);
  await expect(list.getByRole('option', { selected: true })).toHaveText('Medium');
  const field = await mirrored(agent, '#size');
  const box = await list.boundingBox();
  expect(box?.y).toBeGreaterThan(field?.y ?? Infinity);
  await consumer.keyboard.press('ArrowUp');
  await consumer.keyboard.press('Enter');
  await expect(list).toHaveCount(0);
  await expect(inMirror(agent, '#size')).toHaveValue('Small');
});

test('should style the target of the address as at the consumer', async ({ scene: { consumer, agent } }) => {
  await begin(consumer, agent, 'view-only');
  const part = inMirror(agent, '#part');
  await expect(part).not.toHaveCSS('background-color', 'rgb(254, 240, 138)');
  await consumer.locator('#to-part').click();
  await expect(part).toHaveCSS('background-color', 'rgb(254, 240, 138)');
  await consumer.goBack();
  await expect(part).not.toHaveCSS('background-color', 'rgb(254, 240, 138)');
});

test('should say whose content is not shown', async ({ scene: { consumer, agent } }) => {
  await begin(consumer, agent, 'view-only');
  const label = agent.getByRole('note');
  await expect(label).toHaveText('Content of pay.example is not shown');
  const [at, frame] = [await label.boundingBox(), await mirrored(agent, '#pay')];
  expect(Math.abs((at?.y ?? 0) + (at?.height ?? 0) / 2 - (frame?.y ?? 0))).toBeLessThan(4);
});

test('should frame the part of the page that two fingers have brought nearer', async ({ scene: { consumer, agent } }) => {
  await begin(consumer, agent, 'view-only');
  const devtools = await consumer.context().newCDPSession(consumer);
  await devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
  const [frame, mirror] = [agent.getByTestId('visible-part'), agent.getByTestId('mirror')];
  await expect(frame).toBeVisible();
  const [part, whole] = [await frame.boundingBox(), await mirror.boundingBox()];
  expect((part?.width ?? 0) / (whole?.width ?? 1)).toBeCloseTo(0.5, 1);
  await devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1 });
  await expect(frame).toHaveCount(0);
});

for (const mode of ['view-only', 'shared'] as const) {
  test(`should show the consumer a text that the agent highlights, ${mode}`, async ({ scene: { consumer, agent } }) => {
    await begin(consumer, agent, mode);
    const start = await mirrored(agent, '#text');
    const scale = await scaleOf(agent);
    const letter = 12 * scale;
    const from = { x: (start?.x ?? 0) - (25 / 2 - 4) * letter + 1, y: start?.y ?? 0 };
    await agent.keyboard.down('Alt');
    await drag(agent, from, { x: from.x + 11 * letter, y: from.y });
    await agent.keyboard.up('Alt');
    await expect(agent.getByTestId('text-highlight').first()).toBeVisible();
    const highlight = consumer.getByTestId('highlight');
    await expect(highlight).toBeVisible();
    const [quick, fox] = [await before(consumer.locator('#text'), 4), await before(consumer.locator('#bold'), 5)];
    await expect.poll(async () => Math.abs(((await highlight.boundingBox())?.x ?? 0) - quick.x)).toBeLessThan(4);
    const box = await highlight.boundingBox();
    expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) - fox.x)).toBeLessThan(4);
    expect(await consumer.evaluate(() => [getSelection()?.toString(), document.querySelector('#text')?.outerHTML])).toEqual([
      '',
      '<p id="text">The quick <b id="bold">brown fox</b> jumps</p>',
    ]);

    const masked = await middleInMirror(agent, '#secret');
    await agent.keyboard.down('Alt');
    await drag(agent, { x: masked.x - 30, y: masked.y }, { x: masked.x + 30, y: masked.y });
    await expect(agent.getByTestId('notice')).toContainText('masked');
    const rest = await middleInMirror(agent, '#rest');
    await agent.mouse.click(rest.x, rest.y);
    await agent.keyboard.up('Alt');
    await expect(highlight).toHaveCount(0);
  });
}

const scaleOf = (agent: Page): Promise<number> =>
  agent.getByTestId('mirror').evaluate((frame) => frame.getBoundingClientRect().width / (frame as HTMLElement).offsetWidth);

async function middleInMirror(agent: Page, selector: string): Promise<Point> {
  const { x = 0, y = 0 } = (await mirrored(agent, selector)) ?? {};
  return { x, y };
}
