import type { Locator, Page } from '@playwright/test';
import { expect, inMirror, test } from './together.ts';

/** What a link, a batch and two machines' frames may put between the two sides, in ms; a loaded machine adds to it. */
const LAG_MILLIS = 1_500;
const WIDTH_PIXELS = 600;
const TURN_MILLIS = 20_000;

/** Where the mover stands, as a share of its way. */
const placeOf = (mover: Locator): Promise<number> =>
  mover.evaluate(
    (element, width) => Number.parseFloat((element.ownerDocument.defaultView as Window).getComputedStyle(element).marginLeft) / width,
    WIDTH_PIXELS,
  );

async function addMover(consumer: Page): Promise<void> {
  await consumer.evaluate(
    ([width, duration]) => {
      const mover = document.createElement('div');
      mover.id = 'mover';
      mover.style.cssText = 'width:40px;height:40px;background:teal';
      document.querySelector('#main')?.prepend(mover);
      mover.animate({ marginLeft: ['0px', `${width}px`] }, { duration, iterations: Infinity, direction: 'alternate' }).id = 'moving';
    },
    [WIDTH_PIXELS, TURN_MILLIS] as const,
  );
}

/** Both sides at nearly the same moment, as shares of the way that are no further apart than the lag. */
async function expectInStep(consumer: Page, agent: Page): Promise<void> {
  const [here, there] = [consumer.locator('#mover'), inMirror(agent, '#mover')];
  await expect
    .poll(async () => {
      const [one, other] = await Promise.all([placeOf(here), placeOf(there)]);
      return Math.abs(one - other);
    })
    .toBeLessThan(LAG_MILLIS / TURN_MILLIS);
}

test('should show what a script moves while it moves, and where it is stopped', async ({ consumer, agent, begin }) => {
  await begin('view-only');
  await addMover(consumer);
  const there = inMirror(agent, '#mover');
  await expect(there).toBeVisible();
  await expectInStep(consumer, agent);
  const before = await placeOf(there);
  await expect.poll(async () => Math.abs((await placeOf(there)) - before)).toBeGreaterThan(0.02);
  await expectInStep(consumer, agent);

  await consumer.evaluate(() => {
    const [animation] = document.getAnimations().filter(({ id }) => id === 'moving');
    animation?.pause();
    if (animation) animation.currentTime = 12_345;
  });
  await expect.poll(() => placeOf(there)).toBeCloseTo(12_345 / TURN_MILLIS, 4);
  await consumer.evaluate(() => {
    for (const animation of document.getAnimations()) if (animation.id === 'moving') animation.cancel();
  });
  await expect.poll(() => placeOf(there)).toBe(0);
});

test('should find what moves where it is when the agent comes late, and no entry again that is over', async ({
  consumer,
  agent,
  begin,
}) => {
  await consumer.evaluate(
    ([width, duration]) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`@keyframes entry { from { opacity: 0.1 } } @keyframes go { to { margin-left: ${width}px } }
        #entered { animation: entry 2s } #mover { width: 40px; height: 40px; background: teal; animation: go ${duration}ms linear infinite }`);
      document.adoptedStyleSheets.push(sheet);
    },
    [WIDTH_PIXELS, TURN_MILLIS] as const,
  );
  await consumer.evaluate(async () => {
    const entered = Object.assign(document.createElement('p'), { id: 'entered', textContent: 'came in long ago' });
    const mover = Object.assign(document.createElement('div'), { id: 'mover' });
    document.querySelector('#main')?.prepend(entered, mover);
    // Long ago, and far along.
    for (const animation of entered.getAnimations()) animation.finish();
    for (const animation of mover.getAnimations()) animation.currentTime = 8_000;
    await new Promise(requestAnimationFrame);
  });
  await begin('view-only');
  await expectInStep(consumer, agent);
  expect(await placeOf(inMirror(agent, '#mover'))).toBeGreaterThan(0.35);
  await expect(inMirror(agent, '#entered')).toHaveCSS('opacity', '1');
});
