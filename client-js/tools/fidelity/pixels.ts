import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { VIEWPORT } from './browser.ts';
import { MIRROR_DOCUMENT } from './structure.ts';

/**
 * How far apart two colours may be (pixelmatch's YIQ distance, 0 to 1) before the pixel counts as different. 0.1 is
 * pixelmatch's own default; anti-aliased pixels count like every other.
 */
export const COLOUR_THRESHOLD = 0.1;

/** Waits until the fonts and images that came are decoded and painted. An image that did not come is never decoded, and not waited for. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const painted = (): Promise<number> => new Promise((resume) => requestAnimationFrame(resume));
    const mirror = document.querySelector<HTMLIFrameElement>('[data-testid=mirror]')?.contentDocument ?? document;
    await mirror.fonts.ready;
    const came = [...mirror.images].filter(({ complete, naturalWidth }) => complete && naturalWidth > 0);
    await Promise.allSettled(came.map((image) => image.decode()));
    await painted();
    await painted();
  });
}

/**
 * What the viewer says over the mirror where a frame of another origin has no content: the page says nothing there, and whatever a frame
 * holds, a test without a network has it empty. That labels come, and where, is shown by tests of their own.
 */
const WITHOUT_LABELS = '[data-testid=not-shown] { visibility: hidden !important }';

/** The viewport as painted. Animations stay where they are if none runs, else all are wound to their end; nothing is written into the page. */
export async function shoot(page: Page, style?: string): Promise<Buffer> {
  const animations = (await page.evaluate<boolean>(RUNS)) ? 'disabled' : 'allow';
  return page.screenshot({ clip: { x: 0, y: 0, ...VIEWPORT }, animations, caret: 'initial', timeout: 20_000, ...(style ? { style } : {}) });
}

/** The viewer as painted, without its labels. */
export const shootMirror = (viewer: Page): Promise<Buffer> => shoot(viewer, WITHOUT_LABELS);

/** JavaScript that tells whether something runs in a page, or in the mirror that it holds; in open shadow roots too. */
const RUNS = `(() => {
  const runs = (root) =>
    root.getAnimations().some(({ playState }) => playState === 'running') ||
    [...root.querySelectorAll('*')].some(({ shadowRoot }) => shadowRoot !== null && runs(shadowRoot));
  const mirror = () => { try { return ${MIRROR_DOCUMENT} } catch { return null } };
  return [document, mirror()].some((root) => root !== null && runs(root));
})()`;

export interface Area {
  readonly width: number;
  readonly height: number;
}

/** How much of two pictures differs, in per cent of their pixels; with an area, of its pixels alone, from the upper left corner. */
export function pixelDifference(
  left: Buffer,
  right: Buffer,
  area: Area = VIEWPORT,
): { readonly percent: number; readonly picture: Buffer } {
  const [a, b] = [cut(left, area), cut(right, area)];
  const picture = new PNG(area);
  const different = pixelmatch(a.data as Uint8Array, b.data as Uint8Array, picture.data as Uint8Array, area.width, area.height, {
    threshold: COLOUR_THRESHOLD,
    includeAA: true,
  });
  return { percent: (100 * different) / (area.width * area.height), picture: PNG.sync.write(picture) };
}

function cut(picture: Buffer, { width, height }: Area): PNG {
  const whole = PNG.sync.read(picture as Uint8Array);
  const part = new PNG({ width, height });
  PNG.bitblt(whole, part, 0, 0, Math.min(width, whole.width), Math.min(height, whole.height), 0, 0);
  return part;
}
