import { describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { page as pageOf } from './fake-relay.ts';
import { TagStage } from './stage.ts';

const HTML = pageOf(`
  <h1>Shop</h1><input id="name"><button id="open">open</button><dialog id="own"><button>inside</button></dialog>
  <script>document.querySelector('#open').onclick = () => document.querySelector('#own').showModal()</script>`);

const stage = new TagStage(HTML);
const { test, until, visible, gone, sent, arrive } = stage;

describe('an invitation', () => {
  it.each(['accept', 'decline'] as const)('should be answered by %s', async (answer) => {
    await arrive();
    stage.relay.invite('view-only');
    await visible('invitation');
    expect(await test('invitation').textContent()).toContain('Ada <b> would like');
    expect(await test('invitation').textContent()).toContain('cannot change anything');
    await test(`invitation-${answer}`).click();
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
    expect(sent(FrameType.INVITATION_ANSWER)).toEqual([{ invitation: 'i1', accept: answer === 'accept' }]);
    await gone('invitation');
  });

  it('should hold the focus, be declined by Escape and give the focus back', async () => {
    await arrive();
    await stage.page.locator('#name').focus();
    stage.relay.invite('shared');
    await visible('invitation');
    // What the consumer was typing answers nothing.
    await stage.page.keyboard.press('Enter');
    await stage.page.keyboard.press('Space');
    expect(sent(FrameType.INVITATION_ANSWER)).toEqual([]);
    await stage.page.keyboard.press('Escape');
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
    expect(sent(FrameType.INVITATION_ANSWER)).toEqual([{ invitation: 'i1', accept: false }]);
    expect(await stage.page.evaluate(() => document.activeElement?.id)).toBe('name');
  });

  it('should keep the Tab key between its two answers, and the page behind it from clicks', async () => {
    await arrive();
    stage.relay.invite('shared');
    await visible('invitation');
    const focused = (): Promise<string | null | undefined> =>
      stage.page.evaluate(() => document.querySelector('tandem-ui')?.shadowRoot?.activeElement?.getAttribute('data-testid'));
    const order: unknown[] = [await focused()];
    for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab']) {
      await stage.page.keyboard.press(key);
      order.push(await focused());
    }
    expect(order).toEqual(['invitation', 'invitation-accept', 'invitation-decline', 'invitation-accept', 'invitation-decline']);
    const box = await stage.page.locator('#open').boundingBox();
    await stage.page.mouse.click((box?.x ?? 0) + 2, (box?.y ?? 0) + 2);
    expect(await stage.page.locator('#own').evaluate((dialog: HTMLDialogElement) => dialog.open)).toBe(false);
    await stage.page.keyboard.press('Escape');
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
  });

  it.each(['before', 'after'])('should be answered though the page shows a modal dialog of its own, opened %s it', async (when) => {
    await arrive();
    const open = (): Promise<void> => stage.page.evaluate(() => (document.querySelector('#own') as HTMLDialogElement).showModal());
    if (when === 'before') await open();
    stage.relay.invite('shared');
    await visible('invitation');
    if (when === 'after') await open();
    await test('invitation-accept').click();
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
    expect(sent(FrameType.INVITATION_ANSWER)).toEqual([{ invitation: 'i1', accept: true }]);
    await gone('invitation');
    expect(await stage.page.locator('#own').evaluate((dialog: HTMLDialogElement) => dialog.matches(':modal'))).toBe(true);
  });

  it('should take the focus back from a page that takes it, and keep it from one that does so for ever', async () => {
    await arrive();
    stage.relay.invite('shared');
    await visible('invitation');
    const isInside = (): Promise<boolean> => stage.page.evaluate(() => document.activeElement?.localName === 'tandem-ui');
    await stage.page.locator('#name').evaluate((field: HTMLElement) => {
      field.focus();
    });
    await expect.poll(isInside).toBe(true);
    await stage.page.evaluate(() => {
      document.addEventListener('focusin', ({ target }) => {
        if ((target as Element).id !== 'name') document.getElementById('name')?.focus();
      });
      document.getElementById('name')?.focus();
    });
    await expect.poll(() => test('invitation').evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    expect(await isInside()).toBe(true);
    await stage.page.keyboard.press('Escape');
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
  });

  it('should be what a session takes: a relay alone starts none', async () => {
    await arrive();
    stage.relay.invite('shared');
    await visible('invitation');
    stage.relay.say('active', 'shared');
    await test('invitation-decline').click();
    await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
    expect(stage.relay.visits[0]?.frames.map(({ type }) => type)).not.toContain(FrameType.KEYFRAME);
    expect(await test('session-frame').count()).toBe(0);
  });

  it('should disappear when it is withdrawn', async () => {
    await arrive();
    stage.relay.invite('shared');
    await visible('invitation');
    stage.relay.withdraw();
    await gone('invitation');
    expect(await stage.page.locator('tandem-ui').count()).toBe(0);
  });
});
