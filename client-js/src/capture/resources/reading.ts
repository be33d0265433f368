import { kindOf, SVG_TYPE } from '../../protocol/resource-kind.ts';
import { MAX_RESOURCE_BYTES } from '../../protocol/resource.ts';
import { imageOf, type PictureBounds } from '../picture-encoding.ts';
import type { Use } from './search.ts';

/*
 * How the content of an address is read: without a trace in the page's console, and without a request that the page would not make. What a server makes anew
 * for each request (a drawing of letters to be typed, a picture that is counted) is therefore not asked for again but drawn from the element that shows it;
 * what is a file by its name comes from the browser's cache as it is.
 */

/** An image is taken as it is up to this length, in bytes; a longer one is scaled to what a window beside others shows. */
const AS_IT_IS_BYTES: Bounds = { good: 65_536, fair: 49_152, poor: 16_384 };
const LONGEST_SIDE: Bounds = { good: 1_600, fair: 1_280, poor: 640 };
const QUALITY: Bounds = { good: 0.85, fair: 0.8, poor: 0.6 };
/** A drawn image that loses nothing is preferred up to this length, in bytes: buttons and signs are often shorter so. */
const LOSSLESS_BYTES = 32_768;
/** An image with more pixels than this is not drawn without loss, which is slow. */
const LOSSLESS_PIXELS = 262_144;
/** An image is not made smaller than twice what it takes up in the page, for the agent may look closer, nor than this, in pixels. */
const LEAST_SIDE = 128;
/** Where a photograph says when and where it was taken, and more, which the page does not show: it is drawn. */
const TELLS_MORE = /Exif\0|eXIf|EXIF/;
/** That stands near the begin, in bytes. */
const TOLD_WITHIN_BYTES = 65_536;
/** Bytes that are turned into text at once: more arguments than a call takes would be too many. */
const CALL_BYTES = 0x2000;
/** An SVG that is longer is drawn, in bytes: as text it is kept whole wherever it stands. */
const MOST_SVG_BYTES = 131_072;
/** An image with more pixels than this is left alone: it would take a quarter of a gigabyte to be drawn. */
const MOST_PIXELS = 67_108_864;
/** What is longer is not read at all, in bytes. */
const MOST_READ_BYTES = 8_388_608;
/** A server that does not answer by then, in ms, is given up. */
const READ_WITHIN_MILLIS = 10_000;
/** The size that browsers give an image which has none of its own, in CSS pixels. */
const UNSIZED = { width: 300, height: 150 };

/** By the quality of the consumer's link. */
type Bounds = Readonly<Record<Quality, number>>;
export type Quality = 'good' | 'fair' | 'poor';

export interface Read {
  readonly content: Uint8Array;
  /** What an image counts as in a layout, in its own pixels, where the content is a smaller one; else 0. */
  readonly width: number;
  readonly height: number;
}

/** Names of files, which are the same each time they are asked for. */
const FILE = /\.(?:png|jpe?g|gif|webp|avif|svg|ico|cur|bmp)$/i;

/** The page itself has not loaded it yet. */
export const NOT_YET = 'not-yet';

export interface Reader {
  /** Undefined where the page itself may not read it, or it is neither an image nor a font, or too large. */
  read(address: string, uses: readonly Use[], quality: Quality): Promise<Read | typeof NOT_YET | undefined>;
}

export function createReader(window: Window & typeof globalThis): Reader {
  /** From which nothing can be fetched: the page's content policy forbids it, which is written to the console each time. */
  const unreachable = new Set<string>();

  async function read(address: string, uses: readonly Use[], quality: Quality): Promise<Read | typeof NOT_YET | undefined> {
    const showers = uses.flatMap(({ element }) => (isShowing(element, address) ? [element] : []));
    const shower = showers.find(isLoaded);
    if (shower === undefined && uses.some(({ element }) => isLoading(element))) return NOT_YET;
    // What the page itself could not load is not tried again.
    if (shower === undefined && showers.length > 0) return undefined;
    if (shower !== undefined && pixelsOf(shower) > MOST_PIXELS) return undefined;
    const isFont = uses.every((use) => use.isFont);
    const longest = longestSide(uses, quality);
    if (mayFetch(address, uses, shower)) {
      const content = await fetchContent(address, shower);
      const fitting = content && (await fit(content, longest, quality));
      if (fitting !== undefined) return fitting;
    }
    if (isFont) return undefined;
    if (shower !== undefined) return draw(shower, shower, longest, quality);
    return isBlob(address) ? drawBlob(address, longest, quality) : undefined;
  }

  function mayFetch(address: string, uses: readonly Use[], shower: Drawable | undefined): boolean {
    const { origin, pathname, search } = new URL(address);
    if (unreachable.has(origin)) return false;
    if (isBlob(address)) return uses.every(({ isFont }) => isFont);
    const status = statusOf(address);
    // Of other origins only what the page itself has loaded in a way that lets it read the answer.
    if (origin !== window.location.origin) return status === 200;
    if (shower !== undefined) return FILE.test(pathname) && search === '';
    return status === 200 || (status === undefined && (FILE.test(pathname) || uses.some(({ isFont }) => isFont)));
  }

  /** How a server answered the page; undefined where the browser does not remember, 0 where the page must not know. */
  function statusOf(address: string): number | undefined {
    const entries = window.performance.getEntriesByName(address, 'resource') as Partial<PerformanceResourceTiming>[];
    return entries.map(({ responseStatus }) => responseStatus).find((status) => status !== undefined);
  }

  async function fetchContent(address: string, shower: Drawable | undefined): Promise<Uint8Array | undefined> {
    const { origin } = new URL(address);
    const isOwn = origin === window.location.origin;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      abort.abort();
    }, READ_WITHIN_MILLIS);
    try {
      const response = await window.fetch(address, {
        mode: isOwn ? 'same-origin' : 'cors',
        credentials: shower?.getAttribute('crossorigin') === 'use-credentials' ? 'include' : 'same-origin',
        cache: 'force-cache',
        redirect: isOwn ? 'manual' : 'follow',
        signal: abort.signal,
      });
      return response.status === 200 ? await bytesOf(response) : undefined;
    } catch {
      if (!abort.signal.aborted) unreachable.add(origin);
      return undefined;
    } finally {
      window.clearTimeout(timer);
      abort.abort();
    }
  }

  /** As it is, or else scaled. */
  async function fit(content: Uint8Array, longest: number, quality: Quality): Promise<Read | undefined> {
    const { type, isFont } = kindOf(content) ?? {};
    if (type === undefined) return undefined;
    const isDrawing = type === SVG_TYPE;
    const isShort = content.length <= (isDrawing ? MOST_SVG_BYTES : MAX_RESOURCE_BYTES);
    const mayStay = isShort && (isFont === true || isDrawing || !tellsMore(content));
    const asItIs = mayStay ? { content, width: 0, height: 0 } : undefined;
    if (isFont || isDrawing || (mayStay && content.length <= AS_IT_IS_BYTES[quality])) return asItIs;
    const blob = new Blob([content.slice()], { type });
    const drawn = await draw(blob, undefined, longest, quality);
    return drawn !== undefined && (!mayStay || drawn.content.length < content.length) ? drawn : asItIs;
  }

  async function drawBlob(address: string, longest: number, quality: Quality): Promise<Read | undefined> {
    const image = new window.Image();
    image.src = address;
    return image.decode().then(
      () => draw(image, image, longest, quality),
      () => undefined,
    );
  }

  async function draw(
    source: Drawable | Blob,
    element: Drawable | undefined,
    longest: number,
    quality: Quality,
  ): Promise<Read | undefined> {
    const bitmap = await window.createImageBitmap(source).catch(() => undefined);
    // An SVG may have no size of its own.
    const from = bitmap ?? element;
    if (from === undefined) return undefined;
    const { width, height } = bitmap ?? sizeOf(from);
    const isSmall = width * height <= LOSSLESS_PIXELS;
    const bounds: PictureBounds = {
      longestSide: longest,
      mostBytes: MAX_RESOURCE_BYTES,
      quality: QUALITY[quality],
      losslessBytes: isSmall ? LOSSLESS_BYTES : 0,
    };
    const made = await imageOf(window.document, from, { width, height }, bounds);
    bitmap?.close();
    if (made === undefined) return undefined;
    const isScaled = made.width !== width || made.height !== height;
    return { content: made.image, width: isScaled ? width : 0, height: isScaled ? height : 0 };
  }

  return { read };
}

const isBlob = (address: string): boolean => address.startsWith('blob:');

type Drawable = HTMLImageElement | SVGImageElement;

/** Whether an element shows just this, or would if it could be loaded. */
function isShowing(element: Element | undefined, address: string): element is Drawable {
  if (element?.localName === 'image') return isSame((element as SVGImageElement).href.baseVal, element.baseURI, address);
  return element?.localName === 'img' && isSame((element as HTMLImageElement).currentSrc, element.baseURI, address);
}

/** Which of its addresses it will show is not told before it does. */
const isLoading = (element: Element | undefined): boolean => element?.localName === 'img' && !(element as HTMLImageElement).complete;

/** An image of SVG does not tell. */
const isLoaded = (element: Drawable): boolean => !('complete' in element) || (element.complete && element.naturalWidth > 0);

function tellsMore(content: Uint8Array): boolean {
  // Over the seams of the pieces nothing is missed.
  for (let at = 0; at < Math.min(content.length, TOLD_WITHIN_BYTES); at += CALL_BYTES - 4)
    if (TELLS_MORE.test(String.fromCharCode(...content.subarray(at, at + CALL_BYTES)))) return true;
  return false;
}

function isSame(raw: string, base: string, address: string): boolean {
  return URL.canParse(raw, base) && new URL(raw, base).href.replace(/#.*/, '') === address;
}

const sizeOf = (source: CanvasImageSource): { width: number; height: number } => {
  const { naturalWidth = 0, naturalHeight = 0 } = source as Partial<HTMLImageElement>;
  return naturalWidth > 0 && naturalHeight > 0 ? { width: naturalWidth, height: naturalHeight } : UNSIZED;
};

function pixelsOf(source: CanvasImageSource): number {
  const { width, height } = sizeOf(source);
  return width * height;
}

function longestSide(uses: readonly Use[], quality: Quality): number {
  const shown = uses.map(({ element }) => {
    // A rule's image may be shown anywhere, in any size.
    if (element === undefined) return Infinity;
    const { width, height } = element.getBoundingClientRect();
    return 2 * Math.max(width, height) * Math.max(1, element.ownerDocument.defaultView?.devicePixelRatio ?? 1);
  });
  return Math.min(LONGEST_SIDE[quality], Math.max(LEAST_SIDE, ...shown));
}

/** Undefined where it is too long. */
async function bytesOf({ body }: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    parts.push(next.value);
    length += next.value.length;
    if (length > MOST_READ_BYTES) return undefined;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
