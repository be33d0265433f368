import type { Page } from '@playwright/test';
import type { Action } from '../src/protocol/action.ts';
import { encodeFrame } from '../src/protocol/frame.ts';
import { FrameType, frameTypeName } from '../src/protocol/frame-type.ts';
import { expect, sessionOf, test } from './together.ts';
import { bareAgent, type BareRelay, bareRelay, nodeId } from './wire.ts';

const HALF = 32_768;

interface Targets {
  readonly link: number;
  readonly field: number;
  readonly select: number;
}

/** One of each type that shared mode allows and view-only forbids. */
const forbidden: Readonly<Record<string, (targets: Targets) => Action>> = {
  CLICK: ({ link }) => ({ type: FrameType.CLICK, node: link, x: HALF, y: HALF, button: 0, modifiers: 0, clicks: 1 }),
  INPUT: ({ field }) => ({ type: FrameType.INPUT, node: field, value: 'Mallory', commit: true }),
  SELECT: ({ select }) => ({ type: FrameType.SELECT, node: select, indices: [1] }),
  KEY: ({ field }) => ({ type: FrameType.KEY, node: field, key: 'Enter', modifiers: 0 }),
  NAVIGATE: () => ({ type: FrameType.NAVIGATE, to: { kind: 'reload' } }),
  FOCUS: ({ field }) => ({ type: FrameType.FOCUS, node: field }),
};

const ALLOWED_IN_VIEW_ONLY = ['SCROLL_TO', 'HIGHLIGHT', 'WIGGLE', 'CURSOR', 'CLICK_MARK', 'TYPING'];

/** Makes the page keep a list of everything that happens to it. */
async function watch(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const types = ['pointerdown', 'mousedown', 'click', 'focusin', 'keydown', 'beforeinput', 'input', 'change', 'submit', 'pagehide'];
    for (const type of types)
      addEventListener(type, (event) => heard.push(`${event.type} ${(event.target as Element | null)?.id ?? ''}`), true);
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

test.describe("the relay's refusal in view-only", () => {
  for (const [name, actionOn] of Object.entries(forbidden)) {
    test(`should answer ${name} with what is allowed, and pass nothing on`, async ({ relay, consumer }) => {
      await consumer.goto(`${relay.url}/demo/checkout.html`);
      const agent = await bareAgent(relay, `bare ${name}`, await sessionOf(consumer), 'view-only');
      try {
        await consumer.getByTestId('invitation-accept').click();
        await expect.poll(() => agent.session()?.state).toBe('active');
        const targets = {
          link: await nodeId(agent, 'nav-cart'),
          field: await nodeId(agent, 'name'),
          select: await nodeId(agent, 'country'),
        };
        const heard = await watch(consumer);

        const sequence = agent.act(actionOn(targets));
        await expect.poll(() => agent.errors()).toHaveLength(1);
        const [error] = agent.errors();
        expect(error).toMatchObject({ reason: 'mode-forbids', type: FrameType[name as 'CLICK'], sequence });
        expect(error?.message).toContain(name);
        expect(error?.allowed).toEqual(expect.arrayContaining(ALLOWED_IN_VIEW_ONLY));
        expect(error?.allowed).not.toContain(name);

        // What is allowed still gets through on the same channel, so the refused frame would have been there before it.
        // The tag has seen nothing of that sequence and takes no other before it.
        const scroll = agent.act({ type: FrameType.SCROLL_TO, node: await documentNode(agent), left: 0, top: 120 }, sequence);
        await expect.poll(() => agent.verdicts().map((verdict) => verdict.sequence)).toEqual([scroll]);
        expect(await heard()).toEqual([]);
        expect(agent.closeCode()).toBeUndefined();
      } finally {
        agent.close();
      }
    });
  }

  test('should close the channel of an agent that sends what only a consumer may', async ({ relay, consumer }) => {
    const agent = await bareAgent(relay, 'bare forger', await sessionOf(consumer), 'shared');
    await consumer.getByTestId('invitation-accept').click();
    await expect.poll(() => agent.session()?.state).toBe('active');
    agent.sendRaw(encodeFrame(FrameType.MUTATIONS, 1, 1, new Uint8Array(4)));
    await expect.poll(() => agent.closeCode()).toBe(4403);
  });
});

/** The page's own document is the first node of a keyframe. */
const documentNode = async (agent: Parameters<typeof nodeId>[0]): Promise<number> => {
  await nodeId(agent, 'name');
  return 1;
};

test.describe("the tag's own refusal in view-only", () => {
  const html = `<!doctype html><html lang="en"><head><title>A page</title><script src="/tandem.js" data-brand="demo" async></script></head>
    <body><a id="link" href="#gone">a link</a><input id="field" value="kept"><select id="select"><option>one</option><option>two</option></select></body></html>`;
  let relay: BareRelay;

  test.beforeEach(async () => {
    relay = await bareRelay(html);
  });
  test.afterEach(() => relay.close());

  for (const [name, actionOn] of Object.entries(forbidden)) {
    test(`should refuse ${name} that a relay let through`, async ({ page }) => {
      await page.goto(relay.url);
      await expect.poll(() => relay.frames.map(({ type }) => frameTypeName(type))).toContain('HELLO');
      relay.offer('view-only');
      await page.getByTestId('invitation-accept').click();
      relay.start('view-only');
      const targets = { link: await nodeId(relay, 'link'), field: await nodeId(relay, 'field'), select: await nodeId(relay, 'select') };
      const heard = await watch(page);

      const sequence = relay.act(actionOn(targets));
      await expect.poll(() => relay.verdicts()).toMatchObject([{ sequence, outcome: 'refused', reason: 'mode-forbids' }]);
      expect(await heard()).toEqual([]);
      expect(page.url()).toBe(relay.url);
      await expect(page.locator('#field')).toHaveValue('kept');
      await expect(page.locator('#select')).toHaveValue('one');
    });
  }

  test('should carry out the same in shared mode, so that the refusals above are the mode', async ({ page }) => {
    await page.goto(relay.url);
    await expect.poll(() => relay.frames.map(({ type }) => frameTypeName(type))).toContain('HELLO');
    relay.offer('shared');
    await page.getByTestId('invitation-accept').click();
    relay.start('shared');
    const targets = { link: await nodeId(relay, 'link'), field: await nodeId(relay, 'field'), select: await nodeId(relay, 'select') };
    for (const name of ['CLICK', 'INPUT', 'SELECT']) relay.act(forbidden[name]!(targets));
    await expect.poll(() => relay.verdicts().map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied']);
    await expect(page).toHaveURL(/#gone$/);
    await expect(page.locator('#field')).toHaveValue('Mallory');
    await expect(page.locator('#select')).toHaveValue('two');
  });

  test('should start no session that the consumer has not accepted', async ({ page }) => {
    await page.goto(relay.url);
    await expect.poll(() => relay.frames.map(({ type }) => frameTypeName(type))).toContain('HELLO');
    relay.offer('shared');
    await expect(page.getByTestId('invitation')).toBeVisible();
    relay.start('shared');
    relay.ping();
    await expect.poll(() => relay.frames.map(({ type }) => frameTypeName(type))).toContain('PONG');
    await expect(page.getByTestId('session-frame')).toHaveCount(0);
    await page.locator('#field').evaluate((field: HTMLInputElement) => (field.value = 'private'));
    relay.ping();
    await expect.poll(() => relay.frames.filter(({ type }) => type === FrameType.PONG)).toHaveLength(2);
    expect(relay.frames.map(({ type }) => type)).not.toContain(FrameType.KEYFRAME);
  });
});
