import { FrameType, laneOf } from '../protocol/frame-type.ts';
import type { Clock } from './clock.ts';

/** A click that is older than this is not marked any more: people have gone on. */
const MARK_MILLIS = 2_000;

/** The latest pointer frame of each kind: whether it went down with its carrier nobody knows, and a pointer at rest sends no other. */
export interface Pointers {
  note(frame: Uint8Array<ArrayBuffer>): void;
  /** What the other side should see now, in the order in which it was sent. */
  latest(): Uint8Array<ArrayBuffer>[];
}

export function createPointers(clock: Clock): Pointers {
  const noted = new Map<number, { readonly frame: Uint8Array<ArrayBuffer>; readonly at: number }>();
  return {
    note(frame) {
      const type = frame[0] ?? 0;
      if (laneOf(type) !== 'pointer') return;
      noted.delete(type);
      noted.set(type, { frame, at: clock.now() });
    },
    latest: () =>
      [...noted.values()]
        .filter(({ frame, at }) => frame[0] !== FrameType.CLICK_MARK || clock.now() - at < MARK_MILLIS)
        .map(({ frame }) => frame),
  };
}
