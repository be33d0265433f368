import { beforeEach, describe, expect, it } from 'vitest';
import { createPageSender, type PageSender } from '../../src/delivery/page-sender.ts';
import { encodeNumber, KeyframeReason } from '../../src/protocol/feedback.ts';
import { decodeFrame, Flag } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { fakeClock } from '../connection/fake-socket.ts';

const { KEYFRAME, MUTATIONS, PAGE_ACK, RESUME, KEYFRAME_REQUEST } = FrameType;
/** Of the viewer that asks. */
const MARK = 77;
const FIRST_WINDOW_BYTES = 12_288;

describe('the page lane at the tag', () => {
  let clock: ReturnType<typeof fakeClock>;
  let sender: PageSender;
  /** What came out: sequences of frames, and what else was asked for. */
  let out: (number | string)[];
  let isOpen: boolean;

  beforeEach(() => {
    clock = fakeClock();
    out = [];
    isOpen = true;
    sender = createPageSender({
      clock,
      post(bytes) {
        if (isOpen) out.push(decodeFrame(bytes).sequence);
        return isOpen;
      },
      sync: (asks, mark) => out.push(asks ? 'sync?' : mark === MARK ? 'sync' : 'sync!'),
      keyframe: () => out.push('keyframe!'),
      room: () => out.push('room'),
      viewerHas: (known) => out.push(`known ${[...(known ?? ['nothing'])].join()}`),
    });
    sender.opened(1);
    out.length = 0;
  });

  const page = (bytes = 100): void => sender.send(KEYFRAME, new Uint8Array(bytes), 0);
  const change = (bytes = 100): void => sender.send(MUTATIONS, new Uint8Array(bytes), 0);
  const hear = (type: FrameType, number: number, epoch = 1): void =>
    sender.receive({ type, flags: 0, sender: 2, epoch, sequence: type === PAGE_ACK ? 0 : MARK, payload: encodeNumber(number) });
  const heard = (): (number | string)[] => out.splice(0);

  it('should number frames from 1 in each epoch, and begin it with a keyframe of its own asking', () => {
    page();
    change();
    expect(heard()).toEqual([1, 2]);
    sender.opened(2);
    expect(heard()).toEqual(['sync!', 'keyframe!']);
    page();
    expect(heard()).toEqual([1]);
  });

  it('should say by SYNC that the document is new, and ask once something was sent', () => {
    sender.opened(1);
    expect(heard()).toEqual(['sync!']);
    page();
    sender.opened(1);
    expect(heard()).toEqual([1, 'sync?']);
  });

  it('should send nothing on a new carrier until the agent has said from where, then all that follows', () => {
    page();
    change();
    isOpen = false;
    change();
    isOpen = true;
    sender.opened(1);
    change();
    expect(sender.hasRoom()).toBe(false);
    expect(heard()).toEqual([1, 2, 'sync?']);
    hear(RESUME, 1);
    expect(heard()).toEqual(['sync', 2, 3, 4, 'room']);
  });

  it('should send the keyframe after a pause at once, though nobody said from where in it', () => {
    page();
    sender.opened(1);
    heard();
    sender.restart();
    expect(sender.hasRoom()).toBe(true);
    page();
    expect(heard()).toEqual(['sync!', 2]);
  });

  it.each([
    ['from the begin of the ring when that is the keyframe', 0, 1, ['sync', 1, 2, 3]],
    ['from the begin of a keyframe to an agent of another document', 17, 9, ['sync', 1, 2, 3]],
    ['nothing when nothing is missing', 3, 1, ['sync']],
  ] as const)('should resume %s', (_, sequence, epoch, expected) => {
    page();
    change();
    change();
    heard();
    hear(RESUME, sequence, epoch);
    expect(heard()).toEqual(expected);
  });

  it('should ask for a keyframe where the ring does not reach back, or the page was of no use', () => {
    page();
    change();
    change();
    hear(PAGE_ACK, 2);
    heard();
    hear(RESUME, 1);
    expect(heard()).toEqual(['sync', 'keyframe!']);
    page();
    expect(heard()).toEqual([4]);
    hear(KEYFRAME_REQUEST, KeyframeReason.JOINED);
    expect(heard()).toEqual(['sync', 4]);
    hear(KEYFRAME_REQUEST, KeyframeReason.CANNOT_APPLY);
    expect(heard()).toEqual(['sync', 'keyframe!']);
  });

  it('should send nothing between a keyframe that is wanted and its begin, which finds room', () => {
    page();
    hear(KEYFRAME_REQUEST, KeyframeReason.CANNOT_APPLY);
    expect(heard()).toEqual([1, 'sync', 'keyframe!']);
    for (let i = 0; i < 10; i++) change(5_000);
    expect(heard()).toEqual([]);
    expect(sender.hasRoom()).toBe(true);
    page();
    change();
    expect(heard()).toEqual([2, 3]);
  });

  it('should have no room after a second without an acknowledgement, though little is on its way, and tell when one comes', () => {
    page();
    clock.advance(999);
    expect(sender.hasRoom()).toBe(true);
    clock.advance(1);
    expect(sender.hasRoom()).toBe(false);
    hear(PAGE_ACK, 1);
    expect(heard()).toEqual([1, 'room']);
    clock.advance(5_000);
    expect(sender.hasRoom()).toBe(true);
    change();
    clock.advance(600);
    change();
    hear(PAGE_ACK, 2);
    clock.advance(600);
    expect(sender.hasRoom()).toBe(true);
    clock.advance(400);
    expect(sender.hasRoom()).toBe(false);
  });

  it('should have room for the window, wait, and tell when there is room again', () => {
    page(5_000);
    expect(sender.hasRoom()).toBe(true);
    change(5_000);
    change(5_000);
    expect(sender.hasRoom()).toBe(false);
    expect(heard()).toEqual([1, 2, 3]);
    clock.advance(20);
    hear(PAGE_ACK, 1);
    expect(heard()).toEqual(['room']);
    hear(PAGE_ACK, 3);
    expect(heard()).toEqual([]);
  });

  it('should send again no faster than the window lets it', () => {
    for (let i = 0; i < 10; i++) (i === 0 ? page : change)(4_086);
    expect(heard()).toEqual([1, 2, 3]);
    hear(RESUME, 0);
    expect(heard()).toEqual(['sync', 1, 2, 3]);
    hear(PAGE_ACK, 2);
    expect(heard().slice(0, 2)).toEqual([4, 5]);
  });

  it('should ask after 2 s without an acknowledgement, ever more rarely, and not when all is acknowledged', () => {
    page();
    heard();
    clock.advance(2_000);
    expect(heard()).toEqual(['sync?']);
    clock.advance(3_999);
    expect(heard()).toEqual([]);
    clock.advance(1);
    expect(heard()).toEqual(['sync?']);
    clock.advance(600_000);
    expect(heard().length).toBeLessThan(40);
    hear(PAGE_ACK, 1);
    clock.advance(600_000);
    expect(heard()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('should keep 2 MiB at most, and want a keyframe beyond', () => {
    page();
    for (let i = 0; i < 4; i++) change(524_288);
    expect(heard().at(-1)).toBe('keyframe!');
    page();
    hear(PAGE_ACK, 6);
    clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  it('should forget what went before a keyframe, and heed no acknowledgement of another document', () => {
    page(FIRST_WINDOW_BYTES);
    change();
    expect(sender.hasRoom()).toBe(false);
    hear(PAGE_ACK, 2, 7);
    expect(sender.hasRoom()).toBe(false);
    sender.send(KEYFRAME, new Uint8Array(10), Flag.MORE);
    expect(sender.hasRoom()).toBe(true);
    expect(heard().at(-1)).toBe(3);
    // Another before that one was finished: with a gap, so that nobody takes it for more of it.
    page();
    expect(heard()).toEqual([5]);
  });

  it('should answer an acknowledgement that asks for SYNC, and send nothing again for it', () => {
    page();
    change();
    heard();
    sender.receive({ type: PAGE_ACK, flags: 0, sender: 2, epoch: 1, sequence: MARK, payload: encodeNumber(1) });
    expect(heard()).toEqual(['sync']);
  });

  it('should leave no timer behind', () => {
    page();
    sender.stop();
    expect(clock.pending).toBe(0);
  });
});
