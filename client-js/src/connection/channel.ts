import { CloseCode, mayRetry } from '../protocol/close-code.ts';
import { decodeControl, encodeControl, type Hello, type Welcome } from '../protocol/control.ts';
import { encodeFrame, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { type Clock, pageClock } from './clock.ts';
import type { Connect, Connector, ConnectorEvents } from './connector.ts';

/**
 * - `opening`: WELCOME has not come yet, on the first carrier.
 * - `open`: WELCOME came; frames travel. Told again whenever the channel has moved to another carrier: what was on its way on the old one counts as lost.
 * - `waiting-to-retry`: the carrier broke; others are tried until one opens.
 * - `closed`: for good, by this side or for a reason that another attempt would only meet again.
 */
export type ChannelChange =
  | { readonly state: 'opening' }
  | { readonly state: 'open'; readonly welcome: Welcome }
  | { readonly state: 'waiting-to-retry'; readonly code: number; readonly reason: string }
  | { readonly state: 'closed'; readonly code: number; readonly reason: string };

export type ChannelState = ChannelChange['state'];

export interface ChannelOptions {
  /** Begins in the next turn of the event loop, so whoever subscribes at once misses nothing. Without it the channel waits for {@link Channel.exchange}. */
  readonly connect?: Connect | undefined;
  /** Asked before each attempt, for what it says may have changed since the last; the channel adds the attempt. */
  readonly hello: () => Hello;
  /** What {@link Channel.counts} gave in the document before this one: a sender's sequences go on. */
  readonly counts?: readonly number[] | undefined;
  readonly clock?: Clock;
}

/** One participant's logical connection: it outlives the carriers it rides on. All calls and callbacks are on the page's thread. */
export interface Channel {
  /** The page epoch that page, action and pointer frames are sent with. */
  readonly epoch: number;
  readonly state: ChannelState;
  /** Frames sent so far, by lane; in the place of the control lane, which is not counted, the attempt of the last HELLO (protocol section 3.1). */
  readonly counts: readonly number[];
  /** The viewer follows the consumer to its next document; a new epoch counts its page lane from 1 again. */
  setEpoch(epoch: number): void;
  /**
   * Sends a frame at once or not at all: nothing waits for a carrier here but the latest pointer frame of each kind, which is what counts when there is one again.
   *
   * @returns its sequence (counted per lane; control frames: 0), or -1 when the channel is not open
   */
  send(type: FrameType, payload?: Uint8Array, flags?: number): number;
  /** Sends an encoded frame as it is, at once or not at all. @returns false when the channel is not open */
  post(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Frames in the order of their arrival, WELCOME among them. @returns what unsubscribes */
  onFrame(listener: (frame: Frame) => void): () => void;
  onState(listener: (change: ChannelChange) => void): () => void;
  /** An open channel hears nothing where something is due, and other carriers are being tried; or it hears again. */
  onSilence(listener: (isSilent: boolean) => void): () => void;
  /** From now on this one connects. It takes over the carrier there is. */
  exchange(connect: Connect): void;
  /** Ends the channel; what was sent before still goes out. */
  close(code?: number): void;
}

/** The two top bits of a type (protocol section 2). */
const POINTER_LANE = 3;

export interface Audience<T> {
  readonly add: (listener: (message: T) => void) => () => void;
  readonly tell: (message: T) => void;
}

/** A set of listeners that may change while it is being told something. */
export function audience<T>(): Audience<T> {
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

/** Opens a channel. */
export function openChannel(options: ChannelOptions): Channel {
  const { clock = pageClock, connect } = options;
  const frames = audience<Frame>();
  const changes = audience<ChannelChange>();
  const silences = audience<boolean>();
  const sent = [...(options.counts ?? [0, 0, 0, 0])];
  let state: ChannelState = 'opening';
  let epoch = 0;
  let heartbeatMillis = 0;
  let connector: Connector | undefined;
  const cancelStart = connect && clock.after(0, () => exchange(connect));

  const events: ConnectorEvents = {
    hello() {
      const attempt = (sent[0] = Math.max((sent[0] as number) + 1, clock.now()));
      return encodeFrame(FrameType.HELLO, 0, 0, encodeControl({ ...options.hello(), attempt }));
    },
    frame,
    lost,
    silent: silences.tell,
  };

  function change(next: ChannelChange): void {
    state = next.state;
    changes.tell(next);
  }

  function exchange(next: Connect): void {
    if (state === 'closed') return;
    try {
      connector = next(events, state === 'waiting-to-retry' ? undefined : connector?.release?.(), state === 'open' ? heartbeatMillis : 0);
    } catch (fault) {
      lost(CloseCode.FORBIDDEN, String(fault));
    }
  }

  function frame(frame: Frame): void {
    const { type, sequence, payload } = frame;
    if (type === FrameType.PING) connector?.send(encodeFrame(FrameType.PONG, 0, sequence, payload));
    else if (type !== FrameType.PONG) {
      if (type === FrameType.WELCOME) welcome(decodeControl(payload));
      frames.tell(frame);
    }
  }

  function welcome(welcome: Welcome): void {
    heartbeatMillis = welcome.limits.heartbeatMillis;
    setEpoch(welcome.epoch);
    connector?.welcomed(heartbeatMillis);
    change({ state: 'open', welcome });
  }

  function lost(code: number, reason: string): void {
    change({ state: mayRetry(code) ? 'waiting-to-retry' : 'closed', code, reason });
  }

  function setEpoch(next: number): void {
    if (next !== epoch) sent[1] = 0;
    epoch = next;
  }

  function send(type: FrameType, payload?: Uint8Array, flags?: number): number {
    const lane = type >>> 6;
    if (state !== 'open' && (lane !== POINTER_LANE || state !== 'waiting-to-retry')) return -1;
    // The control lane has neither.
    const sequence = lane && (sent[lane] = (sent[lane] as number) + 1);
    connector?.send(encodeFrame(type, lane && epoch, sequence, payload, flags));
    return sequence;
  }

  function post(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (state !== 'open') return false;
    connector?.send(bytes);
    return true;
  }

  function close(code: number = CloseCode.NORMAL): void {
    if (state === 'closed') return;
    cancelStart?.();
    connector?.close(code);
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
    onFrame: frames.add,
    onState: changes.add,
    onSilence: silences.add,
    exchange,
    close,
  };
}
