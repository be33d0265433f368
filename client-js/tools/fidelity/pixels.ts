import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { VIEWPORT } from './browser.ts';

/**
 * How far apart two colours may be (pixelmatch's YIQ distance, 0 to 1) before the pixel counts as different. 0.1 is
 * pixelmatch's own default; anti-aliased pixels count like every other.
 */
export const COLOUR_THRESHOLD = 0.1;

/** The viewport as painted. Animations are wound to their end; nothing is written into the page. */
export async function shoot(page: Page): Promise<Buffer> {
  return page.screenshot({ clip: { x: 0, y: 0, ...VIEWPORT }, animations: 'disabled', caret: 'initial', timeout: 20_000 });
}

/** How much of the picture differs, in per cent of its pixels. */
export function pixelDifference(left: Buffer, right: Buffer): { readonly percent: number; readonly picture: Buffer } {
  const a = PNG.sync.read(left as Uint8Array);
  const b = PNG.sync.read(right as Uint8Array);
  if (a.width !== b.width || a.height !== b.height) return { percent: 100, picture: right };
  const picture = new PNG({ width: a.width, height: a.height });
  const different = pixelmatch(a.data as Uint8Array, b.data as Uint8Array, picture.data as Uint8Array, a.width, a.height, {
    threshold: COLOUR_THRESHOLD,
    includeAA: true,
  });
  return { percent: (100 * different) / (a.width * a.height), picture: PNG.sync.write(picture) };
}
