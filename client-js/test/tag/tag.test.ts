import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { decodeControl } from '../../src/protocol/control.ts';
import { KeyframeReason } from '../../src/protocol/feedback.ts';
import { FrameType, laneOf } from '../../src/protocol/frame-type.ts';
import { decodePointer, type Pointer, type PointerType } from '../../src/protocol/pointer.ts';
import { launchChromium } from '../browser.ts';
import { type FakeRelay, page as pageOf, startFakeRelay } from './fake-relay.ts';

const HTML = pageOf(`
  <h1>Shop</h1><input id="name"><a id="next" href="/next">next</a><button id="open">open</button>
  <dialog id="own"><button id="inside">inside</button></dialog>
  <script>document.querySelector('#open').onclick = () => document.querySelector('#own').showModal()</script>`);

let browser: Browser;
let context: BrowserContext;
let page: Page;
let relay: FakeRelay;
let complaints: string[];

beforeAll(async () => (browser = await launchChromium()));
afterAll(() => browser.close());
beforeEach(async () => {
  relay = await startFakeRelay(HTML);
  context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
});
afterEach(async () => {
  await context.close();
  await relay.die();
});

const test = (id: string): ReturnType<Page['getByTestId']> => page.getByTestId(id);
const until = (condition: () => unknown): Promise<unknown> => expect.poll(condition, { timeout: 5_000 }).toBeTruthy();
const visible = (id: string): Promise<void> => test(id).waitFor({ timeout: 5_000 });
const gone = (id: string): Promise<void> => test(id).waitFor({ state: 'detached', timeout: 5_000 });
const sent = (type: FrameType): object[] =>
  relay.visits.flatMap(({ frames }) => frames.filter((frame) => frame.type === type).map(({ payload }) => decodeControl(payload)));

async function arrive(): Promise<void> {
  await page.goto(relay.url);
  await until(() => relay.visits.length === 1);
}

async function begin(mode: 'view-only' | 'shared' = 'shared'): Promise<void> {
  await arrive();
  relay.invite(mode);
  await test('invitation-accept').click();
  await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
  relay.say('active', mode);
  await visible('session-frame');
  await until(() => relay.visits.at(-1)?.frames.some(({ type }) => type === FrameType.KEYFRAME));
}

describe('in the lobby', () => {
  it('should say who it is and where, and add nothing to the page', async () => {
    await arrive();
    expect(relay.visits[0]?.session).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    expect(relay.visits[0]?.hello).toMatchObject({ role: 'consumer', brand: 'demo', lz4: true, page: { origin: relay.url, path: '/' } });
    expect(await page.locator('tandem-ui').count()).toBe(0);
    await expect.poll(() => page.evaluate(() => window.Tandem?.state)).toBe('waiting');
  });

  it('should keep its session id over a reload, and come back by its secret', async () => {
    await arrive();
    await page.reload();
    await until(() => relay.visits.length === 2);
    expect(relay.visits[1]).toMatchObject({
      session: relay.visits[0]?.session,
      hello: { resume: `secret of ${relay.visits[0]?.session}` },
    });
  });

  it('should claim its place with a secret of its own on the next page when this one goes before the relay has answered', async () => {
    const claims: string[] = [];
    await page.routeWebSocket('**/channel', (socket) =>
      socket.onMessage((bytes) => claims.push(`${socket.url()} ${/"resume":"[0-9a-z]{26}"/.exec(bytes.toString())?.[0]}`)),
    );
    await page.goto(relay.url);
    await until(() => claims.length === 1);
    await page.reload();
    await until(() => claims.length === 2);
    expect(claims[0]).toContain('"resume"');
    expect(claims[1]).toBe(claims[0]);
  });

  it('should ignore a second tag on the page', async () => {
    await arrive();
    await page.evaluate(async () => {
      const second = document.createElement('script');
      second.src = '/tandem.js';
      second.dataset['brand'] = 'demo';
      document.head.append(second);
      await new Promise((resolve) => (second.onload = resolve));
    });
    relay.invite('shared');
    await visible('invitation');
    expect(relay.visits).toHaveLength(1);
  });

  it('should start anew when the relay no longer knows it', async () => {
    await arrive();
    relay.drop(4401);
    await until(() => relay.visits.length === 2);
    expect(relay.visits[1]?.session).not.toBe(relay.visits[0]?.session);
    expect(relay.visits[1]?.hello.resume).not.toBe(relay.visits[0]?.hello.resume);
  });
});

describe('a session', () => {
  it('should put a frame around the page that moves nothing and takes no click', async () => {
    await arrive();
    const before = await page.locator('#name').boundingBox();
    relay.invite('view-only');
    await test('invitation-accept').click();
    relay.say('active', 'view-only');
    await visible('session-frame');
    expect(await page.locator('#name').boundingBox()).toEqual(before);
    expect(await test('mode').textContent()).toBe('View only');
    await page.locator('#open').click();
    await page.locator('#inside').click();
    expect(complaints).toEqual([]);
  });

  it('should end at the X, at once, tell the relay and wait again under a new id', async () => {
    await begin();
    await test('session-exit').click();
    await gone('session-frame');
    await until(() => sent(FrameType.END).length === 1);
    expect(await test('end-reason').textContent()).toBe('You ended the session.');
    relay.say('waiting');
    await until(() => relay.visits.length === 2);
    expect(relay.visits[1]?.session).not.toBe(relay.visits[0]?.session);
    expect(relay.visits[0]?.closeCode).toBe(4410);
    expect(complaints).toEqual([]);
  });

  it('should end at the X even while the page shows a modal dialog', async () => {
    await begin();
    await page.locator('#open').click();
    const box = await test('session-exit').boundingBox();
    await page.mouse.click((box?.x ?? 0) + 10, (box?.y ?? 0) + 10);
    await gone('session-frame');
    await until(() => sent(FrameType.END).length === 1);
  });

  it('should end at the X while the relay is dead, and not come back', async () => {
    await begin();
    await relay.die();
    await expect.poll(() => test('session-frame').textContent()).toContain('Reconnecting');
    await test('session-exit').click();
    await gone('session-frame');
    await visible('end-reason');
    expect(await page.evaluate(() => sessionStorage.getItem('tandem') ?? '')).not.toContain('joint');
  });

  it('should tell a relay that comes back that the consumer has ended meanwhile', async () => {
    await begin();
    relay.drop(4001);
    await test('session-exit').click();
    await until(() => sent(FrameType.END).length === 1);
    expect(relay.visits.find(({ frames }) => frames.some(({ type }) => type === FrameType.END))?.session).toBe(relay.visits[0]?.session);
  });

  it('should say why it ended, and clear the page', async () => {
    await begin();
    relay.say('ended', null, 'agent-ended');
    await gone('session-frame');
    expect(await test('end-reason').textContent()).toBe('Ada <b> ended the session.');
  });

  it('should go on by itself after a navigation, with a new epoch and its frame from the first moment', async () => {
    await begin();
    await page.locator('#next').click();
    await page.waitForURL('**/next');
    await visible('session-frame');
    await until(() => relay.visits.length === 2 && relay.visits[1]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    expect(relay.visits[1]).toMatchObject({ session: relay.visits[0]?.session, epoch: 2 });
    expect(relay.visits[1]?.frames.find(({ type }) => type === FrameType.KEYFRAME)).toMatchObject({ epoch: 2, sequence: 1 });
  });

  it('should come back from the back/forward cache or a reload with a keyframe', async () => {
    await begin();
    await page.locator('#next').click();
    await page.waitForURL('**/next');
    await until(() => relay.visits.length === 2);
    await page.goBack();
    await until(() => relay.visits.length === 3 && relay.visits[2]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    await visible('session-frame');
    expect(relay.visits[2]?.epoch).toBe(3);
  });

  it('should ask how far the agent is after a reconnect, and go on from there', async () => {
    await begin();
    relay.drop();
    await until(() => relay.visits.length === 2 && relay.visits[1]?.frames.some(({ type }) => type === FrameType.SYNC));
    expect(relay.visits[1]).toMatchObject({ hello: { continues: true }, epoch: 1 });
    await page.evaluate(() => (document.title = 'changed meanwhile'));
    relay.feedback(FrameType.RESUME, relay.visits[0]!.frames.filter(({ type }) => laneOf(type) === 'page').length);
    await until(() => relay.visits[1]?.frames.some(({ type }) => type === FrameType.MUTATIONS));
    expect(relay.visits[1]?.frames.map(({ type }) => type)).not.toContain(FrameType.KEYFRAME);
  });

  it('should send a keyframe to an agent who cannot go on', async () => {
    await begin();
    relay.feedback(FrameType.KEYFRAME_REQUEST, KeyframeReason.CANNOT_APPLY);
    const keyframes = (): number[] =>
      relay.visits[0]!.frames.filter(({ type }) => type === FrameType.KEYFRAME).map(({ sequence }) => sequence);
    await until(() => keyframes().length === 2);
    expect(keyframes()[1]).toBeGreaterThan(1);
  });

  it('should tell the consumer how good the connection is', async () => {
    await begin();
    expect(await test('link-quality').count()).toBe(0);
    relay.control(FrameType.BUDGET, { quality: 'poor', allowedKbps: 750, measuredKbps: 700 });
    await visible('link-quality');
    expect(await test('link-quality').getAttribute('aria-label')).toBe('Connection: very slow');
    expect(complaints).toEqual([]);
  });

  it('should send nothing of the page while it is paused, and a keyframe afterwards', async () => {
    await begin();
    relay.say('paused', 'shared');
    await expect.poll(() => test('mode').textContent()).toBe('Paused');
    const before = relay.visits[0]?.frames.length ?? 0;
    await page.locator('#name').fill('secret');
    await page.mouse.move(50, 60);
    relay.say('active', 'shared');
    await until(() => (relay.visits[0]?.frames.length ?? 0) > before + 1);
    expect(relay.visits[0]?.frames.slice(before, before + 2).map(({ type }) => type)).toEqual([FrameType.SYNC, FrameType.KEYFRAME]);
  });

  it('should come back when the page throws its whole document away', async () => {
    await begin();
    await page.evaluate(() => document.documentElement.replaceChildren(document.createElement('body')));
    await visible('session-frame');
  });

  it('should put its frame back on top of a dialog that the page opens', async () => {
    await begin();
    await page.locator('#open').click();
    const onTop = (): Promise<boolean> =>
      page.evaluate(() => {
        const button = document.querySelector('tandem-ui')?.shadowRoot?.querySelector('button');
        const box = button?.getBoundingClientRect();
        return button?.matches(':popover-open *') === true && box !== undefined && box.width > 0;
      });
    await expect.poll(onTop).toBe(true);
  });
});

describe('pointing', () => {
  const pointers = (type: FrameType): Pointer[] =>
    relay.visits
      .flatMap(({ frames }) => frames)
      .filter((frame) => frame.type === type)
      .map((frame) => decodePointer(frame.type as PointerType, frame.payload));
  const middleOf = async (locator: Locator): Promise<[number, number]> => {
    const box = await locator.boundingBox();
    return [Math.round((box?.x ?? 0) + (box?.width ?? 0) / 2), Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2)];
  };

  it('should tell the last place of a pointer that stops at once', async () => {
    await begin('view-only');
    const [x, y] = await middleOf(page.locator('#name'));
    // Both within one throttling interval.
    await Promise.all([page.mouse.move(x - 40, y - 5), page.mouse.move(x, y)]);
    await until(() => {
      const last = pointers(FrameType.CURSOR).at(-1);
      return last && 'x' in last && Math.abs(last.x - 0x8000) < 400;
    });
  });

  it('should tell clicks and typing, and what the tag itself shows to nobody', async () => {
    await begin();
    await page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    await page.keyboard.type('a');
    await until(() => pointers(FrameType.TYPING).length === 1);
    const before = pointers(FrameType.CURSOR).length;
    const [x, y] = await middleOf(test('session-exit'));
    await page.mouse.move(x, y);
    await page.mouse.move(...(await middleOf(page.locator('#name'))));
    await until(() => pointers(FrameType.CURSOR).length > before);
    const nodes = new Set(pointers(FrameType.CURSOR).map(({ node }) => node));
    expect(nodes).toEqual(new Set(pointers(FrameType.CLICK_MARK).map(({ node }) => node)));
  });

  it("should draw the agent's cursor, clicks, highlights and typing over the element, and follow it", async () => {
    await begin('view-only');
    await page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const { node } = pointers(FrameType.CLICK_MARK)[0]!;
    relay.point({ type: FrameType.CURSOR, node, x: 0x8000, y: 0x8000 });
    await visible('cursor-agent');
    expect(await test('cursor-agent').textContent()).toBe('Ada <b>');
    const tip = async (): Promise<number> => {
      const [x, y] = await middleOf(page.locator('#name'));
      const box = await test('cursor-agent').boundingBox();
      return Math.hypot((box?.x ?? 0) - x, (box?.y ?? 0) - y);
    };
    await expect.poll(tip).toBeLessThan(2);
    await page.evaluate(() => document.querySelector('h1')?.remove());
    await expect.poll(tip).toBeLessThan(2);

    relay.point({ type: FrameType.CLICK_MARK, node, x: 0x8000, y: 0x8000 });
    await visible('click-mark');
    await gone('click-mark');
    relay.act({ type: FrameType.HIGHLIGHT, node });
    await visible('highlight');
    relay.act({ type: FrameType.HIGHLIGHT, node: 0 });
    await gone('highlight');
    relay.point({ type: FrameType.TYPING, node });
    await visible('typing-agent');
    relay.act({ type: FrameType.WIGGLE, node });
    await until(() => page.evaluate(() => document.querySelector('#name')?.getAnimations().length));
    await expect.poll(() => page.evaluate(() => document.querySelector('#name')?.getAnimations().length)).toBe(0);

    await test('session-exit').click();
    await gone('cursor-agent');
    expect(await page.locator('#name').getAttribute('style')).toBeNull();
  });

  it('should take away the cursor of an agent that is gone, and show it where it was when the agent is back on another carrier', async () => {
    await begin('view-only');
    await page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const cursor = { type: FrameType.CURSOR, node: pointers(FrameType.CLICK_MARK)[0]!.node, x: 0, y: 0 } as const;
    const consumer = { number: 1, role: 'consumer', name: 'Consumer', present: true };
    const session = { id: 'x', state: 'active', mode: 'view-only', reason: null };
    relay.point(cursor);
    await visible('cursor-agent');
    relay.control(FrameType.SESSION, { ...session, participants: [consumer, { number: 2, role: 'agent', name: 'Ada', present: false }] });
    await gone('cursor-agent');
    relay.control(FrameType.SESSION, { ...session, participants: [consumer, { number: 2, role: 'agent', name: 'Ada', present: true }] });
    relay.point(cursor, true);
    await visible('cursor-agent');
  });

  it('should refuse by itself what view-only forbids, though the relay lets it through', async () => {
    await begin('view-only');
    await page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const { node } = pointers(FrameType.CLICK_MARK)[0]!;
    relay.act({ type: FrameType.INPUT, node, value: 'x', commit: true });
    relay.act({ type: FrameType.CLICK, node, x: 0, y: 0, button: 0, modifiers: 0, clicks: 1 });
    relay.act({ type: FrameType.SCROLL_TO, node, left: 0, top: 0 });
    await until(() => relay.verdicts.length === 3);
    expect(relay.verdicts.map((verdict) => ('reason' in verdict ? verdict.reason : verdict.outcome))).toEqual([
      'mode-forbids',
      'mode-forbids',
      'applied',
    ]);
    expect(await page.locator('#name').inputValue()).toBe('');
  });

  it('should repeat the verdict of an action that took the page away, and not the action', async () => {
    await begin();
    await page.locator('#next').hover();
    await until(() => pointers(FrameType.CURSOR).length > 0);
    const { node } = pointers(FrameType.CURSOR).at(-1)!;
    const click = { type: FrameType.CLICK, node, x: 9, y: 9, button: 0, modifiers: 0, clicks: 1 } as const;
    const sequence = relay.act(click);
    await page.waitForURL('**/next');
    await until(() => relay.visits.length === 2 && relay.visits[1]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    const before = relay.verdicts.length;
    relay.act(click, { sequence, epoch: 1 });
    relay.act(click, { epoch: 1 });
    await until(() => relay.verdicts.length === before + 2);
    expect(relay.verdicts.slice(before)).toEqual([
      { participant: 2, sequence, outcome: 'applied' },
      { participant: 2, sequence: sequence + 1, outcome: 'refused', reason: 'stale-epoch' },
    ]);
    expect(relay.visits).toHaveLength(2);
  });
});
