import { CloseCode } from '../protocol/close-code.ts';
import type { FrameViolation } from '../protocol/frame.ts';

export type CarrierKind = 'websocket' | 'long-poll';

/** The close code of what ended without a word, as a browser reports it for a WebSocket. */
export const NO_WORD = 1006;

/** What a channel rides on at the moment. It reads nothing of what it carries: HELLO and PING are its rider's business. */
export interface Carrier {
  readonly kind: CarrierKind;
  /** Whether HELLO may go out, or has gone. */
  isOpen: boolean;
  /** Who is told; whoever takes a carrier over takes this place. */
  events: CarrierEvents;
  /** Only once it is open. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** With a code, what was sent before still goes out, and the relay is told; without one the carrier is dropped. Nothing is reported after this. */
  close(code?: number): void;
}

export interface CarrierEvents {
  opened(): void;
  /** One whole message, which should be a frame. What this throws ends the carrier, as {@link deliver} says. */
  message(bytes: Uint8Array): void;
  /** The relay gave a sign of life that is no frame. */
  heard?(): void;
  /** At most once; the carrier is of no more use. */
  lost(code: number, reason: string): void;
}

/**
 * Hands on what a carrier brought. What is no frame, or what a listener fails on, ends the carrier: nothing that a relay sends may surface as an error
 * of the page around.
 */
export function deliver(carrier: Carrier, bytes: Uint8Array): void {
  try {
    carrier.events.message(bytes);
  } catch (fault) {
    const { code = CloseCode.MALFORMED, message = '' } = fault as Partial<FrameViolation>;
    carrier.close(code);
    carrier.events.lost(code, message);
  }
}
