import type { Clock } from '../../connection/clock.ts';
import { ByteWriter } from '../../protocol/bytes.ts';
import { Flag, type Frame } from '../../protocol/frame.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import { MAX_BATCH_BYTES } from '../../protocol/limits.ts';
import { Lz4Decoder } from '../../protocol/lz4.ts';

/** Why a keyframe is asked for (protocol section 2). */
export const KeyframeReason = { JOINED: 1, GAP: 2, CANNOT_APPLY: 3 } as const;
export type KeyframeReason = (typeof KeyframeReason)[keyof typeof KeyframeReason];

/** Who shows the page. */
export interface PageSink {
  /** One whole page batch, in order; `epoch` is the consumer's document that it speaks of. */
  page(batch: Uint8Array, epoch: number): void;
}

export interface PageStreamEvents {
  batch(batch: Uint8Array, epoch: number): void;
  send(type: FrameType, payload: Uint8Array): void;
}

/**
 * The page lane at the viewer: puts frames together, notices gaps, acknowledges, and asks for keyframes (protocol section 4).
 */
export interface PageStream {
  accept(frame: Frame): void;
  /** Drops what comes until the next keyframe, and asks for one. */
  ask(reason: KeyframeReason): void;
  /** A keyframe is about to come by itself; it is asked for when it does not. */
  expect(): void;
  /** Whether the page is as the consumer's, as far as was heard. */
  readonly isCurrent: boolean;
  /** No more requests and acknowledgements until the next frame or question. */
  rest(): void;
}

/** Acknowledged at the latest after this time ... */
const ACK_MILLIS = 100;
/** ... or this many frames: the tag keeps what is not acknowledged. */
const ACK_FRAMES = 32;
/** A keyframe that was asked for and does not begin to come is asked for again, each time after twice as long. */
const ASK_AGAIN_MILLIS = 3_000;
const ASK_AGAIN_AT_MOST_MILLIS = 48_000;

export function createPageStream(clock: Clock, events: PageStreamEvents): PageStream {
  const decoder = new Lz4Decoder();
  let epoch = -1;
  let last = 0;
  let current = false;
  /** The parts of a keyframe under way; undefined outside of one. */
  let parts: Uint8Array[] | undefined;
  let partBytes = 0;
  let unacknowledged = 0;
  let cancelAck: (() => void) | undefined;
  let cancelAsk: (() => void) | undefined;
  let askAgainMillis = ASK_AGAIN_MILLIS;

  function accept(frame: Frame): void {
    if (isBefore(frame.epoch, epoch)) return;
    const isNext = frame.epoch === epoch && frame.sequence === last + 1;
    const continues = parts !== undefined && isNext && frame.type === FrameType.KEYFRAME;
    const begins = !continues && frame.type === FrameType.KEYFRAME && !(frame.flags & Flag.LINKED);
    if (begins) {
      parts = [];
      partBytes = 0;
    } else if (!isNext || (!current && !continues)) {
      return lost(frame);
    }
    epoch = frame.epoch;
    last = frame.sequence;
    quietly(() => take(frame));
  }

  /** A frame that cannot be used: one that came twice is of no interest, any other means that something is missing. */
  function lost(frame: Frame): void {
    const isRepeat = frame.epoch === epoch && frame.sequence <= last;
    if (isRepeat || (!current && parts === undefined)) return;
    ask(KeyframeReason.GAP);
  }

  function take(frame: Frame): void {
    const payload = frame.flags & Flag.COMPRESSED ? decoder.expand(frame.payload, (frame.flags & Flag.LINKED) !== 0) : frame.payload;
    if (frame.type === FrameType.KEYFRAME) keyframePart(payload, (frame.flags & Flag.MORE) !== 0);
    else if (frame.type === FrameType.MUTATIONS) events.batch(payload, epoch);
    acknowledge();
  }

  function keyframePart(payload: Uint8Array, more: boolean): void {
    parts?.push(payload);
    partBytes += payload.length;
    if (partBytes > MAX_BATCH_BYTES) throw new Error('a keyframe over the limit');
    watchForKeyframe(more);
    if (more) return;
    const batch = join(parts ?? []);
    parts = undefined;
    current = true;
    askAgainMillis = ASK_AGAIN_MILLIS;
    events.batch(batch, epoch);
  }

  function quietly(act: () => void): void {
    try {
      act();
    } catch {
      // A block that does not expand, a keyframe over the limit: the bytes are lost, the page is not.
      ask(KeyframeReason.CANNOT_APPLY);
    }
  }

  function acknowledge(): void {
    if (++unacknowledged >= ACK_FRAMES) sendAck();
    else cancelAck ??= clock.after(ACK_MILLIS, sendAck);
  }

  function sendAck(): void {
    cancelAck?.();
    cancelAck = undefined;
    if (unacknowledged === 0) return;
    unacknowledged = 0;
    events.send(FrameType.PAGE_ACK, varint(last));
  }

  function ask(reason: KeyframeReason): void {
    current = false;
    parts = undefined;
    events.send(FrameType.KEYFRAME_REQUEST, varint(reason));
    watchForKeyframe(true);
  }

  function watchForKeyframe(isAwaited: boolean): void {
    cancelAsk?.();
    cancelAsk = undefined;
    if (!isAwaited) return;
    cancelAsk = clock.after(askAgainMillis, () => {
      askAgainMillis = Math.min(askAgainMillis * 2, ASK_AGAIN_AT_MOST_MILLIS);
      ask(KeyframeReason.GAP);
    });
  }

  return {
    accept,
    ask,
    expect() {
      current = false;
      watchForKeyframe(true);
    },
    get isCurrent() {
      return current;
    },
    rest() {
      cancelAck?.();
      cancelAck = undefined;
      unacknowledged = 0;
      watchForKeyframe(false);
    },
  };
}

/** Whether an epoch is an earlier document's. Epochs start again after 65,535: the shorter way round tells which is later. */
const isBefore = (epoch: number, current: number): boolean => current >= 0 && ((epoch - current) & 0xffff) > 0x7fff;

function varint(value: number): Uint8Array {
  const out = new ByteWriter(8);
  out.varint(value);
  return out.toBytes();
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
