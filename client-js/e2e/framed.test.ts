import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, FrameLocator, Locator, Page } from '@playwright/test';
import { mirrorDifference } from '../tools/fidelity/structure.ts';
import type { TandemViewer } from '../src/viewer.ts';
import { aim, clickInMirror, mirrored, typeInMirror, wheelInMirror } from './hand.ts';
import { listenTo } from './listening.ts';
import type { Relay } from './relay.ts';
import { begin as beginWith, expect, inMirror, test as base } from './together.ts';

/*
 * The relay's two names, localhost and 127.0.0.1, are two origins: a page of the one has frames of the other.
 */

const CARD = '4111111111111111';

const page = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,"><body>${body}</body></html>`;

/** A frame whose document is at the relay's other name. */
const framed = (
  id: string,
  path: string,
  height: number,
): string => `<iframe id="${id}" title="${id}" width="700" height="${height}"></iframe>
  <script>document.getElementById('${id}').src = 'http://' + (location.hostname === 'localhost' ? '127.0.0.1' : 'localhost') + ':' + location.port + '/site/${path}';</script>`;

const PAGES: Readonly<Record<string, string>> = {
  'index.html': page(`<h1 id="title">Shop</h1><input id="search">${framed('pay', 'pay.html', 560)}<p id="below">Below</p>`),
  'pay.html': page(`<style>h2 { color: rgb(1, 2, 3) } #name:focus { outline: 3px solid rgb(4, 5, 6) }</style><h2 id="heading">Pay here</h2>
    <label>Name <input id="name" value="Grace"></label><input id="card" autocomplete="cc-number" value="${CARD}">
    <select id="plan"><option>monthly</option><option>yearly</option></select><label><input type="checkbox" id="agree"> agree</label>
    <div data-tandem-readonly><button id="proof" onclick="this.textContent = 'paid'">Pay</button></div>
    <button id="more" onclick="document.getElementById('list').append(Object.assign(document.createElement('li'), { textContent: 'one more' }))">More</button><ul id="list"></ul>
    <div id="box" style="width:200px;height:60px;overflow:auto"><div style="height:600px">tall</div></div><a id="next" href="thanks.html">next</a>
    ${framed('map', 'map.html', 120)}`),
  'map.html': page('<p id="place">In Halden</p><button id="north" onclick="this.textContent = `moved`">North</button>'),
  'thanks.html': page('<h2 id="thanks">Thank you</h2>'),
};

const test = base.extend<object, { site: Relay }>({
  site: [
    async ({ launchRelay }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'tandem-framed-'));
      for (const [name, html] of Object.entries(PAGES)) writeFileSync(join(folder, name), html);
      const relay = await launchRelay('--site', folder);
      await use(relay);
      await relay.stop();
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  relay: async ({ site }, use) => use(site),
  consumer: async ({ openConsumer }, use) => use(await openConsumer('/site/')),
});

const PAY = ['#pay'];
const MAP = ['#pay', '#map'];

/** What the mirror shows in a frame, by the way to it. */
const inFrame = (agent: Page, frames: readonly string[], selector: string): Locator => {
  let at: FrameLocator = agent.frameLocator('[data-testid="mirror"]');
  for (const frame of frames) at = at.frameLocator(frame);
  return at.locator(selector);
};

/** The consumer's own document of this name, in whichever frame. */
async function documentOf(consumer: Page, path: string): Promise<Frame> {
  const find = (): Frame | undefined => consumer.frames().find((frame) => new URL(frame.url()).pathname.endsWith(path));
  await expect.poll(find, { message: `${path} is in a frame` }).toBeDefined();
  return find() as Frame;
}

const expectEqual = (consumer: Page, agent: Page): Promise<void> =>
  expect.poll(() => mirrorDifference(consumer, agent), { message: 'first difference between page and mirror', timeout: 15_000 }).toBeNull();

for (const mode of ['view-only', 'shared'] as const) {
  test.describe(`frames of another origin, ${mode}`, () => {
    test('should be mirrored, as they change', async ({ consumer, agent, begin }) => {
      const heard = listenTo(consumer);
      await consumer.reload();
      await begin(mode);
      await expect(inFrame(agent, PAY, '#heading')).toHaveCSS('color', 'rgb(1, 2, 3)');
      await expect(inFrame(agent, MAP, '#place')).toHaveText('In Halden');
      const pay = await documentOf(consumer, 'pay.html');
      await pay.locator('#more').click();
      await pay.locator('#name').fill('Grace Hopper');
      await pay.locator('#agree').check();
      await (await documentOf(consumer, 'map.html')).locator('#north').click();
      await expect(inFrame(agent, PAY, '#list li')).toHaveText('one more');
      await expect(inFrame(agent, PAY, '#name')).toHaveValue('Grace Hopper');
      await expectEqual(consumer, agent);
      expect(heard.find('Grace Hopper')).not.toEqual([]);
      expect(heard.find(CARD)).toEqual([]);

      await agent.evaluate(() => document.querySelector<TandemViewer>('tandem-viewer')?.session?.requestKeyframe());
      await pay.locator('#more').click();
      await expect(inFrame(agent, PAY, '#list li')).toHaveCount(2);
      await expectEqual(consumer, agent);

      await pay.locator('#next').click();
      await expect(inFrame(agent, PAY, '#thanks')).toHaveText('Thank you');
      await consumer.reload();
      await expect(inFrame(agent, MAP, '#place')).toHaveText('In Halden');
      await consumer.locator('#pay').evaluate((frame) => frame.remove());
      await expect(inMirror(agent, '#pay')).toHaveCount(0);
    });

    test('should show each where the other points, and what the agent shows', async ({ consumer, agent, begin }) => {
      await begin(mode);
      const pay = await documentOf(consumer, 'pay.html');
      const map = await documentOf(consumer, 'map.html');
      await expect(inFrame(agent, MAP, '#north')).toBeVisible();
      await pay.locator('#plan').hover();
      const isAt = async (selector: string): Promise<boolean> => {
        const [tip, target] = await Promise.all([agent.getByTestId('cursor-consumer').boundingBox(), mirrored(agent, selector)]);
        return tip !== null && target !== undefined && Math.hypot(tip.x - target.x, tip.y - target.y) < 6;
      };
      await expect.poll(() => isAt('#pay >> #plan')).toBe(true);
      await map.locator('#north').hover();
      await expect.poll(() => isAt('#pay >> #map >> #north')).toBe(true);

      const point = await aim(agent, '#pay >> #map >> #north');
      await agent.mouse.move(point.x, point.y);
      await expect(map.getByTestId('cursor-agent')).toContainText('Ada');
      await agent.keyboard.down('Alt');
      await agent.mouse.click(point.x, point.y);
      await agent.keyboard.up('Alt');
      await expect(map.getByTestId('highlight')).toBeVisible();
      const elsewhere = await aim(agent, '#title');
      await agent.mouse.move(elsewhere.x, elsewhere.y);
      await expect(consumer.getByTestId('cursor-agent')).toBeVisible();
      await expect(map.getByTestId('cursor-agent')).toHaveCount(0);
      await agent.keyboard.down('Alt');
      await agent.mouse.click(elsewhere.x, elsewhere.y);
      await agent.keyboard.up('Alt');
      await expect(consumer.getByTestId('highlight')).toBeVisible();
      await expect(map.getByTestId('highlight')).toHaveCount(0);

      const top = (): Promise<number> => pay.locator('#box').evaluate((box) => box.scrollTop);
      await wheelInMirror(agent, '#pay >> #box', 200);
      await expect.poll(top).toBeGreaterThan(100);
      const shown = (): Promise<number> => inFrame(agent, PAY, '#box').evaluate((box) => box.scrollTop);
      await expect.poll(async () => Math.abs((await shown()) - (await top()))).toBeLessThanOrEqual(1);
    });
  });
}

test('should act in frames of another origin', async ({ consumer, agent, begin }) => {
  await begin('shared');
  const pay = await documentOf(consumer, 'pay.html');
  await expect(inFrame(agent, MAP, '#place')).toHaveText('In Halden');
  await clickInMirror(agent, '#pay >> #more');
  await expect(inFrame(agent, PAY, '#list li')).toHaveText('one more');
  await typeInMirror(agent, '#pay >> #name', ' Hopper');
  await expect(pay.locator('#name')).toHaveValue('Grace Hopper');
  await expect(pay.locator('#name')).toBeFocused();
  await clickInMirror(agent, '#pay >> #agree');
  await expect(pay.locator('#agree')).toBeChecked();
  await clickInMirror(agent, '#pay >> #plan');
  await agent.keyboard.press('ArrowDown');
  await agent.keyboard.press('Enter');
  await expect(pay.locator('#plan')).toHaveValue('yearly');
  await clickInMirror(agent, '#pay >> #map >> #north');
  await expect((await documentOf(consumer, 'map.html')).locator('#north')).toHaveText('moved');

  await clickInMirror(agent, '#pay >> #proof');
  await expect(agent.getByTestId('notice')).toContainText('the brand keeps agents from using that part');
  await expect(pay.locator('#proof')).toHaveText('Pay');
  await clickInMirror(agent, '#pay >> #card');
  await expect(agent.getByTestId('viewer-notice')).toContainText('private');

  await clickInMirror(agent, '#search');
  await agent.keyboard.type('tent');
  await expect(consumer.locator('#search')).toHaveValue('tent');
  await clickInMirror(agent, '#pay >> #next');
  await expect(inFrame(agent, PAY, '#thanks')).toHaveText('Thank you');
});

test('should do nothing in frames of another origin in view-only', async ({ consumer, agent, begin }) => {
  await begin('view-only');
  await expect(inFrame(agent, PAY, '#heading')).toHaveText('Pay here');
  await clickInMirror(agent, '#pay >> #more');
  await expect(agent.getByTestId('viewer-notice')).toContainText('View only');
  const pay = await documentOf(consumer, 'pay.html');
  await expect(pay.getByTestId('click-mark').last()).toBeAttached();
  await expect(pay.locator('#list li')).toHaveCount(0);
});

test('should leave strangers out, whichever side of a frame they are on', async ({ browser, site, openAgent }) => {
  const stranger = createServer((request, response) => {
    const tag = `<script src="${site.url}/tandem.js" data-brand="demo"></script>`;
    const around = `<iframe id="pay" src="${site.url}/site/pay.html"></iframe><script>
      window.heard = [];
      addEventListener('message', ({ data }) => heard.push(data));
      setInterval(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => heard.push(data);
        frames[0].postMessage('{"tandem":"demo","version":1,"kind":"hello","isLinked":false}', '*', [port2]);
      }, 100);
    </script>`;
    response
      .setHeader('content-type', 'text/html')
      .end(page(request.url === '/framed' ? `${tag}<p id="p">a stranger with the tag</p>` : around));
  });
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const origin = `http://127.0.0.1:${(stranger.address() as { port: number }).port}`;
  const context = await browser.newContext();
  try {
    const consumer = await context.newPage();
    await consumer.goto(`${site.url}/site/`);
    const agent = await openAgent();
    await consumer.evaluate(
      (src) => document.body.prepend(Object.assign(document.createElement('iframe'), { id: 'stranger', src })),
      `${origin}/framed`,
    );
    await beginWith(consumer, agent, 'shared');
    await expect(inFrame(agent, PAY, '#heading')).toHaveText('Pay here');
    await expect((await documentOf(consumer, '/framed')).locator('#p')).toHaveText('a stranger with the tag');
    await expect(inFrame(agent, ['#stranger'], 'body > *')).toHaveCount(0);

    const around = await context.newPage();
    const asked = around.waitForResponse((response) => response.url().includes('/v1/brands/demo/frames'));
    await around.goto(origin);
    expect(await (await asked).json()).toEqual({ mirrored: false });
    await expect.poll(() => around.evaluate(() => performance.now())).toBeGreaterThan(1_500);
    expect(await around.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
  } finally {
    await context.close();
    stranger.closeAllConnections();
    stranger.close();
  }
});
