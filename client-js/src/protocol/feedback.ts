import { ByteReader, ByteWriter } from './bytes.ts';

/** Why a keyframe is asked for (protocol section 2). */
export const KeyframeReason = { JOINED: 1, GAP: 2, CANNOT_APPLY: 3 } as const;
export type KeyframeReason = (typeof KeyframeReason)[keyof typeof KeyframeReason];

/** The payload of PAGE_ACK, RESUME and KEYFRAME_REQUEST. */
export function encodeNumber(value: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(5);
  out.varint(value);
  return out.toBytes();
}

/** @throws MalformedBytes when the payload is not one number */
export function decodeNumber(payload: Uint8Array): number {
  const bytes = new ByteReader(payload);
  const value = bytes.varint();
  bytes.finish();
  return value;
}
