import { describe, expect, it } from 'vitest';
import { createFramedActions } from '../../src/control/tag/framed-actions.ts';
import { type Answer, createActionInbox, type Plan } from '../../src/delivery/action-inbox.ts';
import { createLatePlanner } from '../../src/delivery/late-planner.ts';
import { decodeVerdict, encodeAction, type Verdict } from '../../src/protocol/action.ts';
import { framedId } from '../../src/protocol/framed-id.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';

const AGENT = 2;
const EPOCH = 7;
const OWN = 5;
const FRAMED = framedId(3, 5);

/** The inbox and the planner as a session has them, with framed documents that answer when the test says so. */
function world() {
  const done: string[] = [];
  const verdicts: Verdict[] = [];
  const asked: { readonly node: number; readonly isBusy: boolean; readonly answer: (plan: Plan) => void }[] = [];
  let clockMillis = 1_000;
  let isAllowed = true;
  let answered: readonly Answer[] = [];
  const actions = createFramedActions({
    epoch: () => EPOCH,
    isBusy: () => false,
    unmark: () => void done.push('own mark gone'),
    frames: () => ({
      plan: (_, { node }, isBusy) => new Promise((answer) => void asked.push({ node, isBusy, answer })),
      unmark: (but = 0) => void done.push(`marks gone but in ${but}`),
    }),
    plan({ payload, type }) {
      if (!isAllowed) return 'mode-forbids';
      // The node follows the deadline, of two bytes here.
      return payload[2] === OWN ? () => void done.push(`own ${type}`) : 'no-such-node';
    },
  });
  const planner = createLatePlanner();
  const inbox = createActionInbox({
    answered: [],
    remember(answers) {
      answered = answers;
      return true;
    },
    epoch: () => EPOCH,
    clockMillis: () => clockMillis,
    send: (_, payload) => verdicts.push(decodeVerdict(payload)),
    plan: planner.plan,
  });
  const receive = (frame: Frame): void => {
    if (!planner.keeps(frame)) inbox.accept(frame);
  };
  planner.begin(actions, receive);
  return {
    done,
    verdicts,
    asked,
    stop: actions.stop,
    answered: () => answered,
    expire: () => (clockMillis = 10_000),
    forbid: () => (isAllowed = false),
    send(sequence: number, node: number, type: typeof FrameType.FOCUS | typeof FrameType.HIGHLIGHT = FrameType.FOCUS, epoch = EPOCH): void {
      receive({ type, flags: 0, sender: AGENT, epoch, sequence, payload: encodeAction({ type, node }, 2_000) });
    },
    async answer(plan: Plan, which = asked.length - 1): Promise<void> {
      asked[which]?.answer(plan);
      await new Promise((resume) => setTimeout(resume));
    },
    given: () => verdicts.map((verdict) => [verdict.sequence, verdict.outcome === 'refused' ? verdict.reason : verdict.outcome]),
  };
}

describe('actions in framed documents', () => {
  it('should be carried out once their document has said how, and answered once', async () => {
    const { send, answer, asked, done, given, answered } = world();
    send(1, FRAMED);
    expect([asked.length, given()]).toEqual([1, []]);
    await answer(() => {
      // Remembered before it is carried out.
      done.push(JSON.stringify(answered()));
    });
    expect(done).toEqual(['[[2,1,[""]]]']);
    expect(given()).toEqual([[1, 'applied']]);
  });

  it('should keep their order: what comes behind them waits', async () => {
    const { send, answer, done, given } = world();
    send(1, FRAMED);
    send(2, OWN);
    send(3, FRAMED);
    send(4, OWN);
    expect(given()).toEqual([]);
    await answer(() => void done.push('framed 1'));
    expect(given()).toEqual([
      [1, 'applied'],
      [2, 'applied'],
    ]);
    await answer(() => void done.push('framed 3'));
    send(5, OWN);
    expect(done).toEqual(['framed 1', 'own 134', 'framed 3', 'own 134', 'own 134']);
    expect(given().map(([sequence]) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it('should be asked about once, however often they come, and be answered again when they come later', async () => {
    const { send, answer, asked, done, given } = world();
    send(1, FRAMED);
    send(1, FRAMED);
    expect(asked).toHaveLength(1);
    await answer(() => void done.push('done'));
    send(1, FRAMED);
    await answer(() => void done.push('done again'));
    expect(done).toEqual(['done']);
    expect(given()).toEqual([
      [1, 'applied'],
      [1, 'applied'],
    ]);
  });

  it('should be refused as their document says', async () => {
    const { send, answer, given } = world();
    send(1, FRAMED);
    await answer('agent-proof');
    expect(given()).toEqual([[1, 'agent-proof']]);
  });

  it('should not be carried out where it is too late by then, or not allowed any more', async () => {
    const late = world();
    late.send(1, FRAMED);
    late.expire();
    await late.answer(() => void late.done.push('done'));
    expect([late.done, late.given()]).toEqual([[], [[1, 'expired']]]);

    const forbidden = world();
    forbidden.send(1, FRAMED);
    forbidden.forbid();
    await forbidden.answer(() => void forbidden.done.push('done'));
    expect([forbidden.done, forbidden.given()]).toEqual([[], [[1, 'mode-forbids']]]);
  });

  it('should not be asked about where they are another document’s of the page', () => {
    const { send, asked, given } = world();
    send(1, FRAMED, FrameType.FOCUS, EPOCH - 1);
    expect([asked.length, given()]).toEqual([0, [[1, 'stale-epoch']]]);
  });

  it('should move the highlight from wherever it was', async () => {
    const { send, answer, done } = world();
    send(1, FRAMED, FrameType.HIGHLIGHT);
    await answer(() => void done.push('marked'));
    expect(done).toEqual(['own mark gone', 'marks gone but in 3', 'marked']);
  });

  it('should be carried out no more when the session is over', async () => {
    const { send, answer, stop, done, given } = world();
    send(1, FRAMED);
    send(2, OWN);
    stop();
    await answer(() => void done.push('done'));
    expect([done, given()]).toEqual([[], []]);
  });
});
