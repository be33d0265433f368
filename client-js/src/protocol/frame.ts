import { CloseCode } from './close-code.ts';
import { FrameType, isFrameType, laneOf } from './frame-type.ts';
import { HEADER_BYTES, MAX_EXPANDED_BYTES, MAX_FRAME_BYTES } from './limits.ts';

/** Bits of the flags byte. */
export const Flag = { COMPRESSED: 0x01, LINKED: 0x02, MORE: 0x04 } as const;

const RESERVED_OFFSET = 3;
const KNOWN_FLAGS = Flag.COMPRESSED | Flag.LINKED | Flag.MORE;

/**
 * A frame as both ends handle it. The payload is a view on the carrier's message, not a copy.
 */
export interface Frame {
  readonly type: FrameType;
  readonly flags: number;
  /** Number of the participant that sent it; 0 when it comes from the relay, and in everything a client sends. */
  readonly sender: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** A frame that breaks the protocol, with the close code that it earns. */
export class FrameViolation extends Error {
  override readonly name = 'FrameViolation';
  readonly code: CloseCode;

  constructor(code: CloseCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Encodes a frame as a client sends it: sender 0, the header drawn in protocol section 1, then the payload. */
export function encodeFrame(
  type: FrameType,
  epoch: number,
  sequence: number,
  payload: ArrayLike<number> = [],
  flags = 0,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([type, flags]);
  view.setUint16(4, epoch);
  view.setUint32(6, sequence);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Decodes one message of a carrier.
 *
 * @throws FrameViolation with the close code of the first fault, in the order of protocol section 5.4
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const { length } = bytes;
  if (length > MAX_FRAME_BYTES) throw new FrameViolation(CloseCode.MESSAGE_TOO_BIG, `${length} bytes; at most ${MAX_FRAME_BYTES}`);
  if (length < HEADER_BYTES) throw new FrameViolation(CloseCode.MALFORMED, `${length} bytes; at least ${HEADER_BYTES}`);
  const frame = readFrame(bytes);
  const { flags } = frame;
  const type: number = frame.type;
  if (!isFrameType(type)) throw new FrameViolation(CloseCode.UNKNOWN_TYPE, `type ${type} is not in version 1`);
  if (bytes[RESERVED_OFFSET] !== 0 || !mayCarry(type, flags)) {
    throw new FrameViolation(CloseCode.MALFORMED, `type ${type}, flags ${flags}, reserved ${bytes[RESERVED_OFFSET]}`);
  }
  if (flags & Flag.COMPRESSED) declaredLength(frame.payload);
  return frame;
}

/**
 * The same with fewer words, for a tag in the lobby, where bytes count: it is sent no frames with flags.
 *
 * @throws FrameViolation
 */
export function decodeBareFrame(bytes: Uint8Array): Frame {
  const [type = 0, flags, , reserved] = bytes;
  const isFrame = bytes.length >= HEADER_BYTES;
  if (!isFrame || flags || reserved || !isFrameType(type)) {
    throw new FrameViolation(isFrame && !isFrameType(type) ? CloseCode.UNKNOWN_TYPE : CloseCode.MALFORMED, 'no bare frame');
  }
  return readFrame(bytes);
}

/** @param bytes at least a header */
function readFrame(bytes: Uint8Array): Frame {
  const [type, flags, sender] = bytes as Iterable<number> as [FrameType, number, number];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    type,
    flags,
    sender,
    epoch: view.getUint16(4),
    sequence: view.getUint32(6),
    payload: bytes.subarray(HEADER_BYTES),
  };
}

/** Whether version 1 has these flags on this type: LINKED with COMPRESSED only, that on the page lane only, MORE on page batches only. */
function mayCarry(type: FrameType, flags: number): boolean {
  if (flags & ~KNOWN_FLAGS || (flags & Flag.MORE && type !== FrameType.KEYFRAME && type !== FrameType.MUTATIONS)) return false;
  return flags & Flag.COMPRESSED ? laneOf(type) === 'page' : !(flags & Flag.LINKED);
}

/** The expanded length that a compressed payload declares and the offset at which its LZ4 block starts. */
export function declaredLength(payload: Uint8Array): { readonly expandedBytes: number; readonly blockOffset: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    // Cut off in the middle, it declares nothing.
    const byte = payload[i] ?? 0x80;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value < 1 || value > MAX_EXPANDED_BYTES) break;
      return { expandedBytes: value, blockOffset: i + 1 };
    }
  }
  throw new FrameViolation(CloseCode.LYING_LENGTH, `declares ${value} bytes; 1 to ${MAX_EXPANDED_BYTES}`);
}
