import { MalformedBytes } from '../protocol/bytes.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';

/** What stands in the bodies of long-poll requests and answers (protocol section 5.2). */
const RecordKind = { FRAME: 1, CLOSE: 2, TOKEN: 3 } as const;

/** kind (8 bits), length (24 bits) */
export const RECORD_HEADER_BYTES = 4;
/** A token is 128 bits; this leaves room for any way to write them down. */
const MAX_TOKEN_BYTES = 256;
const CLOSE_CODE_BYTES = 2;

/** What an answer held. */
export interface Answer {
  readonly token: string | undefined;
  readonly frames: readonly Uint8Array[];
  readonly close: { readonly code: number; readonly reason: string } | undefined;
}

const decoder = /* @__PURE__ */ new TextDecoder();

/** @throws MalformedBytes for bytes that are not whole records */
export function readRecords(bytes: Uint8Array): Answer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: Uint8Array[] = [];
  let token: string | undefined;
  let close: Answer['close'];
  for (let at = 0; at < bytes.length;) {
    const header = at + RECORD_HEADER_BYTES > bytes.length ? 0 : view.getUint32(at);
    const length = header & 0xff_ffff;
    at += RECORD_HEADER_BYTES;
    const body = bytes.subarray(at, (at += length));
    const kind = body.length < length || close ? 0 : header >>> 24;
    if (kind === RecordKind.FRAME && length <= MAX_FRAME_BYTES) frames.push(body);
    else if (kind === RecordKind.TOKEN && length <= MAX_TOKEN_BYTES) token = decoder.decode(body);
    else if (kind === RecordKind.CLOSE && length >= CLOSE_CODE_BYTES) {
      close = { code: view.getUint16(body.byteOffset - bytes.byteOffset), reason: decoder.decode(body.subarray(CLOSE_CODE_BYTES)) };
    } else throw new MalformedBytes(`no record: kind ${header >>> 24}, ${length} bytes`);
  }
  return { token, frames, close };
}

/** A body of frames, and of a CLOSE where one is given. */
export function writeRecords(frames: readonly Uint8Array[], closeCode?: number): Uint8Array<ArrayBuffer> {
  const close = closeCode === undefined ? [] : [new Uint8Array([closeCode >>> 8, closeCode])];
  const bytes = new Uint8Array([...frames, ...close].reduce((sum, { length }) => sum + RECORD_HEADER_BYTES + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (kind: number, body: Uint8Array): void => {
    view.setUint32(at, (kind << 24) | body.length);
    bytes.set(body, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + body.length;
  };
  for (const frame of frames) put(RecordKind.FRAME, frame);
  for (const code of close) put(RecordKind.CLOSE, code);
  return bytes;
}
