import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';

/* The payload of ASSET, and of what a viewer says of the assets that it has (protocol section 6.1). */

/** Bytes of a hash (SHA-256 of the content). */
export const HASH_BYTES = 32;
/** Bytes of a hash by which a viewer names what it has: enough to tell a brand's sheets apart; that it is the right one is seen by the whole hash. */
export const HASH_PREFIX_BYTES = 8;
/** Content of one asset that a viewer takes, expanded, in bytes; a larger sheet travels in its batch. */
export const MAX_ASSET_BYTES = 8_388_608;
/** Assets of one document that a viewer takes. */
export const MAX_ASSETS = 4_096;
/** Of so many a viewer says that it has them. */
export const MAX_KNOWN_ASSETS = 256;

/** How an asset's content is sent: not at all, for the viewer has it; as it is; deflated (RFC 1951); or it is no text but a picture, or a resource. */
export const AssetCoding = { KNOWN: 0, PLAIN: 1, DEFLATED: 2, PICTURE: 3, RESOURCE: 4 } as const;
export type AssetCoding = (typeof AssetCoding)[keyof typeof AssetCoding];

/** One frame's worth of an asset; the first part begins with hash and coding. */
export interface AssetPart {
  readonly number: number;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

export function encodeAssetPart({ number, isLast, bytes }: AssetPart): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(bytes.length + 6);
  out.varint(number);
  out.varint(isLast ? 1 : 0);
  out.raw(bytes);
  return out.toBytes();
}

/** @throws MalformedBytes when it is none */
export function decodeAssetPart(payload: Uint8Array): AssetPart {
  const bytes = new ByteReader(payload);
  const number = bytes.varint();
  const last = bytes.varint();
  if (last > 1) throw new MalformedBytes(`end mark ${last} of an asset's part; allowed are 0 and 1`);
  return { number, isLast: last === 1, bytes: bytes.take(bytes.remaining) };
}

/** Of content that nobody has hashed. */
export const NO_HASH = /* @__PURE__ */ new Uint8Array(HASH_BYTES);

/** What the parts of one asset hold, joined. */
export function encodeAsset(hash: Uint8Array, coding: AssetCoding, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HASH_BYTES + 1 + content.length);
  bytes.set(hash);
  bytes[HASH_BYTES] = coding;
  bytes.set(content, HASH_BYTES + 1);
  return bytes;
}

/** Of a hash, or of its begin. */
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
