import { CloseCode } from '../protocol/close-code.ts';
import { decodeFrame, encodeFrame, type Frame, type FrameViolation } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Clock } from './clock.ts';

/** The subprotocol that names version 1 of the frames (protocol section 5.1). */
const SUBPROTOCOL = 'tandem.v1';
/** From the first byte of an attempt to its first frame; longer, and another attempt is the better bet. */
const WELCOME_DEADLINE_MILLIS = 10_000;
/** Heartbeats without a byte from the relay after which the carrier counts as dead; the relay itself waits for three. */
const SILENT_HEARTBEATS = 2;

/** What a channel rides on at the moment. */
export interface Carrier {
  send(bytes: Uint8Array<ArrayBuffer>): void;
  bufferedBytes(): number;
  /** Starts the heartbeat: from now on silence breaks the carrier. */
  beat(heartbeatMillis: number): void;
  /** Nothing is reported after this. */
  close(code: number, reason?: string): void;
}

export interface CarrierEvents {
  opened(): void;
  /** Every whole, well-formed frame but PING and PONG, which are dealt with here. */
  frame(frame: Frame): void;
  /** At most once; the carrier is of no more use. */
  lost(code: number, reason: string): void;
}

/** Opens one WebSocket. @throws SyntaxError or SecurityError for a URL that no WebSocket may have */
export function openWebSocket(Socket: typeof WebSocket, url: string, clock: Clock, events: CarrierEvents): Carrier {
  const socket = new Socket(url, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  let heardAt = clock.now();
  let cancelTimer = clock.after(WELCOME_DEADLINE_MILLIS, () => drop(CloseCode.HEARTBEAT_MISSED));
  socket.onopen = () => events.opened();
  socket.onclose = (event) => {
    cancelTimer();
    events.lost(event.code, event.reason);
  };
  socket.onmessage = (event: MessageEvent<unknown>) => {
    heardAt = clock.now();
    try {
      receive(event.data);
    } catch (fault) {
      // Also when a listener fails: nothing that a relay sends may surface as an error of the page around.
      const { code = CloseCode.MALFORMED, message } = fault as Partial<FrameViolation>;
      drop(code, message);
    }
  };

  function receive(data: unknown): void {
    // A text message, which the relay never sends, is no array of bytes and counts as an empty frame.
    const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
    if (frame.type === FrameType.PING) socket.send(encodeFrame(FrameType.PONG, 0, frame.sequence, frame.payload));
    else if (frame.type !== FrameType.PONG) events.frame(frame);
  }

  /** This side gives the carrier up: its close event may take minutes on a dead path, so nobody waits for it. */
  function drop(code: number, reason = ''): void {
    close(code, reason);
    events.lost(code, reason);
  }

  function close(code: number, reason = ''): void {
    cancelTimer();
    socket.onopen = socket.onmessage = socket.onclose = null;
    // A browser lets a page close with 1000 and 3000-4999 only, and a reason of 123 bytes at most.
    socket.close(code === 1000 || code >= 3000 ? code : CloseCode.MALFORMED, reason.slice(0, 40));
  }

  function beat(heartbeatMillis: number): void {
    cancelTimer();
    cancelTimer = clock.after(heartbeatMillis, () => {
      if (clock.now() - heardAt >= heartbeatMillis * SILENT_HEARTBEATS) {
        drop(CloseCode.HEARTBEAT_MISSED);
        return;
      }
      socket.send(encodeFrame(FrameType.PING, 0, 0));
      beat(heartbeatMillis);
    });
  }

  return { send: (bytes) => socket.send(bytes), bufferedBytes: () => socket.bufferedAmount, beat, close };
}
