import { expect, describe, it } from 'vitest';
import vectors from '../../../protocol/vectors/delivery.json' with { type: 'json' };
import { type Answer, createActionInbox } from '../../src/delivery/action-inbox.ts';
import { createActionOutbox } from '../../src/delivery/action-outbox.ts';
import { createPageReceiver } from '../../src/delivery/page-receiver.ts';
import { createPageSender } from '../../src/delivery/page-sender.ts';
import { decodeAction, decodeVerdict, encodeAction, type Refusal, type Verdict } from '../../src/protocol/action.ts';
import { decodeNumber, encodeNumber } from '../../src/protocol/feedback.ts';
import { decodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType, type FrameTypeName, frameTypeName } from '../../src/protocol/frame-type.ts';
import { fakeClock } from '../connection/fake-socket.ts';

type Clock = ReturnType<typeof fakeClock>;
/** What each step does. */
type Steps = Readonly<Record<string, (...words: string[]) => void>>;

const AGENT = 2;
const typeOf = (name: string | undefined): FrameType => FrameType[name as FrameTypeName];
const nameOf = (type: number): string => frameTypeName(type) ?? '';
const placeOf = (text = ''): { readonly epoch: number; readonly sequence: number } => {
  const [epoch, sequence] = text.split('/').map(Number);
  return { epoch: epoch ?? 0, sequence: sequence ?? 0 };
};
const frameOf = (part: Partial<Frame>): Frame => ({
  ...{ type: FrameType.FOCUS, flags: 0, sender: AGENT, epoch: 0, sequence: 0, payload: new Uint8Array(0) },
  ...part,
});

function pageSender(clock: Clock, say: (what: string) => void): Steps {
  let isOn = true;
  const sender = createPageSender({
    clock,
    post(bytes) {
      const { type, epoch, sequence } = decodeFrame(bytes);
      if (isOn) say(`${nameOf(type)} ${epoch}/${sequence}`);
      return isOn;
    },
    sync: (asks, mark) => say(`sync${asks ? '?' : ''} ${mark}`),
    keyframe: () => say('keyframe'),
    room: () => say('room'),
    viewerHas: () => undefined,
  });
  return {
    opened: (epoch) => sender.opened(Number(epoch)),
    // Where a block says so, it holds one byte.
    send: (type, flags, bytes) => sender.send(typeOf(type), new Uint8Array(Number(bytes)).fill(1), Number(flags)),
    hear: (type, epoch, mark, number) =>
      sender.receive(frameOf({ type: typeOf(type), epoch: Number(epoch), sequence: Number(mark), payload: encodeNumber(Number(number)) })),
    restart: () => sender.restart(),
    carrier: (state) => (isOn = state === 'on'),
  };
}

function pageReceiver(clock: Clock, say: (what: string) => void): Steps {
  const receiver = createPageReceiver({
    clock,
    batch: (batch, epoch) => say(`batch ${epoch} ${new TextDecoder().decode(batch)}`),
    asset: () => undefined,
    send: (type, epoch, payload) => say(`${nameOf(type)} ${epoch} ${decodeNumber(payload)}`),
  });
  return {
    take: (type, place, flags, text) =>
      receiver.accept(frameOf({ type: typeOf(type), ...placeOf(place), flags: Number(flags), payload: new TextEncoder().encode(text) })),
    opened: () => receiver.opened(),
    asked: () => receiver.asked(),
  };
}

function outbox(clock: Clock, say: (what: string) => void): Steps {
  let isOn = true;
  const actions = createActionOutbox({
    clock,
    post(bytes) {
      const { type, epoch, sequence, payload } = decodeFrame(bytes);
      const { deadlineMillis } = decodeAction(type as typeof FrameType.FOCUS, payload);
      if (isOn) say(`${nameOf(type)} ${epoch}/${sequence} ${deadlineMillis}`);
      return isOn;
    },
    needSync: () => say('ask'),
    settled: (outcome) => say(`settled ${outcome.number} ${'error' in outcome ? outcome.error.reason : outcome.verdict.outcome}`),
  });
  return {
    act: (node, epoch) => void actions.act({ type: FrameType.FOCUS, node: Number(node) }, Number(epoch)),
    sync: (epoch, clockMillis, highest, mark) =>
      actions.sync(
        { asks: false, clockMillis: Number(clockMillis), answered: [[AGENT, Number(highest)]] },
        Number(epoch),
        AGENT,
        mark === '1',
      ),
    verdict: (sequence, outcome) =>
      actions.verdict({ participant: AGENT, sequence: Number(sequence), outcome: outcome as Verdict['outcome'], reason: '' }),
    error: (reason, sequence) => actions.refused({ reason, message: '', type: FrameType.FOCUS, sequence: Number(sequence) }),
    opened: () => actions.opened(),
    carrier: (state) => (isOn = state === 'on'),
  };
}

function inbox(_: Clock, say: (what: string) => void): Steps {
  let memory: readonly Answer[] = [];
  let now = 0;
  let refusal: string | undefined;
  let actions: ReturnType<typeof createActionInbox> | undefined;
  return {
    document(epoch) {
      actions = createActionInbox({
        answered: memory,
        remember(answers) {
          memory = answers;
          return true;
        },
        epoch: () => Number(epoch),
        clockMillis: () => now,
        send(_type, payload) {
          const verdict = decodeVerdict(payload);
          const reason = verdict.outcome === 'applied' ? '' : ` ${verdict.reason}`;
          say(`verdict ${verdict.participant}/${verdict.sequence} ${verdict.outcome}${reason}`);
        },
        plan: ({ sender, sequence }) => (refusal as Refusal | undefined) ?? (() => say(`did ${sender}/${sequence}`)),
      });
    },
    clock: (millis) => (now = Number(millis)),
    take: (sender, place, deadline) =>
      actions?.accept(
        frameOf({ sender: Number(sender), ...placeOf(place), payload: encodeAction({ type: FrameType.FOCUS, node: 1 }, Number(deadline)) }),
      ),
    refuse: (reason) => (refusal = reason === '-' ? undefined : reason),
    answered: () => say(`highest ${(actions?.answered() ?? []).flat().join(' ')}`),
  };
}

const MACHINES: Readonly<Record<string, (clock: Clock, say: (what: string) => void) => Steps>> = {
  ...{ 'page-sender': pageSender, 'page-receiver': pageReceiver },
  ...{ outbox, inbox },
};

describe('delivery, as the vectors have it', () => {
  it.each(vectors.rows)('$machine: $name', ({ machine, steps }) => {
    const clock = fakeClock();
    const said: string[] = [];
    const does = { wait: (millis: string) => clock.advance(Number(millis)), ...MACHINES[machine]?.(clock, (what) => said.push(what)) };
    const heard = (steps as [string, string[]][]).map(([step]) => {
      const [what = '', ...words] = step.split(' ');
      (does as Steps)[what]?.(...words);
      return [step, said.splice(0)];
    });
    expect(heard).toEqual(steps);
  });
});
