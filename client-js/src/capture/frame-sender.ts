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

export function createFrameSender(send: (type: FrameType, payload: Uint8Array, flags: number) => void): FrameSender {
  const encoder = new Lz4Encoder();

  function compressed(bytes: Uint8Array): { readonly payload: Uint8Array; readonly flags: number } {
    const flags = Flag.COMPRESSED | (encoder.isLinked ? Flag.LINKED : 0);
    const block = encoder.compressIfSmaller(bytes);
    if (block === undefined) return { payload: bytes, flags: 0 };
    const out = new ByteWriter(block.length + 5);
    out.varint(bytes.length);
    out.raw(block);
    return { payload: out.view(), flags };
  }

  return {
    restart: () => {
      encoder.restart();
    },
    keyframeChunk(chunk, isLast) {
      const { payload, flags } = compressed(chunk);
      send(FrameType.KEYFRAME, payload, flags | (isLast ? 0 : Flag.MORE));
    },
    mutations(batch) {
      if (HEADER_BYTES + batch.length > MAX_FRAME_BYTES) return false;
      const { payload, flags } = compressed(batch);
      send(FrameType.MUTATIONS, payload, flags);
      return true;
    },
  };
}
