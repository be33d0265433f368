import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, createActionInbox, type Plan } from '../../src/delivery/action-inbox.ts';
import { type ActionOutbox, createActionOutbox } from '../../src/delivery/action-outbox.ts';
import { type Action, decodeAction, decodeVerdict, encodeAction } from '../../src/protocol/action.ts';
import { decodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { fakeClock } from '../connection/fake-socket.ts';

const focus = (node: number): Action => ({ type: FrameType.FOCUS, node });
const AGENT = 2;

describe('the action lane at the agent', () => {
  let clock: ReturnType<typeof fakeClock>;
  let outbox: ActionOutbox;
  let sent: string[];
  let settled: string[];
  let isOpen: boolean;
  /** How long the machine has slept. */
  let slept: number;

  beforeEach(() => {
    clock = fakeClock();
    sent = [];
    settled = [];
    isOpen = true;
    slept = 0;
    outbox = createActionOutbox({
      clock: { ...clock, now: () => clock.now(), wall: () => clock.now() + slept },
      post(bytes) {
        const { type, epoch, sequence, payload } = decodeFrame(bytes);
        const { deadlineMillis, action } = decodeAction(type as Action['type'], payload);
        if (isOpen) sent.push(`${epoch}/${sequence} ${'node' in action ? action.node : ''} by ${deadlineMillis}`);
        return isOpen;
      },
      needSync: () => sent.push('sync!'),
      settled: (outcome) =>
        settled.push(`${outcome.number} ${'error' in outcome ? `error ${outcome.error.reason}` : outcome.verdict.outcome}`),
    });
  });

  const sync = (clockMillis: number, epoch = 1, answered: readonly (readonly [number, number])[] = []): void =>
    outbox.sync({ asks: false, clockMillis, answered }, epoch, AGENT, true);
  const verdict = (sequence: number, outcome: 'applied' | 'expired' = 'applied'): void =>
    outbox.verdict({ participant: AGENT, sequence, outcome, reason: 'late' });
  const out = (): string[] => sent.splice(0);

  it('should name a deadline 5 s from now on the tag’s clock', () => {
    sync(1_000);
    clock.advance(300);
    outbox.act(focus(7), 1);
    expect(out()).toEqual(['1/1 7 by 6300']);
  });

  it('should let actions wait for the first SYNC of their document, by the time they were made', () => {
    expect(outbox.act(focus(7), 1)).toBe(1);
    clock.advance(400);
    sync(10_000);
    expect(out()).toEqual(['1/1 7 by 14600']);
  });

  it('should ask for a SYNC that does not come', () => {
    outbox.act(focus(7), 1);
    clock.advance(2_000);
    expect(out()).toEqual(['sync!']);
    sync(10_000);
    expect(out()).toEqual(['1/1 7 by 13000']);
  });

  it('should ask what time it is at the tag when an action came late, once', () => {
    sync(0);
    outbox.act(focus(1), 1);
    outbox.act(focus(2), 1);
    expect(outbox.isInDoubt).toBe(false);
    out();
    verdict(1, 'expired');
    verdict(2, 'expired');
    expect(out()).toEqual(['sync!']);
    expect(outbox.isInDoubt).toBe(true);
    sync(3_600_000, 1, [[AGENT, 2]]);
    expect(outbox.isInDoubt).toBe(false);
    outbox.act(focus(3), 1);
    expect(out()).toEqual(['1/3 3 by 3605000']);
  });

  it('should trust no clock over which its machine slept, and let expire what was made before', () => {
    sync(0);
    isOpen = false;
    outbox.act(focus(1), 2);
    slept = 3_600_000;
    isOpen = true;
    outbox.act(focus(2), 1);
    expect(out()).toEqual(['sync!']);
    sync(3_600_000, 1);
    sync(0, 2);
    expect(out()).toEqual(['2/1 1 by 0', '1/2 2 by 3605000']);
  });

  it('should think nothing of clocks that drift apart', () => {
    sync(0);
    for (let drift = 0; drift < 10; drift++) {
      slept += 1_000;
      verdict(outbox.act(focus(1), 1));
    }
    expect(out()).not.toContain('sync!');
  });

  it('should close the gap where the tag has forgotten what it had answered, until it knows again', () => {
    sync(0, 1, [[AGENT, 40]]);
    for (let i = 1; i <= 3; i++) {
      outbox.act(focus(i), 1);
      verdict(40 + i);
    }
    out();
    sync(0, 2, [[AGENT, 41]]);
    expect(out()).toEqual([]);
    outbox.act(focus(4), 2);
    const filled = ['2/42 0 by 0', '2/43 0 by 0', '2/44 4 by 5000'];
    expect(out()).toEqual(filled);
    clock.advance(2_000);
    expect(out()).toEqual(filled);
    verdict(42, 'expired');
    verdict(43, 'expired');
    expect(outbox.isInDoubt).toBe(false);
    outbox.opened();
    expect(out()).toEqual(['2/44 4 by 5000']);
  });

  it('should close a wide gap by 64 at a time, the next when those are answered', () => {
    sync(0, 1, [[AGENT, 4e9]]);
    sync(0, 1, []);
    outbox.act(focus(4), 1);
    const lots = [out()];
    for (let sequence = 1; sequence <= 64; sequence++) {
      expect(out()).toEqual([]);
      verdict(sequence, 'expired');
    }
    lots.push(out());
    expect(lots.map((lot) => [lot.length, lot[0], lot.at(-1)])).toEqual([
      [64, '1/1 0 by 0', '1/64 0 by 0'],
      [64, '1/65 0 by 0', '1/128 0 by 0'],
    ]);
    sync(0, 1, [[AGENT, 4e9 - 2]]);
    expect(out()).toEqual(['1/3999999999 0 by 0', '1/4000000000 0 by 0', '1/4000000001 4 by 5000']);
  });

  it('should keep to the order while one waits', () => {
    sync(0, 1);
    outbox.act(focus(1), 2);
    outbox.act(focus(2), 1);
    expect(out()).toEqual([]);
    sync(0, 2);
    expect(out()).toEqual(['2/1 1 by 5000', '1/2 2 by 5000']);
  });

  it('should send what an earlier document never answered, for the next one to refuse', () => {
    outbox.act(focus(1), 1);
    sync(0, 2);
    expect(out()).toEqual(['1/1 1 by 0']);
  });

  it('should send again, the same bytes in order, on a new carrier, at SYNC and after 2 s, until each is answered', () => {
    sync(0);
    isOpen = false;
    outbox.act(focus(1), 1);
    outbox.act(focus(2), 1);
    isOpen = true;
    const both = ['1/1 1 by 5000', '1/2 2 by 5000'];
    outbox.opened();
    expect(out()).toEqual(both);
    clock.advance(1_000);
    sync(1_000);
    expect(out()).toEqual(both);
    clock.advance(2_000);
    expect(out()).toEqual(both);
    verdict(1);
    clock.advance(2_000);
    expect(out()).toEqual([both[1]]);
    verdict(1);
    verdict(2);
    verdict(2);
    expect(settled).toEqual(['1 applied', '2 applied']);
    clock.advance(10_000);
    expect(out()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('should count on from SYNC after a reload of the desk, and from no SYNC later', () => {
    sync(0, 1, [
      [3, 99],
      [AGENT, 40],
    ]);
    expect(outbox.act(focus(1), 1)).toBe(1);
    sync(0, 1, [[AGENT, 50]]);
    expect(out()).toEqual(['1/41 1 by 5000', '1/41 1 by 5000']);
    verdict(41);
    expect(settled).toEqual(['1 applied']);
  });

  it('should count on from no SYNC that may not know of what the desk before this one did', () => {
    outbox.act(focus(1), 1);
    outbox.sync({ asks: true, clockMillis: 0, answered: [[AGENT, 3]] }, 1, AGENT, false);
    expect(out()).toEqual([]);
    sync(0, 1, [[AGENT, 5]]);
    expect(out()).toEqual(['1/6 1 by 5000']);
  });

  it('should take no more than 64 unanswered', () => {
    for (let i = 1; i <= 64; i++) expect(outbox.act(focus(i), 1)).toBe(i);
    expect(outbox.act(focus(65), 1)).toBe(-1);
    expect(outbox.unanswered).toBe(64);
    sync(0);
    verdict(1);
    expect(outbox.act(focus(65), 1)).toBe(65);
  });

  it('should go no further ahead of the first unanswered than the tag remembers, whatever was answered behind it', () => {
    for (let i = 1; i <= 10; i++) outbox.act(focus(i), 1);
    sync(0);
    for (let sequence = 2; sequence <= 10; sequence++) verdict(sequence);
    for (let i = 11; i <= 64; i++) expect(outbox.act(focus(i), 1)).toBe(i);
    expect(outbox.act(focus(65), 1)).toBe(-1);
    verdict(1);
    expect(outbox.act(focus(65), 1)).toBe(65);
  });

  describe('whose action the relay refuses', () => {
    const refuse = (reason: string, sequence = 1, type: number = FrameType.FOCUS): void =>
      outbox.refused({ reason, message: '', type, sequence });

    it('should tell it at once, and fill its place so that what follows goes on', () => {
      sync(0);
      outbox.act(focus(1), 1);
      outbox.act({ type: FrameType.WIGGLE, node: 9 }, 1);
      out();
      refuse('mode-forbids');
      expect(settled).toEqual(['1 error mode-forbids']);
      expect(out()).toEqual(['1/1 0 by 0', '1/2 9 by 5000']);
      verdict(1, 'expired');
      verdict(2);
      expect(settled).toEqual(['1 error mode-forbids', '2 applied']);
    });

    it('should not trust it when an earlier copy may have been carried out', () => {
      sync(0);
      outbox.act(focus(1), 1);
      outbox.opened();
      refuse('mode-forbids');
      expect(settled).toEqual([]);
      verdict(1);
      expect(settled).toEqual(['1 applied']);
    });

    it('should tell the relay’s reason once the tag has said that it never came', () => {
      sync(0);
      outbox.act(focus(1), 1);
      outbox.opened();
      refuse('mode-forbids');
      verdict(1, 'expired');
      expect(settled).toEqual(['1 error mode-forbids']);
    });

    it('should wait for a consumer who is not present, and leave errors of others alone', () => {
      sync(0);
      outbox.act(focus(1), 1);
      refuse('not-present');
      expect(settled).toEqual([]);
      refuse('mode-forbids', 2);
      expect(settled).toEqual([]);
    });

    it('should say nothing more of it while the session is paused', () => {
      sync(0);
      outbox.act(focus(1), 1);
      out();
      refuse('paused');
      expect(out()).toEqual([]);
      clock.advance(2_000);
      expect(out()).toEqual(['1/1 0 by 0']);
      refuse('paused', 1, FrameType.HIGHLIGHT);
      expect(settled).toEqual(['1 error paused']);
    });
  });

  it('should settle everything, once, when it closes', () => {
    sync(0);
    outbox.act(focus(1), 1);
    outbox.act(focus(2), 1);
    verdict(1);
    outbox.close();
    expect(settled).toEqual(['1 applied', '2 expired']);
    expect(clock.pending).toBe(0);
  });
});

describe('the action lane at the tag', () => {
  let now: number;
  let epoch: number;
  let memory: readonly Answer[];
  /** What happened, in order. */
  let log: string[];
  let plan: Plan | undefined;
  let isFull: boolean;

  beforeEach(() => {
    now = 1_000;
    epoch = 1;
    memory = [];
    log = [];
    plan = undefined;
    isFull = false;
  });

  const start = (): ReturnType<typeof createActionInbox> =>
    createActionInbox({
      answered: JSON.parse(JSON.stringify(memory)) as readonly Answer[],
      remember(answers) {
        if (isFull) return false;
        memory = answers;
        log.push('remembered');
        return true;
      },
      epoch: () => epoch,
      clockMillis: () => now,
      send: (_, payload) => {
        const verdict = decodeVerdict(payload);
        log.push(
          `${verdict.participant}/${verdict.sequence} ${verdict.outcome === 'applied' ? 'applied' : `${verdict.outcome} ${verdict.reason}`}`,
        );
      },
      plan: ({ sender, sequence }) => plan ?? (() => void log.push(`did ${sender}/${sequence}`)),
    });
  const frame = (sequence: number, { deadline = 5_000, sender = AGENT, of = 1 } = {}): Frame => ({
    ...{ type: FrameType.FOCUS, flags: 0, sender, epoch: of, sequence },
    payload: encodeAction(focus(1), deadline),
  });
  const happened = (): string[] => log.splice(0);

  it('should remember the verdict, carry out, and answer, in this order', () => {
    start().accept(frame(1));
    expect(happened()).toEqual(['remembered', 'did 2/1', '2/1 applied']);
  });

  it('should carry out once, and answer again, in the next document too', () => {
    const inbox = start();
    inbox.accept(frame(1));
    inbox.accept(frame(1));
    epoch = 2;
    start().accept(frame(1));
    expect(happened()).toEqual(['remembered', 'did 2/1', '2/1 applied', '2/1 applied', '2/1 applied']);
  });

  it('should refuse what it cannot remember, and stay with it', () => {
    const inbox = start();
    inbox.accept(frame(1));
    happened();
    isFull = true;
    inbox.accept(frame(2));
    isFull = false;
    inbox.accept(frame(2));
    inbox.accept(frame(3));
    expect(happened()).toEqual(['2/2 refused not-remembered', '2/2 refused not-remembered', 'remembered', 'did 2/3', '2/3 applied']);
    expect(memory).toEqual([[AGENT, 3, ['', 'not-remembered', '']]]);
  });

  it('should ignore what comes beyond a gap until the gap is filled, for each agent by itself', () => {
    const inbox = start();
    inbox.accept(frame(2));
    expect(happened()).toEqual([]);
    inbox.accept(frame(1));
    inbox.accept(frame(1, { sender: 3 }));
    inbox.accept(frame(2));
    expect(happened().filter((one) => one.startsWith('did'))).toEqual(['did 2/1', 'did 3/1', 'did 2/2']);
    expect(inbox.answered()).toEqual([
      [3, 1],
      [2, 2],
    ]);
  });

  it.each([
    ['too late', { deadline: 1_000 }, '2/1 expired late'],
    ['for another document', { of: 7 }, '2/1 refused stale-epoch'],
  ] as const)('should not carry out what came %s, nor change its mind', (_, options, expected) => {
    const inbox = start();
    inbox.accept(frame(1, options));
    now = 0;
    epoch = 7;
    inbox.accept(frame(1, options));
    start().accept(frame(1, options));
    expect(happened()).toEqual(['remembered', expected, expected, expected]);
  });

  it('should answer what the page refuses, what is malformed, and what the page’s own code breaks', () => {
    const inbox = start();
    plan = 'masked';
    inbox.accept(frame(1));
    inbox.accept({ ...frame(2), payload: new Uint8Array(0) });
    plan = () => {
      throw new Error('the page’s own');
    };
    inbox.accept(frame(3));
    expect(happened().filter((one) => one !== 'remembered')).toEqual(['2/1 refused masked', '2/2 refused malformed', '2/3 applied']);
  });

  it('should remember 64 verdicts of an agent, and of older ones that they were given', () => {
    const inbox = start();
    for (let sequence = 1; sequence <= 70; sequence++) inbox.accept(frame(sequence));
    happened();
    inbox.accept(frame(7));
    inbox.accept(frame(6));
    expect(happened()).toEqual(['2/7 applied', '2/6 expired late']);
    expect(memory[0]?.[2]).toHaveLength(64);
  });
});
