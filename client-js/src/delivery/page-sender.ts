import type { Clock } from '../connection/clock.ts';
import { decodeKnown, decodeNumber, KeyframeReason } from '../protocol/feedback.ts';
import { encodeFrame, Flag, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { MAX_RING_BYTES } from '../protocol/limits.ts';
import { createSendWindow } from './window.ts';

/** Page frames that stay unacknowledged for this long make the tag ask how far the agent is; each time for twice as long ... */
const ASK_MILLIS = 2_000;
/** ... up to this: an agent who is away tells by itself when it is back. */
const ASK_AT_MOST_MILLIS = 16_000;

/**
 * After so long without an acknowledgement nothing more is made: on a dark path it would only have to be sent again when that returns, in front of what the
 * page is by then.
 */
const STALLED_MILLIS = 1_000;

export interface PageSenderOptions {
  readonly clock: Clock;
  /** Hands a frame to the carrier; false when there is none. */
  readonly post: (frame: Uint8Array<ArrayBuffer>) => boolean;
  /** Sends SYNC. @param mark of the viewer that it answers; 0: nobody asked */
  readonly sync: (asks: boolean, mark: number) => void;
  /** What was sent is of no use to the agent any more: the whole page is wanted, in a new line of sequences. */
  readonly keyframe: () => void;
  /** What the viewer said that it has of assets; undefined: it has not what it said. */
  readonly viewerHas: (prefixes: ReadonlySet<string> | undefined) => void;
  /** There is room again after {@link PageSender.hasRoom} said that there was none. */
  readonly room: () => void;
}

/**
 * The page lane at the tag (protocol section 4.1): numbers the page frames of a document, keeps them until they are acknowledged (the ring), and lets no more travel than the window allows. A keyframe's first frame begins a line, and what was kept
 * before it is forgotten.
 */
export interface PageSender {
  send(type: FrameType, payload: Uint8Array, flags: number): void;
  /** Whether a frame that is made now would leave soon. While it would not, changes wait in the page and coalesce. */
  hasRoom(): boolean;
  /** Takes PAGE_ACK, RESUME and KEYFRAME_REQUEST. */
  receive(frame: Frame): void;
  /** The channel has opened: what travelled on the carrier before is lost, or not. */
  opened(epoch: number): void;
  /** Forgets what was sent: a keyframe comes by itself. */
  restart(): void;
  stop(): void;
}

interface Kept {
  readonly sequence: number;
  readonly frame: Uint8Array<ArrayBuffer>;
  /** The first frame of a keyframe: needs nothing that went before. */
  readonly beginsLine: boolean;
  /** 0 before it was sent; NaN once it was sent twice, for then nobody knows which of them is acknowledged. */
  sentAt: number;
}

export function createPageSender(options: PageSenderOptions): PageSender {
  const { clock } = options;
  const window = createSendWindow(clock);
  let epoch = 0;
  let last = 0;
  /** Whether more of a batch is to come. */
  let isUnfinished = false;
  /** A keyframe is wanted: what comes before it is of no use to the agent. */
  let isOfNoUse = false;
  let ring: Kept[] = [];
  let ringBytes = 0;
  /** How many of the ring, from its begin, are on their way. */
  let travelling = 0;
  let travellingBytes = 0;
  /** After a new carrier nothing is sent until the agent has said from where. */
  let isHeld = false;
  let isFull = false;
  /** When the agent was heard last, or the first frame was made that it has not acknowledged. */
  let waitingSince = 0;
  let askMillis = ASK_MILLIS;
  let cancelAsk: (() => void) | undefined;

  function send(type: FrameType, payload: Uint8Array, flags: number): void {
    const beginsLine = type === FrameType.KEYFRAME && !(flags & Flag.LINKED);
    if (beginsLine) forget();
    isOfNoUse &&= !beginsLine;
    if (isOfNoUse) return;
    // So that its first frame is not taken for more of one that was given up.
    if (beginsLine && isUnfinished) last++;
    if (type !== FrameType.ASSET) isUnfinished = (flags & Flag.MORE) > 0;
    const frame = encodeFrame(type, epoch, ++last, payload, flags);
    if (ringBytes + frame.length > MAX_RING_BYTES) {
      wantKeyframe();
      return;
    }
    if (ring.length === 0) waitingSince = clock.now();
    ring.push({ sequence: last, frame, beginsLine, sentAt: 0 });
    ringBytes += frame.length;
    pump();
  }

  function pump(): void {
    while (!isHeld && travellingBytes < window.bytes) {
      const next = ring[travelling];
      if (!next || !options.post(next.frame)) break;
      travelling++;
      travellingBytes += next.frame.length;
      next.sentAt = next.sentAt === 0 ? clock.now() : NaN;
    }
    if (ring.length > 0 || isHeld) cancelAsk ??= clock.after(askMillis, ask);
  }

  function ask(): void {
    cancelAsk = undefined;
    askMillis = Math.min(askMillis * 2, ASK_AT_MOST_MILLIS);
    options.sync(true, 0);
    pump();
  }

  /** The agent was heard: it is asked again only when it falls silent for the usual time. */
  function heard(): void {
    cancelAsk?.();
    cancelAsk = undefined;
    askMillis = ASK_MILLIS;
    isHeld = false;
    waitingSince = clock.now();
  }

  function forget(): void {
    ring = [];
    ringBytes = travelling = travellingBytes = 0;
  }

  function wantKeyframe(): void {
    forget();
    isOfNoUse = true;
    options.keyframe();
  }

  function acknowledge(sequence: number): void {
    const wasFull = ringBytes * 2 >= window.bytes;
    const before = ringBytes;
    let newest: Kept | undefined;
    for (let first = ring[0]; first && first.sequence <= sequence; first = ring[0]) {
      newest = first;
      ring.shift();
      ringBytes -= newest.frame.length;
      if (travelling === 0) continue;
      travelling--;
      travellingBytes -= newest.frame.length;
    }
    if (newest?.sentAt) window.acknowledged(before - ringBytes, clock.now() - newest.sentAt, wasFull);
  }

  /** Sends again what follows a sequence, as fast as the window lets it, or else the whole page. */
  function sendAgain(isResume: boolean, number: number): void {
    if (isResume && number <= last) acknowledge(number);
    const first = ring[0];
    const goesOn = isResume && (first ? first.sequence === number + 1 : number === last);
    if (!goesOn && !first?.beginsLine) {
      wantKeyframe();
      return;
    }
    travelling = travellingBytes = 0;
    window.restart();
  }

  function tellRoom(): void {
    if (!isFull || ringBytes >= window.bytes) return;
    isFull = false;
    options.room();
  }

  return {
    send,
    hasRoom() {
      const isStalled = ring.length > 0 && clock.now() - waitingSince >= STALLED_MILLIS;
      isFull = isHeld || isStalled || ringBytes >= window.bytes;
      return !isFull;
    },
    receive({ type, epoch: of, sequence: mark, payload }) {
      const known = type === FrameType.KEYFRAME_REQUEST ? decodeKnown(payload) : undefined;
      if (known !== undefined) {
        options.viewerHas(known);
        return;
      }
      const number = decodeNumber(payload);
      const isAck = type === FrameType.PAGE_ACK;
      // First, so that the agent may act as soon as it sees the page.
      if (!isAck || mark > 0) options.sync(false, mark);
      if (isAck && of !== epoch) return;
      heard();
      if (isAck) {
        acknowledge(Math.min(number, last));
      } else if (type === FrameType.KEYFRAME_REQUEST && number !== KeyframeReason.JOINED && of === epoch) {
        if (number === KeyframeReason.MISSING) options.viewerHas(undefined);
        wantKeyframe();
      } else {
        sendAgain(type === FrameType.RESUME && of === epoch, number);
      }
      pump();
      tellRoom();
    },
    opened(next) {
      const isNew = next !== epoch;
      const hadBegun = last > 0;
      epoch = next;
      heard();
      isHeld = hadBegun && !isNew;
      if (isNew) last = 0;
      options.sync(isHeld, 0);
      if (isNew && hadBegun) wantKeyframe();
      pump();
    },
    restart() {
      // What begins now follows on nothing.
      heard();
      forget();
      options.sync(false, 0);
    },
    stop() {
      cancelAsk?.();
      forget();
    },
  };
}
