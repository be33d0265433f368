import { wheelInMirror } from './hand.ts';
import { expect, inMirror, test } from './together.ts';

for (const mode of ['view-only', 'shared'] as const) {
  test.describe(`co-scrolling, ${mode}`, () => {
    test('should keep both at the same part of the page, whoever scrolls', async ({ consumer, agent, begin }) => {
      await begin(mode);
      const mirrorTop = (): Promise<number> =>
        inMirror(agent, 'html').evaluate((html) => html.ownerDocument.scrollingElement?.scrollTop ?? -1);
      const pageTop = (): Promise<number> => consumer.evaluate(() => window.scrollY);

      await consumer.mouse.move(500, 400);
      await consumer.mouse.wheel(0, 640);
      await expect.poll(pageTop).toBeGreaterThan(600);
      await expect.poll(async () => Math.abs((await mirrorTop()) - (await pageTop()))).toBeLessThanOrEqual(1);

      const before = await pageTop();
      await wheelInMirror(agent, '#grid', -300);
      await expect.poll(pageTop).toBeLessThan(before - 200);
      await expect.poll(async () => Math.abs((await mirrorTop()) - (await pageTop()))).toBeLessThanOrEqual(1);
    });

    test('should scroll an inner box with the page standing still', async ({ consumer, agent, begin }) => {
      await consumer.goto(new URL('stock-list.html', consumer.url()).href);
      await begin(mode);
      const box = consumer.locator('#stock-box');
      const boxTop = (): Promise<number> => box.evaluate((element) => element.scrollTop);
      const mirrorTop = (): Promise<number> => inMirror(agent, '#stock-box').evaluate((element) => element.scrollTop);

      await box.hover();
      await consumer.mouse.wheel(0, 900);
      await expect.poll(boxTop).toBeGreaterThan(800);
      await expect.poll(async () => Math.abs((await mirrorTop()) - (await boxTop()))).toBeLessThanOrEqual(1);

      const before = await boxTop();
      await wheelInMirror(agent, '#stock-box', 500);
      await expect.poll(boxTop).toBeGreaterThan(before + 400);
      await expect.poll(async () => Math.abs((await mirrorTop()) - (await boxTop()))).toBeLessThanOrEqual(1);
      expect(await consumer.evaluate(() => window.scrollY)).toBe(0);
    });
  });
}
