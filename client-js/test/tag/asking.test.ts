import { describe, expect, it } from 'vitest';
import type { Mode, SessionInfo } from '../../src/protocol/control.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { page as pageOf } from './fake-relay.ts';
import { TagStage } from './stage.ts';

const stage = new TagStage(pageOf('<h1>Shop</h1><input id="name"><dialog id="own">The page asks</dialog>'));
const { test, until, visible, gone, sent, arrive } = stage;

async function begin(mode: Mode): Promise<void> {
  await arrive();
  stage.relay.invite(mode);
  await test('invitation-accept').click();
  await until(() => sent(FrameType.INVITATION_ANSWER).length === 1);
  stage.relay.say('active', mode);
  await visible('session-pause');
}

/** As the relay says it while the agent waits for an answer. */
function askForControl(modeAsked: Mode | undefined): void {
  const session: Partial<SessionInfo> = {
    ...{ state: 'active', mode: 'view-only', reason: null, participants: [{ number: 2, role: 'agent', name: 'Ada', present: true }] },
    ...(modeAsked && { modeAsked }),
  };
  stage.relay.control(FrameType.SESSION, session);
}

describe('a waiting consumer', () => {
  it('should ask for a code through the page, and see it until it is taken back', async () => {
    await arrive();
    await stage.page.evaluate(() => {
      window.Tandem?.on('asked', ({ code = 'none' }) => document.querySelector('h1')?.replaceChildren(code));
      window.Tandem?.ask('code');
    });
    await until(() => sent(FrameType.ASK).length === 1);
    expect(sent(FrameType.ASK)).toEqual([{ want: 'code' }]);
    stage.relay.control(FrameType.ASKED, { want: 'code', code: '042917', expiresInMillis: 600_000 });
    await visible('asked');
    expect(await test('code').textContent()).toBe('042 917');
    await until(async () => (await stage.page.locator('h1').textContent()) === '042917');
    await test('asked-cancel').click();
    await until(() => sent(FrameType.ASK).length === 2);
    expect(sent(FrameType.ASK)[1]).toEqual({ want: 'nothing' });
    stage.relay.control(FrameType.ASKED, { want: 'nothing' });
    await gone('asked');
    expect(stage.complaints).toEqual([]);
  });

  it('should ask once more where its word was lost with a carrier', async () => {
    await arrive();
    await stage.page.evaluate(() => window.Tandem?.ask('agent'));
    await until(() => sent(FrameType.ASK).length === 1);
    stage.relay.drop();
    await until(() => stage.relay.visits.length === 2 && sent(FrameType.ASK).length === 2);
    stage.relay.control(FrameType.ASKED, { want: 'agent' });
    await visible('asked');
  });

  it('should see the invitation instead of the code', async () => {
    await arrive();
    stage.relay.control(FrameType.ASKED, { want: 'code', code: '042917', expiresInMillis: 600_000 });
    await visible('asked');
    stage.relay.invite('shared');
    await visible('invitation');
    await gone('asked');
  });
});

describe('a consumer in a session', () => {
  it('should pause at once, whatever the relay says, and go on', async () => {
    await begin('shared');
    await test('session-pause').click();
    await until(() => sent(FrameType.PAUSE).length === 1);
    expect(sent(FrameType.PAUSE)).toEqual([{ paused: true }]);
    const mutations = (): number => stage.relay.visits[0]?.frames.filter(({ type }) => type === FrameType.MUTATIONS).length ?? 0;
    const before = mutations();
    stage.relay.say('active', 'shared');
    await stage.page.locator('h1').evaluate((title) => (title.textContent = 'Secret'));
    stage.relay.say('paused', 'shared');
    await until(async () => (await test('mode').textContent()) === 'Paused');
    expect(mutations()).toBe(before);
    await test('session-pause').click();
    await until(() => sent(FrameType.PAUSE).length === 2);
    expect(sent(FrameType.PAUSE)[1]).toEqual({ paused: false });
    expect(stage.complaints).toEqual([]);
  });

  it('should pause even while the page shows a modal dialog', async () => {
    await begin('shared');
    await stage.page.evaluate(() => document.querySelector<HTMLDialogElement>('#own')?.showModal());
    const box = await test('session-pause').boundingBox();
    await stage.page.mouse.click((box?.x ?? 0) + 10, (box?.y ?? 0) + 10);
    await until(() => sent(FrameType.PAUSE).length === 1);
    expect(sent(FrameType.PAUSE)).toEqual([{ paused: true }]);
  });

  it('should let the agent only look from the moment on in which it says so', async () => {
    await begin('shared');
    await test('session-mode').click();
    await until(() => sent(FrameType.SET_MODE).length === 1);
    expect(sent(FrameType.SET_MODE)).toEqual([{ mode: 'view-only' }]);
    stage.relay.say('active', 'shared');
    stage.relay.act({ type: FrameType.FOCUS, node: 1 });
    await until(() => stage.relay.verdicts.length === 1);
    expect(stage.relay.verdicts[0]).toMatchObject({ outcome: 'refused', reason: 'mode-forbids' });
  });

  it('should be asked for control, and give it or not', async () => {
    await begin('view-only');
    askForControl('shared');
    await visible('mode-question');
    await test('mode-question-decline').click();
    await until(() => sent(FrameType.SET_MODE).length === 1);
    expect(sent(FrameType.SET_MODE)).toEqual([{ mode: 'view-only' }]);
    askForControl(undefined);
    askForControl('shared');
    await test('mode-question-accept').click();
    await until(() => sent(FrameType.SET_MODE).length === 2);
    expect(sent(FrameType.SET_MODE)[1]).toEqual({ mode: 'shared' });
  });

  it('should not be asked any more once the agent has taken it back', async () => {
    await begin('view-only');
    askForControl('shared');
    await visible('mode-question');
    askForControl(undefined);
    await gone('mode-question');
    expect(sent(FrameType.SET_MODE)).toEqual([]);
  });
});
