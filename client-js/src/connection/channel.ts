import { CloseCode, mayRetry } from '../protocol/close-code.ts';
import { decodeControl, encodeControl, type Hello, type Welcome } from '../protocol/control.ts';
import { encodeFrame, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { retryMillis } from './back-off.ts';
import { type Carrier, openWebSocket } from './carrier.ts';
import { type Clock, pageClock } from './clock.ts';

/**
 * - `opening`: a carrier is being opened, WELCOME has not come.
 * - `open`: WELCOME came; frames travel.
 * - `waiting-to-retry`: the carrier broke; another will be tried by itself.
 * - `closed`: for good, by this side or for a reason that another attempt would only meet again.
 */
export type ChannelChange =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly welcome: Welcome }
  | { readonly state: 'waiting-to-retry'; readonly code: number; readonly reason: string; readonly retryMillis: number }
  | { readonly state: 'closed'; readonly code: number; readonly reason: string };

export type ChannelState = ChannelChange['state'];

export interface ChannelOptions {
  /** `wss://relay/v1/sessions/{session}/channel` */
  readonly url: string;
  /** Asked before each attempt, for what it says may have changed since the last. */
  readonly hello: () => Hello;
  /** What {@link Channel.counts} gave in the document before this one: a sender's sequences go on. */
  readonly counts?: readonly number[] | undefined;
  readonly WebSocket?: typeof WebSocket;
  readonly clock?: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random?: () => number;
}

/** One participant's logical connection: it outlives the carriers it rides on. All calls and callbacks are on the page's thread. */
export interface Channel {
  /** The page epoch that page, action and pointer frames are sent with. */
  readonly epoch: number;
  readonly state: ChannelState;
  /** Frames sent so far, by lane. */
  readonly counts: readonly number[];
  /** The viewer follows the consumer to its next document; a new epoch counts its page lane from 1 again. */
  setEpoch(epoch: number): void;
  /**
   * Sends a frame at once or not at all: nothing waits for a carrier here.
   *
   * @returns its sequence (counted per lane; control frames: 0), or -1 when the channel is not open
   */
  send(type: FrameType, payload?: Uint8Array, flags?: number): number;
  /** Sends an encoded frame as it is, at once or not at all. @returns false when the channel is not open */
  post(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Bytes handed to the carrier that have not left the machine. */
  bufferedBytes(): number;
  /** Frames in the order of their arrival, WELCOME among them. @returns what unsubscribes */
  onFrame(listener: (frame: Frame) => void): () => void;
  onState(listener: (change: ChannelChange) => void): () => void;
  /** Ends the channel; what was sent before still goes out. */
  close(code?: number): void;
}

interface Audience<T> {
  readonly add: (listener: (message: T) => void) => () => void;
  readonly tell: (message: T) => void;
}

/** A set of listeners that may change while it is being told something. */
function audience<T>(): Audience<T> {
  const listeners = new Set<(message: T) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(message) {
      for (const listener of [...listeners]) listener(message);
    },
  };
}

/** Opens a channel. The first attempt starts in the next turn of the event loop, so whoever subscribes at once misses nothing. */
export function openChannel(options: ChannelOptions): Channel {
  const { clock = pageClock, random = Math.random } = options;
  const frames = audience<Frame>();
  const changes = audience<ChannelChange>();
  const sent = [...(options.counts ?? [0, 0, 0, 0])];
  let state: ChannelState = 'opening';
  let epoch = 0;
  let failures = 0;
  let carrier: Carrier | undefined;
  let cancelRetry = clock.after(0, open);

  function change(next: ChannelChange): void {
    state = next.state;
    changes.tell(next);
  }

  function open(): void {
    change({ state: 'opening' });
    try {
      carrier = openWebSocket(options.WebSocket ?? WebSocket, options.url, clock, { opened, frame, lost });
    } catch (fault) {
      change({ state: 'closed', code: CloseCode.FORBIDDEN, reason: String(fault) });
    }
  }

  function opened(): void {
    carrier?.send(encodeFrame(FrameType.HELLO, 0, 0, encodeControl(options.hello())));
  }

  function frame(frame: Frame): void {
    if (frame.type === FrameType.WELCOME) {
      const welcome = decodeControl<Welcome>(frame.payload);
      failures = 0;
      setEpoch(welcome.epoch);
      carrier?.beat(welcome.limits.heartbeatMillis);
      change({ state: 'open', welcome });
    }
    frames.tell(frame);
  }

  function lost(code: number, reason: string): void {
    carrier = undefined;
    if (!mayRetry(code)) {
      change({ state: 'closed', code, reason });
      return;
    }
    const delay = retryMillis(failures++, code, random());
    cancelRetry = clock.after(delay, open);
    change({ state: 'waiting-to-retry', code, reason, retryMillis: delay });
  }

  function setEpoch(next: number): void {
    if (next !== epoch) sent[1] = 0;
    epoch = next;
  }

  function send(type: FrameType, payload?: Uint8Array, flags?: number): number {
    if (state !== 'open' || !carrier) return -1;
    const lane = type >>> 6;
    const sequence = lane === 0 ? 0 : (sent[lane] = (sent[lane] ?? 0) + 1);
    carrier.send(encodeFrame(type, lane === 0 ? 0 : epoch, sequence, payload, flags));
    return sequence;
  }

  function post(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (state !== 'open' || !carrier) return false;
    carrier.send(bytes);
    return true;
  }

  function close(code: number = CloseCode.NORMAL): void {
    if (state === 'closed') return;
    cancelRetry();
    carrier?.close(code);
    carrier = undefined;
    change({ state: 'closed', code, reason: '' });
  }

  return {
    get epoch() {
      return epoch;
    },
    get state() {
      return state;
    },
    counts: sent,
    setEpoch,
    send,
    post,
    bufferedBytes: () => carrier?.bufferedBytes() ?? 0,
    onFrame: frames.add,
    onState: changes.add,
    close,
  };
}
