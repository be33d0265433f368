import type { Page } from '@playwright/test';
import { mirrorDifference } from '../tools/fidelity/structure.ts';
import { begin, expect, inMirror, test } from './together.ts';

const MASKED = '[autocomplete^="cc-"]';
const MINUTE_MILLIS = 60_000;

const expectEqual = (consumer: Page, agent: Page): Promise<void> =>
  expect
    .poll(() => mirrorDifference(consumer, agent, { masked: MASKED }), {
      message: 'first difference between page and mirror',
      timeout: 15_000,
    })
    .toBeNull();

interface Counters {
  readonly documents: number;
  readonly nodes: number;
  readonly jsEventListeners: number;
}

const show = (page: Page, how: 'pagehide' | 'pageshow'): Promise<unknown> =>
  page.evaluate((type) => dispatchEvent(new PageTransitionEvent(type, { persisted: true })), how);

/**
 * What is alive in the page after everything that can be collected was, while the tag rests as it does before a page is put away: a tag that waits in the
 * lobby holds as many listeners more as its carrier of the moment and those that are being tried have, now three, now none.
 */
async function counters(page: Page): Promise<Counters> {
  await show(page, 'pagehide');
  const cdp = await page.context().newCDPSession(page);
  try {
    await cdp.send('HeapProfiler.enable');
    await cdp.send('HeapProfiler.collectGarbage');
    await cdp.send('HeapProfiler.collectGarbage');
    return await cdp.send('Memory.getDOMCounters');
  } finally {
    await cdp.detach();
    await show(page, 'pageshow');
  }
}

const turnOffLivePrices = async (page: Page): Promise<void> => {
  await page.locator('#live').click();
  await expect(page.locator('#live')).toHaveAttribute('aria-checked', 'false');
};

/** One round over the grid: filter, sort, look, add. It leaves the page as it found it, but for the cart. */
async function browseTheGrid(page: Page, round: number): Promise<void> {
  const sorts = ['cheap', 'dear', 'name', 'rating', 'picked'];
  await page.locator('#sort').selectOption(sorts[round % sorts.length] as string);
  await page.locator('#search').pressSequentially('la');
  await page.locator('#search').fill('');
  await page.locator('#category-wear').check();
  await page.locator('#category-wear').uncheck();
  await page.locator('#look-stove').click();
  await page.locator('#quick-add').click();
  await page.locator('#season').click();
  await page.mouse.wheel(0, round % 2 === 0 ? 300 : -300);
}

/** Adds 500 nodes, moves them, and takes them away again. */
async function stirFiveHundred(page: Page): Promise<void> {
  await page.evaluate(() => {
    const list = document.createElement('ul');
    for (let i = 0; i < 500; i++) list.append(Object.assign(document.createElement('li'), { id: `stir-${i}`, textContent: `item ${i}` }));
    document.getElementById('main')?.append(list);
    Object.assign(window, { list });
  });
  await page.evaluate(() => {
    const { list } = window as unknown as { list: HTMLElement };
    for (const item of [...list.children].sort((a, b) => ((Number(a.id.slice(5)) * 197) % 500) - ((Number(b.id.slice(5)) * 197) % 500)))
      list.append(item);
  });
  await page.evaluate(() => {
    (window as unknown as { list?: HTMLElement }).list?.remove();
    delete (window as unknown as { list?: HTMLElement }).list;
  });
}

async function sortTheWarehouse(page: Page): Promise<void> {
  for (const column of ['pieces', 'name', 'depot', 'price', 'number']) {
    await page.locator(`#sort-${column}`).click();
    await page.locator('#stock-box').hover();
    await page.mouse.wheel(0, 700);
  }
  await page.locator('#row-search').pressSequentially('tent');
  await page.locator('#row-search').fill('');
}

test('should equal the page after a minute of everything at once', async ({ consumer, agent }) => {
  test.setTimeout(180_000);
  await begin(consumer, agent, 'shared');
  const end = Date.now() + MINUTE_MILLIS;
  let round = 0;
  while (Date.now() < end) {
    await browseTheGrid(consumer, round);
    await stirFiveHundred(consumer);
    if (round === 0) await expect(inMirror(agent, '#cart-count')).toHaveText('1');
    round++;
  }
  await turnOffLivePrices(consumer);
  await expectEqual(consumer, agent);

  await consumer.locator('#look-boots').click();
  await expectEqual(consumer, agent);
  await consumer.locator('#quick-close').click();

  await consumer.locator('#nav-stock').click();
  await expect(inMirror(agent, '#row-500')).toBeAttached();
  await sortTheWarehouse(consumer);
  await expectEqual(consumer, agent);

  await consumer.goto(new URL('product.html?id=jacket', consumer.url()).href);
  await consumer.locator('#reviews-box').hover();
  await consumer.mouse.wheel(0, 400);
  await consumer.frameLocator('#size-guide').locator('#unit').selectOption('in');
  await consumer.locator('#size').selectOption('L');
  await expect(inMirror(agent, '#size')).toHaveValue('L');
  await expectEqual(consumer, agent);

  await consumer.goto(new URL('checkout.html', consumer.url()).href);
  await consumer.locator('#name').pressSequentially('Grace Hopper');
  await consumer.locator('#email').fill('grace');
  await consumer.locator('#address').pressSequentially('1 Harbour Road\nHalden');
  await consumer.locator('#gift').check();
  await consumer.locator('#gift-message').fill('Bon voyage');
  await consumer.locator('#country').selectOption('PT');
  await consumer.locator('#delivery-express').check();
  await expect(inMirror(agent, '#delivery-express')).toBeChecked();
  await expectEqual(consumer, agent);
});

test('should leave no listener and no node behind when the session has ended', async ({ consumer, agent }) => {
  test.setTimeout(120_000);
  const ROUNDS = 3;
  await turnOffLivePrices(consumer);
  const work = async (): Promise<void> => {
    await browseTheGrid(consumer, 4);
    await stirFiveHundred(consumer);
  };
  const session = async (): Promise<void> => {
    await begin(consumer, agent, 'shared');
    await work();
    await consumer.getByTestId('session-exit').click();
    await expect(consumer.getByTestId('session-frame')).toHaveCount(0);
    // The words that say why it ended stay for a moment.
    await expect(consumer.locator('tandem-ui')).toHaveCount(0, { timeout: 20_000 });
  };
  await session();

  // What the page itself leaves behind in as many rounds without a session is not the tag's.
  const first = await counters(consumer);
  for (let round = 0; round < ROUNDS; round++) await work();
  const second = await counters(consumer);
  for (let round = 0; round < ROUNDS; round++) await session();
  const grown = async (): Promise<Counters> => {
    const third = await counters(consumer);
    return {
      documents: third.documents - second.documents - (second.documents - first.documents),
      jsEventListeners: third.jsEventListeners - second.jsEventListeners - (second.jsEventListeners - first.jsEventListeners),
      nodes: Math.max(0, third.nodes - second.nodes - (second.nodes - first.nodes)),
    };
  };
  await expect.poll(grown).toEqual({ documents: 0, jsEventListeners: 0, nodes: 0 });
});
