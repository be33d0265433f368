import { Flag, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { MAX_BATCH_BYTES } from '../protocol/limits.ts';
import { Lz4Decoder } from '../protocol/lz4.ts';
import { unpackBatch } from '../protocol/packed-batch.ts';

type PageFrame = Pick<Frame, 'type' | 'flags' | 'payload'>;

/** Makes page batches of the page frames of one document, in order (protocol sections 1.1, 1.2 and 6.2). */
export interface BatchJoiner {
  /** Whether the batch under way is of this type. */
  isIn(type: FrameType): boolean;
  /** The frame's expanded payload. Each frame once. @throws MalformedBytes, FrameViolation */
  expand(frame: PageFrame): Uint8Array;
  /** @param begins whether a batch begins with it @returns the batch that it ends. @throws Error where it belongs to none, or to one over the limit */
  join(frame: PageFrame, expanded: Uint8Array, begins: boolean): Uint8Array | undefined;
  giveUp(): void;
}

/** @param maxBytes of one batch, joined */
export function createBatchJoiner(maxBytes = MAX_BATCH_BYTES): BatchJoiner {
  const decoder = new Lz4Decoder();
  let parts: { readonly type: FrameType; readonly bytes: Uint8Array[] } | undefined;
  let partBytes = 0;

  return {
    isIn: (type) => parts?.type === type,
    expand: ({ flags, payload }) => (flags & Flag.COMPRESSED ? decoder.expand(payload, (flags & Flag.LINKED) !== 0) : payload),
    join({ type, flags }, expanded, begins) {
      if (begins || (!parts && type === FrameType.MUTATIONS)) {
        parts = { type, bytes: [] };
        partBytes = 0;
      }
      partBytes += expanded.length;
      if (parts?.type !== type || partBytes > maxBytes) throw new Error('no batch that has begun, or one over the limit');
      parts.bytes.push(expanded);
      if (flags & Flag.MORE) return undefined;
      const whole = unpackBatch(joined(parts.bytes), maxBytes);
      parts = undefined;
      return whole;
    },
    giveUp() {
      parts = undefined;
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
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
