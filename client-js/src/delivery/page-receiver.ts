import type { Clock } from '../connection/clock.ts';
import { encodeNumber, KeyframeReason } from '../protocol/feedback.ts';
import { Flag, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { HEADER_BYTES } from '../protocol/limits.ts';
import { createBatchJoiner } from './batch-joiner.ts';

/** Acknowledged at the latest after this time ... */
const ACK_MILLIS = 50;
/** ... or this many bytes of page frames: the tag's window opens by it. */
const ACK_BYTES = 4_096;
/** While a gap stays open, what fills it is asked for again after this time, each time after twice as long ... */
const RESUME_AGAIN_MILLIS = 1_000;
/** ... and a keyframe that was asked for and does not begin to come, after this ... */
const ASK_AGAIN_MILLIS = 2_000;
/** ... but never more rarely than this. */
const AGAIN_AT_MOST_MILLIS = 32_000;
/** A page that could not be applied twice within this time is not asked for at once. */
const FAULT_MEMORY_MILLIS = 30_000;

export interface PageReceiverOptions {
  readonly clock: Clock;
  /** One whole page batch, in order, once; `epoch` is the consumer's document that it speaks of. */
  readonly batch: (batch: Uint8Array, epoch: number) => void;
  /** The payload of one ASSET, in order, once. */
  readonly asset: (payload: Uint8Array, epoch: number) => void;
  readonly send: (type: FrameType, epoch: number, payload: Uint8Array) => void;
}

/** The page lane at the viewer (protocol section 4.1): each frame once and in order, acknowledged; what is missing is asked for, and the whole page only where nothing else helps. */
export interface PageReceiver {
  /** Takes KEYFRAME, MUTATIONS and ASSET. */
  accept(frame: Frame): void;
  /** The tag asks how far the page has come. */
  asked(): void;
  /** Says something that a SYNC answers. */
  needSync(): void;
  /** The channel has opened: tells how far the page has come, or that there is none. */
  opened(): void;
  /** The page that was shown is of no use: drops what comes until the next keyframe, and asks for one. */
  ask(reason: KeyframeReason): void;
  /** A keyframe is about to come by itself; it is asked for when it does not. */
  expect(): void;
  /** No more questions and acknowledgements until the next frame or question. */
  rest(): void;
}

export function createPageReceiver({ clock, batch, asset, send }: PageReceiverOptions): PageReceiver {
  const joiner = createBatchJoiner();
  let epoch = 0;
  let last = 0;
  /** Whether there is a line of sequences to go on with: a keyframe has begun to come. */
  let isInLine = false;
  /** What is wanted while there is no line, and why. Of a page that could not be applied nothing is taken again. */
  let wanted: KeyframeReason = KeyframeReason.JOINED;
  let unacknowledgedBytes = 0;
  let cancelAck: (() => void) | undefined;
  let cancelAsk: (() => void) | undefined;
  let askAgainMillis = ASK_AGAIN_MILLIS;
  let resumeAt = 0;
  let resumeAgainMillis = RESUME_AGAIN_MILLIS;
  let faultAt = -FAULT_MEMORY_MILLIS;

  function accept(frame: Frame): void {
    const { type, sequence } = frame;
    if (isBefore(frame.epoch, epoch)) return;
    const isOurs = isInLine && frame.epoch === epoch;
    const isNext = isOurs && sequence === last + 1;
    const begins = type === FrameType.KEYFRAME && !(frame.flags & Flag.LINKED) && !(isNext && joiner.isIn(type));
    const isOfNoUse = !isInLine && wanted === KeyframeReason.CANNOT_APPLY && frame.epoch === epoch && sequence <= last;
    if (isOfNoUse) return;
    if (isOurs && sequence <= last) acknowledge(0);
    else if (begins || isNext) take(frame, begins);
    else if (isInLine) resumeAfterGap();
  }

  function take(frame: Frame, begins: boolean): void {
    epoch = frame.epoch;
    last = frame.sequence;
    isInLine = true;
    resumeAt = 0;
    resumeAgainMillis = RESUME_AGAIN_MILLIS;
    stopAsking();
    try {
      process(frame, begins);
    } catch {
      // A block that does not expand, a batch over the limit: the bytes are lost, the page is not.
      ask(KeyframeReason.CANNOT_APPLY);
    }
  }

  function process(frame: Frame, begins: boolean): void {
    const payload = joiner.expand(frame);
    // Before it is shown: a page that fails asks for itself.
    acknowledge(HEADER_BYTES + frame.payload.length);
    if (frame.type === FrameType.ASSET) {
      asset(payload, epoch);
      return;
    }
    const whole = joiner.join(frame, payload, begins);
    if (whole !== undefined) batch(whole, epoch);
  }

  function acknowledge(bytes: number): void {
    unacknowledgedBytes += bytes;
    if (unacknowledgedBytes >= ACK_BYTES) sendAck();
    else cancelAck ??= clock.after(ACK_MILLIS, sendAck);
  }

  function stopAcknowledging(): void {
    cancelAck?.();
    cancelAck = undefined;
    unacknowledgedBytes = 0;
  }

  function sendAck(): void {
    stopAcknowledging();
    if (isInLine) send(FrameType.PAGE_ACK, epoch, encodeNumber(last));
  }

  function resume(): void {
    stopAcknowledging();
    send(FrameType.RESUME, epoch, encodeNumber(last));
  }

  function resumeAfterGap(): void {
    if (clock.now() < resumeAt) return;
    resumeAt = clock.now() + resumeAgainMillis;
    resumeAgainMillis = Math.min(resumeAgainMillis * 2, AGAIN_AT_MOST_MILLIS);
    resume();
  }

  function ask(reason: KeyframeReason): void {
    isInLine = false;
    wanted = reason;
    joiner.giveUp();
    stopAcknowledging();
    const isFault = reason === KeyframeReason.CANNOT_APPLY || reason === KeyframeReason.MISSING;
    const isFaultAgain = isFault && clock.now() - faultAt < FAULT_MEMORY_MILLIS;
    if (isFault) faultAt = clock.now();
    if (isFaultAgain) askLater();
    else request();
  }

  function request(): void {
    send(FrameType.KEYFRAME_REQUEST, epoch, encodeNumber(wanted));
    askLater();
  }

  function askLater(): void {
    cancelAsk?.();
    cancelAsk = clock.after(askAgainMillis, request);
    askAgainMillis = Math.min(askAgainMillis * 2, AGAIN_AT_MOST_MILLIS);
  }

  function stopAsking(): void {
    cancelAsk?.();
    cancelAsk = undefined;
    if (clock.now() - faultAt >= FAULT_MEMORY_MILLIS) askAgainMillis = ASK_AGAIN_MILLIS;
  }

  function tell(): void {
    if (isInLine) resume();
    else request();
  }

  return {
    accept,
    asked: tell,
    needSync: () => (isInLine ? sendAck() : request()),
    opened: tell,
    ask,
    expect() {
      if (!isInLine) askLater();
    },
    rest() {
      stopAcknowledging();
      stopAsking();
    },
  };
}

/** Whether an epoch is an earlier document's. Epochs start again after 65,535: the shorter way round tells which is later. */
const isBefore = (epoch: number, current: number): boolean => current > 0 && ((epoch - current) & 0xffff) > 0x7fff;
