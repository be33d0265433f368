import { describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { KeyframeReason } from '../../src/protocol/feedback.ts';
import { AssetCoding, decodeAssetPart, HASH_BYTES } from '../../src/protocol/asset.ts';
import { FrameType, laneOf } from '../../src/protocol/frame-type.ts';
import { decodeResource, encodeResourceRequest, type Resource, ResourceState } from '../../src/protocol/resource.ts';
import { decodePointer, type Pointer, type PointerType } from '../../src/protocol/pointer.ts';
import { page as pageOf } from './fake-relay.ts';
import { TagStage } from './stage.ts';

const HTML = pageOf(`
  <h1>Shop</h1><input id="name"><a id="next" href="/next">next</a><button id="open">open</button>
  <dialog id="own"><button id="inside">inside</button></dialog>
  <script>document.querySelector('#open').onclick = () => document.querySelector('#own').showModal()</script>`);

const stage = new TagStage(HTML);
const { test, until, visible, gone, sent, arrive } = stage;

async function begin(mode: 'view-only' | 'shared' = 'shared'): Promise<void> {
  await arrive();
  stage.relay.invite(mode);
  await test('invitation-accept').click();
  await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
  stage.relay.say('active', mode);
  await visible('session-frame');
  await until(() => stage.relay.visits.at(-1)?.frames.some(({ type }) => type === FrameType.KEYFRAME));
}

describe('in the lobby', () => {
  it('should say who it is and where, and add nothing to the page', async () => {
    await arrive();
    expect(stage.relay.visits[0]?.session).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    expect(stage.relay.visits[0]?.hello).toMatchObject({
      role: 'consumer',
      brand: 'demo',
      lz4: true,
      page: { origin: stage.relay.url, path: '/' },
    });
    expect(await stage.page.locator('tandem-ui').count()).toBe(0);
    await expect.poll(() => stage.page.evaluate(() => window.Tandem?.state)).toBe('waiting');
  });

  it('should keep its session id over a reload, and come back by its secret', async () => {
    await arrive();
    await stage.page.reload();
    await until(() => stage.relay.visits.length === 2);
    expect(stage.relay.visits[1]).toMatchObject({
      session: stage.relay.visits[0]?.session,
      hello: { resume: `secret of ${stage.relay.visits[0]?.session}` },
    });
  });

  it('should claim its place with a secret of its own on the next page when this one goes before the relay has answered', async () => {
    const claims: string[] = [];
    await stage.page.routeWebSocket('**/channel', (socket) =>
      socket.onMessage((bytes) => claims.push(`${socket.url()} ${/"resume":"[0-9a-z]{26}"/.exec(bytes.toString())?.[0]}`)),
    );
    await stage.page.goto(stage.relay.url);
    await until(() => claims.length === 1);
    await stage.page.reload();
    await until(() => claims.length === 2);
    expect(claims[0]).toContain('"resume"');
    expect(claims[1]).toBe(claims[0]);
  });

  it('should ignore a second tag on the page', async () => {
    await arrive();
    await stage.page.evaluate(async () => {
      const second = document.createElement('script');
      second.src = '/tandem.js';
      second.dataset['brand'] = 'demo';
      document.head.append(second);
      await new Promise((resolve) => (second.onload = resolve));
    });
    stage.relay.invite('shared');
    await visible('invitation');
    expect(stage.relay.visits).toHaveLength(1);
  });

  it('should start anew when the relay no longer knows it', async () => {
    await arrive();
    stage.relay.drop(4401);
    await until(() => stage.relay.visits.length === 2);
    expect(stage.relay.visits[1]?.session).not.toBe(stage.relay.visits[0]?.session);
    expect(stage.relay.visits[1]?.hello.resume).not.toBe(stage.relay.visits[0]?.hello.resume);
  });
});

describe('a session', () => {
  it('should put a frame around the page that moves nothing and takes no click', async () => {
    await arrive();
    const before = await stage.page.locator('#name').boundingBox();
    stage.relay.invite('view-only');
    await test('invitation-accept').click();
    stage.relay.say('active', 'view-only');
    await visible('session-frame');
    expect(await stage.page.locator('#name').boundingBox()).toEqual(before);
    expect(await test('mode').textContent()).toBe('View only');
    await stage.page.locator('#open').click();
    await stage.page.locator('#inside').click();
    expect(stage.complaints).toEqual([]);
  });

  it('should end at the X, at once, tell the relay and wait again under a new id', async () => {
    await begin();
    await test('session-exit').click();
    await gone('session-frame');
    await until(() => sent(FrameType.END).length === 1);
    expect(await test('end-reason').textContent()).toBe('You ended the session.');
    stage.relay.say('waiting');
    await until(() => stage.relay.visits.length === 2);
    expect(stage.relay.visits[1]?.session).not.toBe(stage.relay.visits[0]?.session);
    expect(stage.relay.visits[0]?.closeCode).toBe(4410);
    expect(stage.complaints).toEqual([]);
  });

  it('should end at the X even while the page shows a modal dialog', async () => {
    await begin();
    await stage.page.locator('#open').click();
    const box = await test('session-exit').boundingBox();
    await stage.page.mouse.click((box?.x ?? 0) + 10, (box?.y ?? 0) + 10);
    await gone('session-frame');
    await until(() => sent(FrameType.END).length === 1);
  });

  it('should end at the X while the relay is dead, and not come back', async () => {
    await begin();
    await stage.relay.die();
    await expect.poll(() => test('session-frame').textContent()).toContain('Reconnecting');
    await test('session-exit').click();
    await gone('session-frame');
    await visible('end-reason');
    expect(await stage.page.evaluate(() => sessionStorage.getItem('tandem') ?? '')).not.toContain('joint');
  });

  it('should tell a relay that comes back that the consumer has ended meanwhile', async () => {
    await begin();
    stage.relay.drop(4001);
    await test('session-exit').click();
    await until(() => sent(FrameType.END).length === 1);
    expect(stage.relay.visits.find(({ frames }) => frames.some(({ type }) => type === FrameType.END))?.session).toBe(
      stage.relay.visits[0]?.session,
    );
  });

  it('should say why it ended, and clear the page', async () => {
    await begin();
    stage.relay.say('ended', null, 'agent-ended');
    await gone('session-frame');
    expect(await test('end-reason').textContent()).toBe('Ada <b> ended the session.');
  });

  it('should go on by itself after a navigation, with a new epoch and its frame from the first moment', async () => {
    await begin();
    await stage.page.locator('#next').click();
    await stage.page.waitForURL('**/next');
    await visible('session-frame');
    await until(() => stage.relay.visits.length === 2 && stage.relay.visits[1]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    expect(stage.relay.visits[1]).toMatchObject({ session: stage.relay.visits[0]?.session, epoch: 2 });
    expect(stage.relay.visits[1]?.frames.find(({ type }) => type === FrameType.KEYFRAME)).toMatchObject({ epoch: 2, sequence: 1 });
  });

  it('should come back from the back/forward cache or a reload with a keyframe', async () => {
    await begin();
    await stage.page.locator('#next').click();
    await stage.page.waitForURL('**/next');
    await until(() => stage.relay.visits.length === 2);
    await stage.page.goBack();
    await until(() => stage.relay.visits.length === 3 && stage.relay.visits[2]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    await visible('session-frame');
    expect(stage.relay.visits[2]?.epoch).toBe(3);
  });

  it('should ask how far the agent is after a reconnect, and go on from there', async () => {
    await begin();
    stage.relay.drop();
    await until(() => stage.relay.visits.length === 2 && stage.relay.visits[1]?.frames.some(({ type }) => type === FrameType.SYNC));
    expect(stage.relay.visits[1]).toMatchObject({ hello: { continues: true }, epoch: 1 });
    await stage.page.evaluate(() => (document.title = 'changed meanwhile'));
    stage.relay.feedback(FrameType.RESUME, stage.relay.visits[0]!.frames.filter(({ type }) => laneOf(type) === 'page').length);
    await until(() => stage.relay.visits[1]?.frames.some(({ type }) => type === FrameType.MUTATIONS));
    expect(stage.relay.visits[1]?.frames.map(({ type }) => type)).not.toContain(FrameType.KEYFRAME);
  });

  it('should send a keyframe to an agent who cannot go on', async () => {
    await begin();
    stage.relay.feedback(FrameType.KEYFRAME_REQUEST, KeyframeReason.CANNOT_APPLY);
    const keyframes = (): number[] =>
      stage.relay.visits[0]!.frames.filter(({ type }) => type === FrameType.KEYFRAME).map(({ sequence }) => sequence);
    await until(() => keyframes().length === 2);
    expect(keyframes()[1]).toBeGreaterThan(1);
  });

  it('should load what hands out resources when an agent asks for one, and not before', async () => {
    const loaded: string[] = [];
    stage.page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await begin('view-only');
    const answers = (): Resource[] =>
      stage.relay.visits[0]!.frames.filter(({ type }) => type === FrameType.ASSET)
        .map(({ payload }) => decodeAssetPart(payload).bytes)
        .filter((bytes) => bytes[HASH_BYTES] === AssetCoding.RESOURCE)
        .map((bytes) => decodeResource(bytes.subarray(HASH_BYTES + 1)));
    // The page does not show it.
    const address = 'https://elsewhere.example/x.png';
    expect(loaded).not.toContain('/tandem-resources.js');
    stage.relay.send(FrameType.RESOURCE_REQUEST, encodeResourceRequest({ isInFull: false, addresses: [address] }));
    stage.relay.send(FrameType.RESOURCE_REQUEST, new Uint8Array([9, 9]));
    await until(() => answers().length === 1);
    expect(answers()).toMatchObject([{ state: ResourceState.NONE, address }]);
    expect(loaded.filter((path) => path === '/tandem-resources.js')).toHaveLength(1);
    expect(stage.complaints).toEqual([]);
  });

  it('should tell the consumer how good the connection is', async () => {
    await begin();
    expect(await test('link-quality').count()).toBe(0);
    stage.relay.control(FrameType.BUDGET, { quality: 'poor', allowedKbps: 750, measuredKbps: 700 });
    await visible('link-quality');
    expect(await test('link-quality').getAttribute('aria-label')).toBe('Connection: very slow');
    expect(stage.complaints).toEqual([]);
  });

  it('should send nothing of the page while it is paused, and a keyframe afterwards', async () => {
    await begin();
    stage.relay.say('paused', 'shared');
    await expect.poll(() => test('mode').textContent()).toBe('Paused');
    const before = stage.relay.visits[0]?.frames.length ?? 0;
    await stage.page.locator('#name').fill('secret');
    await stage.page.mouse.move(50, 60);
    stage.relay.say('active', 'shared');
    await until(() => (stage.relay.visits[0]?.frames.length ?? 0) > before + 1);
    expect(stage.relay.visits[0]?.frames.slice(before, before + 2).map(({ type }) => type)).toEqual([FrameType.SYNC, FrameType.KEYFRAME]);
  });

  it('should come back when the page throws its whole document away', async () => {
    await begin();
    await stage.page.evaluate(() => document.documentElement.replaceChildren(document.createElement('body')));
    await visible('session-frame');
  });

  it('should put its frame back on top of a dialog that the page opens', async () => {
    await begin();
    await stage.page.locator('#open').click();
    const onTop = (): Promise<boolean> =>
      stage.page.evaluate(() => {
        const button = document.querySelector('tandem-ui')?.shadowRoot?.querySelector('[data-testid=session-exit]');
        const box = button?.getBoundingClientRect();
        return button?.matches(':popover-open *') === true && box !== undefined && box.width > 0;
      });
    await expect.poll(onTop).toBe(true);
  });
});

describe('pointing', () => {
  const pointers = (type: FrameType): Pointer[] =>
    stage.relay.visits
      .flatMap(({ frames }) => frames)
      .filter((frame) => frame.type === type)
      .map((frame) => decodePointer(frame.type as PointerType, frame.payload));
  const middleOf = async (locator: Locator): Promise<[number, number]> => {
    const box = await locator.boundingBox();
    return [Math.round((box?.x ?? 0) + (box?.width ?? 0) / 2), Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2)];
  };

  it('should tell the last place of a pointer that stops at once', async () => {
    await begin('view-only');
    const [x, y] = await middleOf(stage.page.locator('#name'));
    // Both within one throttling interval.
    await Promise.all([stage.page.mouse.move(x - 40, y - 5), stage.page.mouse.move(x, y)]);
    await until(() => {
      const last = pointers(FrameType.CURSOR).at(-1);
      return last && 'x' in last && Math.abs(last.x - 0x8000) < 400;
    });
  });

  it('should tell clicks and typing, and what the tag itself shows to nobody', async () => {
    await begin();
    await stage.page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    await stage.page.keyboard.type('a');
    await until(() => pointers(FrameType.TYPING).length === 1);
    const [x, y] = await middleOf(test('session-exit'));
    await stage.page.mouse.move(x, y);
    await until(() => pointers(FrameType.CURSOR).at(-1)?.node === 0);
    const count = pointers(FrameType.CURSOR).length;
    await stage.page.mouse.move(...(await middleOf(stage.page.locator('#name'))));
    await until(() => pointers(FrameType.CURSOR).length > count);
    const nodes = new Set(pointers(FrameType.CURSOR).map(({ node }) => node));
    expect(nodes).toEqual(new Set([...pointers(FrameType.CLICK_MARK).map(({ node }) => node), 0]));
  });

  it('should say that the pointer left the page, once', async () => {
    await begin();
    await stage.page.locator('#name').hover();
    await until(() => (pointers(FrameType.CURSOR).at(-1)?.node ?? 0) > 0);
    await stage.page.mouse.move(-10, -10);
    await until(() => pointers(FrameType.CURSOR).at(-1)?.node === 0);
    await stage.page.mouse.move(-20, -10);
    await stage.page.locator('#name').hover();
    await until(() => (pointers(FrameType.CURSOR).at(-1)?.node ?? 0) > 0);
    expect(pointers(FrameType.CURSOR).filter(({ node }) => node === 0)).toHaveLength(1);
  });

  it("should draw the agent's cursor, clicks, highlights and typing over the element, and follow it", async () => {
    await begin('view-only');
    await stage.page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const { node } = pointers(FrameType.CLICK_MARK)[0]!;
    stage.relay.point({ type: FrameType.CURSOR, node, x: 0x8000, y: 0x8000 });
    await visible('cursor-agent');
    expect(await test('cursor-agent').textContent()).toBe('Ada <b>');
    const tip = async (): Promise<number> => {
      const [x, y] = await middleOf(stage.page.locator('#name'));
      const box = await test('cursor-agent').boundingBox();
      return Math.hypot((box?.x ?? 0) - x, (box?.y ?? 0) - y);
    };
    await expect.poll(tip).toBeLessThan(2);
    await stage.page.evaluate(() => document.querySelector('h1')?.remove());
    await expect.poll(tip).toBeLessThan(2);

    stage.relay.point({ type: FrameType.CLICK_MARK, node, x: 0x8000, y: 0x8000 });
    await visible('click-mark');
    await gone('click-mark');
    stage.relay.act({ type: FrameType.HIGHLIGHT, node });
    await visible('highlight');
    stage.relay.act({ type: FrameType.HIGHLIGHT, node: 0 });
    await gone('highlight');
    stage.relay.point({ type: FrameType.TYPING, node });
    await visible('typing-agent');
    stage.relay.act({ type: FrameType.WIGGLE, node });
    await until(() => stage.page.evaluate(() => document.querySelector('#name')?.getAnimations().length));
    await expect.poll(() => stage.page.evaluate(() => document.querySelector('#name')?.getAnimations().length)).toBe(0);

    await test('session-exit').click();
    await gone('cursor-agent');
    expect(await stage.page.locator('#name').getAttribute('style')).toBeNull();
  });

  it('should take away the cursor of an agent that is gone, and show it where it was when the agent is back on another carrier', async () => {
    await begin('view-only');
    await stage.page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const cursor = { type: FrameType.CURSOR, node: pointers(FrameType.CLICK_MARK)[0]!.node, x: 0, y: 0 } as const;
    const consumer = { number: 1, role: 'consumer', name: 'Consumer', present: true };
    const session = { id: 'x', state: 'active', mode: 'view-only', reason: null };
    stage.relay.point(cursor);
    await visible('cursor-agent');
    stage.relay.control(FrameType.SESSION, {
      ...session,
      participants: [consumer, { number: 2, role: 'agent', name: 'Ada', present: false }],
    });
    await gone('cursor-agent');
    stage.relay.control(FrameType.SESSION, {
      ...session,
      participants: [consumer, { number: 2, role: 'agent', name: 'Ada', present: true }],
    });
    stage.relay.point(cursor, true);
    await visible('cursor-agent');
  });

  it('should refuse by itself what view-only forbids, though the relay lets it through', async () => {
    await begin('view-only');
    await stage.page.locator('#name').click();
    await until(() => pointers(FrameType.CLICK_MARK).length === 1);
    const { node } = pointers(FrameType.CLICK_MARK)[0]!;
    stage.relay.act({ type: FrameType.INPUT, node, value: 'x', commit: true });
    stage.relay.act({ type: FrameType.CLICK, node, x: 0, y: 0, button: 0, modifiers: 0, clicks: 1 });
    stage.relay.act({ type: FrameType.SCROLL_TO, node, left: 0, top: 0 });
    await until(() => stage.relay.verdicts.length === 3);
    expect(stage.relay.verdicts.map((verdict) => ('reason' in verdict ? verdict.reason : verdict.outcome))).toEqual([
      'mode-forbids',
      'mode-forbids',
      'applied',
    ]);
    expect(await stage.page.locator('#name').inputValue()).toBe('');
  });

  it('should repeat the verdict of an action that took the page away, and not the action', async () => {
    await begin();
    await stage.page.locator('#next').hover();
    await until(() => pointers(FrameType.CURSOR).length > 0);
    const { node } = pointers(FrameType.CURSOR).at(-1)!;
    const click = { type: FrameType.CLICK, node, x: 9, y: 9, button: 0, modifiers: 0, clicks: 1 } as const;
    const sequence = stage.relay.act(click);
    await stage.page.waitForURL('**/next');
    await until(() => stage.relay.visits.length === 2 && stage.relay.visits[1]?.frames.some(({ type }) => type === FrameType.KEYFRAME));
    const before = stage.relay.verdicts.length;
    stage.relay.act(click, { sequence, epoch: 1 });
    stage.relay.act(click, { epoch: 1 });
    await until(() => stage.relay.verdicts.length === before + 2);
    expect(stage.relay.verdicts.slice(before)).toEqual([
      { participant: 2, sequence, outcome: 'applied' },
      { participant: 2, sequence: sequence + 1, outcome: 'refused', reason: 'stale-epoch' },
    ]);
    expect(stage.relay.visits).toHaveLength(2);
  });
});
