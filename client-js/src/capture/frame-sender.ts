import { ByteWriter } from '../protocol/bytes.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { Flag } from '../protocol/frame.ts';
import { HEADER_BYTES, MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { Lz4Encoder } from '../protocol/lz4.ts';

/** Turns batches into page frames; keeps the one LZ4 history that keyframe and mutations share (protocol section 1.1). */
export interface FrameSender {
  /** The next frame stands alone: at each keyframe. */
  restart(): void;
  keyframeChunk(chunk: Uint8Array, isLast: boolean): void;
  /** False, and nothing sent, when the batch is larger than a frame: a keyframe is due then, which is compressed in slices. */
  mutations(batch: Uint8Array): boolean;
}

export function createFrameSender(
  send: (type: FrameType, payload: Uint8Array, flags: number) => void,
  encoder = new Lz4Encoder(),
): FrameSender {
  function flagsNow(): number {
    return Flag.COMPRESSED | (encoder.isLinked ? Flag.LINKED : 0);
  }

  function payloadOf(expandedBytes: number, block: Uint8Array): Uint8Array {
    const out = new ByteWriter(block.length + 5);
    out.varint(expandedBytes);
    out.raw(block);
    return out.view();
  }

  return {
    restart: () => {
      encoder.restart();
    },
    keyframeChunk(chunk, isLast) {
      // Compressed even where it does not shrink: a keyframe's first frame, and no other, is one that is not linked.
      const flags = flagsNow() | (isLast ? 0 : Flag.MORE);
      send(FrameType.KEYFRAME, payloadOf(chunk.length, encoder.compress(chunk)), flags);
    },
    mutations(batch) {
      if (HEADER_BYTES + batch.length > MAX_FRAME_BYTES) return false;
      const flags = flagsNow();
      const block = encoder.compressIfSmaller(batch);
      if (block === undefined) send(FrameType.MUTATIONS, batch, 0);
      else send(FrameType.MUTATIONS, payloadOf(batch.length, block), flags);
      return true;
    },
  };
}
