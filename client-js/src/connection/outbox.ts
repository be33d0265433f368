import { laneOf } from '../protocol/frame-type.ts';

/** A body that carries several frames holds no more than this: at 750 kbit/s a pointer frame waits 175 ms at most behind it. */
export const BODY_BYTES = 16_384;
/** Where the upstream is fast, a body may grow to this: with one request on its way, small ones would be bound by the round trip. */
const MAX_BODY_BYTES = 131_072;
/** A body that took this much longer than the quickest one was too large for its link. */
const BODY_MILLIS = 50;

/** What was sent and waits for the request before it. */
export interface Outbox {
  add(frame: Uint8Array): void;
  /** What goes into the next body: page frames behind all others, and at least one frame if there is any. */
  take(): Uint8Array[];
  /** A body of these bytes has been taken by the relay after this time. */
  took(bodyBytes: number, millis: number): void;
  bytes(): number;
}

export function createOutbox(): Outbox {
  const urgent: Uint8Array[] = [];
  const pages: Uint8Array[] = [];
  let bytes = 0;
  let boundBytes = BODY_BYTES;
  let quickestMillis = Infinity;
  return {
    add(frame) {
      (laneOf(frame[0] ?? 0) === 'page' ? pages : urgent).push(frame);
      bytes += frame.length;
    },
    take() {
      const taken: Uint8Array[] = [];
      let room = boundBytes;
      for (const lane of [urgent, pages]) {
        for (let next = lane[0]; next && (next.length <= room || taken.length === 0); next = lane[0]) {
          taken.push(next);
          lane.shift();
          room -= next.length;
          bytes -= next.length;
        }
      }
      return taken;
    },
    took(bodyBytes, millis) {
      quickestMillis = Math.min(quickestMillis, millis);
      if (millis > quickestMillis + BODY_MILLIS) boundBytes = Math.max(BODY_BYTES, boundBytes / 2);
      else if (bodyBytes > boundBytes / 2) boundBytes = Math.min(MAX_BODY_BYTES, boundBytes * 2);
    },
    bytes: () => bytes,
  };
}
