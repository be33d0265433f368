import { pageClock } from '../../src/connection/clock.ts';
import type { Carrier } from '../../src/connection/carrier.ts';
import { openLongPoll } from '../../src/connection/long-poll.ts';
import { encodeFrame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';

/* What the tests call inside Chromium: carriers over the browser's own fetch. */

const frame = (type: FrameType): Uint8Array<ArrayBuffer> => encodeFrame(type, 0, 1, new Uint8Array(8));

/** Opens a carrier and resolves when it was answered its HELLO and so many frames more; it stays open. */
async function ride(url: string, frames: number): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    let heard = 0;
    const carrier = openLongPoll(
      { url, fetch: (to, request) => fetch(to, request), clock: pageClock },
      {
        opened: () => carrier.send(frame(FrameType.HELLO)),
        message() {
          if (heard++ < frames) carrier.send(frame(FrameType.PING));
          else resolve(carrier);
        },
        lost: (code, reason) => reject(new Error(`${code} ${reason}`)),
      },
    );
  });
}

const api = { ride };

declare global {
  var poll: typeof api;
}

globalThis.poll = api;
