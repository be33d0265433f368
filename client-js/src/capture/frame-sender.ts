import { ByteWriter } from '../protocol/bytes.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { Flag } from '../protocol/frame.ts';
import { Lz4Encoder } from '../protocol/lz4.ts';

/** Turns batches, cut into parts, into page frames; keeps the one LZ4 history that keyframe and mutations share (protocol section 1.1). */
export interface FrameSender {
  /** The next frame stands alone: at each keyframe. */
  restart(): void;
  /**
   * @param isLast whether the batch ends with this part
   * @param isPacked it shrinks no more
   */
  part(type: BatchType, part: Uint8Array, isLast: boolean, isPacked: boolean): void;
}

export type BatchType = typeof FrameType.KEYFRAME | typeof FrameType.MUTATIONS;

export function createFrameSender(
  send: (type: FrameType, payload: Uint8Array, flags: number) => void,
  encoder = new Lz4Encoder(),
): FrameSender {
  return {
    restart: () => {
      encoder.restart();
    },
    part(type, part, isLast, isPacked) {
      const more = isLast ? 0 : Flag.MORE;
      const flags = more | Flag.COMPRESSED | (encoder.isLinked ? Flag.LINKED : 0);
      // Compressed even where it does not shrink: a keyframe's first frame, and no other, is one that is not linked.
      const isKeyframe = type === FrameType.KEYFRAME;
      const block = isKeyframe ? encoder.compress(part) : isPacked ? undefined : encoder.compressIfSmaller(part);
      if (block === undefined) {
        send(type, part, more);
        return;
      }
      const out = new ByteWriter(block.length + 5);
      out.varint(part.length);
      out.raw(block);
      send(type, out.view(), flags);
    },
  };
}
