import { readSpot, type Spot, writeSpot } from './action.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { FrameType } from './frame-type.ts';

/** What travels on the pointer lane (protocol section 8). The latest of a kind and sender counts. */
export type Pointer =
  | (Spot & { readonly type: typeof FrameType.CURSOR | typeof FrameType.CLICK_MARK })
  | { readonly type: typeof FrameType.TYPING; readonly node: number };

export type PointerType = Pointer['type'];

export function isPointerType(type: number): type is PointerType {
  return type >= FrameType.CURSOR && type <= FrameType.TYPING;
}

export function encodePointer(pointer: Pointer): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(16);
  if (pointer.type === FrameType.TYPING) out.varint(pointer.node);
  else writeSpot(out, pointer);
  return out.toBytes();
}

/** @throws MalformedBytes when the payload is not what its type says */
export function decodePointer(type: PointerType, payload: Uint8Array): Pointer {
  const bytes = new ByteReader(payload);
  const pointer: Pointer = type === FrameType.TYPING ? { type, node: bytes.varint() } : { type, ...readSpot(bytes) };
  bytes.finish();
  return pointer;
}

/** A fraction of an element's side (0 to 1, clamped) as the wire carries it. */
export function toFraction(ratio: number): number {
  return Math.round(Math.min(1, Math.max(0, ratio)) * 0xffff);
}

export function fromFraction(fraction: number): number {
  return fraction / 0xffff;
}
