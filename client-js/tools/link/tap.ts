import type { Page } from 'playwright-core';
import { HEADER_BYTES } from '../../src/protocol/limits.ts';

/** A frame on its way. */
export interface Seen {
  readonly type: number;
  readonly flags: number;
  readonly key: string;
  readonly bytes: number;
  readonly at: number;
}

function seen(payload: string | Buffer): Seen | undefined {
  if (typeof payload === 'string' || payload.length < HEADER_BYTES) return undefined;
  const type = payload.readUInt8(0);
  const key = `${type}/${payload.readUInt16BE(4)}/${payload.readUInt32BE(6)}`;
  return { type, flags: payload.readUInt8(1), key, bytes: payload.length, at: performance.now() };
}

/** Every frame that a page sends or receives over the WebSockets that it opens from now on. */
export function tap(page: Page, event: 'framesent' | 'framereceived'): Seen[] {
  const all: Seen[] = [];
  page.on('websocket', (socket) => {
    const note = ({ payload }: { payload: string | Buffer }): void => {
      const frame = seen(payload);
      if (frame) all.push(frame);
    };
    if (event === 'framesent') socket.on('framesent', note);
    else socket.on('framereceived', note);
  });
  return all;
}
