import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Site } from './site.ts';

/** What is measured of one page, mirrored one way. */
export interface Mirrored {
  /** The first difference of the mirror's structure, or null. */
  readonly difference: string | null;
  /** Pixels of the viewport that differ, per cent. */
  readonly pixelPercent: number;
  /** Bytes that went up the consumer's line: payloads, our headers, WebSocket headers. */
  readonly bytesUp: number;
  /** CPU ms of the longest main-thread task in the consumer's page. */
  readonly longestTaskMs: number;
  /** CPU ms of all main-thread tasks in the consumer's page. */
  readonly captureTotalMs: number;
  /** Wall ms from accepting to the first paint of the mirror (rrweb: recording and rebuilding alone, without a transport). */
  readonly paintedMs: number;
  readonly screenshot: Buffer;
}

/** What a contender is given. */
export interface Setting {
  readonly browser: Browser;
  /** The page, served without a tag. */
  readonly plain: Site;
  /** The page as it is painted when nobody mirrors it. */
  readonly reference: Buffer;
  /** Loads the page into a new tab and waits until it stands still. */
  readonly load: (context: BrowserContext, site: Site) => Promise<Page>;
}

/** The bytes of a WebSocket frame from a client around a payload (RFC 6455 section 5.2: masked). */
export function webSocketFrameBytes(payloadBytes: number): number {
  const extended = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  return 2 + extended + 4 + payloadBytes;
}
