import type { Frame } from '../protocol/frame.ts';
import type { Carrier } from './carrier.ts';

/** Brings a channel's frames to the relay and back, over the carriers that it finds and keeps. */
export interface Connector {
  /** Pointer frames also after a loss, while another carrier is looked for. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** The channel has read the WELCOME that this connector brought. */
  welcomed(heartbeatMillis: number): void;
  /** Ends it; what was sent before still goes out. Nothing is reported after this. */
  close(code: number): void;
  /** Ends it too, but leaves its carrier to another connector. Absent where none takes over. */
  release?(): Carrier;
}

export interface ConnectorEvents {
  /** A new HELLO, encoded: each has a higher attempt than the one before. */
  hello(): Uint8Array<ArrayBuffer>;
  frame(frame: Frame): void;
  /** The channel rides on nothing any more. */
  lost(code: number, reason: string): void;
  /** The relay says nothing where something is due, or speaks again. Frames still go out meanwhile. */
  silent(isSilent: boolean): void;
}

/**
 * Begins to connect.
 *
 * @param carrier taken over from another connector, open or opening
 * @param heartbeatMillis of that carrier's WELCOME; 0 when it has not come
 * @throws Error where a URL is none
 */
export type Connect = (events: ConnectorEvents, carrier?: Carrier, heartbeatMillis?: number) => Connector;
