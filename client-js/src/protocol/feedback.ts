import { HASH_PREFIX_BYTES, MAX_KNOWN_ASSETS, toHex } from './asset.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/** Why a keyframe is asked for (protocol section 2). */
/** KNOWN asks for none: it says which assets the viewer has. */
export const KeyframeReason = { JOINED: 1, GAP: 2, CANNOT_APPLY: 3, KNOWN: 4, MISSING: 5 } as const;
export type KeyframeReason = (typeof KeyframeReason)[keyof typeof KeyframeReason];

/** The payload of PAGE_ACK, RESUME and most of KEYFRAME_REQUEST. */
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

/** KEYFRAME_REQUEST that says which assets the viewer has. @param prefixes begins of their hashes, in hex */
export function encodeKnown(prefixes: readonly string[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1 + prefixes.length * HASH_PREFIX_BYTES);
  out.varint(KeyframeReason.KNOWN);
  for (const prefix of prefixes.slice(0, MAX_KNOWN_ASSETS)) {
    out.raw(Uint8Array.from({ length: HASH_PREFIX_BYTES }, (_, i) => parseInt(prefix.slice(2 * i, 2 * i + 2), 16)));
  }
  return out.toBytes();
}

/** @returns the begins of hashes, in hex; undefined where it says something else @throws MalformedBytes */
export function decodeKnown(payload: Uint8Array): ReadonlySet<string> | undefined {
  const bytes = new ByteReader(payload);
  if (bytes.varint() !== KeyframeReason.KNOWN) return undefined;
  const prefixes = new Set<string>();
  while (bytes.remaining > 0) prefixes.add(toHex(bytes.take(HASH_PREFIX_BYTES)));
  return prefixes;
}
