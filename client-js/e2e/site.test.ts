import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin, expect, inMirror, signIn, test } from './together.ts';

test('should serve any folder of pages with the tag in them', async ({ browser, launchRelay }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-site-'));
  writeFileSync(join(folder, 'style.css'), 'h1 { color: rgb(1, 2, 3); }');
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>Mine</title><link rel="stylesheet" href="style.css"><h1>My own page</h1><a id="next" href="inner/page.html">next</a>',
  );
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner', 'page.html'), '<!doctype html><html><body><p id="inner">Further in</p></body></html>');
  const relay = await launchRelay('--site', folder);
  const contexts = [await browser.newContext(), await browser.newContext()] as const;
  try {
    const consumer = await contexts[0].newPage();
    const agent = await contexts[1].newPage();
    await consumer.goto(`${relay.url}/site/`);
    await signIn(agent, relay);
    await begin(consumer, agent, 'shared');
    await expect(inMirror(agent, 'h1')).toHaveText('My own page');
    await expect(inMirror(agent, 'h1')).toHaveCSS('color', 'rgb(1, 2, 3)');
    await consumer.locator('#next').click();
    await expect(inMirror(agent, '#inner')).toHaveText('Further in');
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
    await relay.stop();
    rmSync(folder, { recursive: true });
  }
});

test('should lead from the explainer to the shop and to the desk, each in a window of its own', async ({ browser, relay }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(relay.url);
  const [shop] = await Promise.all([context.waitForEvent('page'), page.locator('#open-shop').click()]);
  await expect(shop).toHaveURL(/\/demo\/$/);
  await expect(shop.locator('#card-tent')).toBeVisible();
  const [desk] = await Promise.all([context.waitForEvent('page'), page.locator('#open-desk').click()]);
  await expect(desk).toHaveURL(/\/agent\/$/);
  await expect(desk.locator('#desk')).toBeVisible();
  await context.close();
});
