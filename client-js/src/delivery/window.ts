import type { Clock } from '../connection/clock.ts';

/** Two frames of a page: with less on its way a link of 750 kbit/s would stand idle between a frame and its acknowledgement. */
const MIN_BYTES = 6_144;
/** 50 ms at 40 Mbit/s, and what the relay holds for a slow viewer at most. */
const MAX_BYTES = 262_144;
/** Until something is known of the path: an eighth of a second at 750 kbit/s. */
const FIRST_BYTES = 12_288;
/**
 * How long frames may stand in queues on their way. A pointer waits as long, and for the chunk before it: at 750 kbit/s with 2 MB under way, 95 of 100 are
 * 80 to 100 ms old (`npm run link`); with 100 ms here and chunks of 24 KiB they were 283 ms old, and the page came no sooner.
 */
const TARGET_MILLIS = 50;
/** What the window grows by in a round trip at most, once the path's rate is known, in bytes. */
const STEP_BYTES = 4_096;
/** The least delay of this long counts as the path's own: a path may change, and clocks drift. */
const BASE_SLOT_MILLIS = 10_000;
const BASE_SLOTS = 3;

/**
 * How many bytes may be on their way unacknowledged: as many as the path carries while frames queue no longer than about 50 ms (the idea is LEDBAT's, RFC 6817), so that pointers and actions, which take
 * the same way, are not kept waiting by a page.
 */
export interface SendWindow {
  readonly bytes: number;
  /**
   * @param bytes newly acknowledged
   * @param delayMillis between sending the last of them and hearing of it
   * @param wasFull whether the window kept anything back: only then does it tell what more it could be
   */
  acknowledged(bytes: number, delayMillis: number, wasFull: boolean): void;
  /** Another path, of which nothing is known. */
  restart(): void;
}

export function createSendWindow(clock: Clock): SendWindow {
  let bytes = FIRST_BYTES;
  /** Doubles in each round trip until frames begin to queue. */
  let isProbing = true;
  /** The least delay in each of the last slots of time, the newest last. */
  let least: number[] = [];
  let slotEndsAt = 0;

  function queueMillis(delayMillis: number): number {
    if (clock.now() >= slotEndsAt) {
      slotEndsAt = clock.now() + BASE_SLOT_MILLIS;
      least = [...least.slice(1 - BASE_SLOTS), delayMillis];
    }
    least.push(Math.min(least.pop() ?? delayMillis, delayMillis));
    return delayMillis - Math.min(...least);
  }

  function changeOf(acked: number, queued: number, wasFull: boolean): number {
    const off = queued / TARGET_MILLIS - 1;
    if (off > 0) {
      // By half in a round trip at most. The first time tells that probing went too far.
      const cut = isProbing ? bytes / 2 : Math.min(off, 0.5) * acked;
      isProbing = false;
      return -cut;
    }
    if (!wasFull) return 0;
    return isProbing ? acked : (-off * acked * STEP_BYTES) / bytes;
  }

  return {
    get bytes() {
      return bytes;
    },
    acknowledged(acked, delayMillis, wasFull) {
      bytes = Math.min(MAX_BYTES, Math.max(MIN_BYTES, bytes + changeOf(acked, queueMillis(delayMillis), wasFull)));
    },
    restart() {
      bytes = FIRST_BYTES;
      isProbing = true;
      least = [];
      slotEndsAt = 0;
    },
  };
}
