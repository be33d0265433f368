import { AssetCoding, encodeAsset, NO_HASH } from '../../protocol/asset.ts';
import { encodePicture, MAX_PICTURE_BYTES } from '../../protocol/picture.ts';
import type { BesideContext } from '../beside.ts';
import { isInSight } from '../in-sight.ts';
import { imageOf, type PictureBounds } from '../picture-encoding.ts';
import { type Drawn, isDrawn, isReadable } from './drawn.ts';

/** What shows is looked at this often, in ms. */
const TICK_MILLIS = 250;
/** An element that changes is read again after this time at the least, in ms ... */
const LEAST_MILLIS = 500;
/** ... one that does not, or cannot be read, each time after twice as long, up to this. */
const MOST_MILLIS = 4_000;
/** All pictures of a page together take a quarter of 750 kbit/s, in bytes a ms: what its changes and pointers need is left. */
const BYTES_PER_MILLI = 24;
/** Longest side in pixels: sharper than this an agent does not see it in a window beside others. */
const BOUNDS: PictureBounds = { longestSide: 1_280, mostBytes: MAX_PICTURE_BYTES, quality: 0.75, losslessBytes: 0 };
/** An element that is not read by then, in ms, gives way to others: no frame came, or the browser does not encode. */
const READ_WITHIN_MILLIS = 2_000;

/** Of what the page itself may not read, or the agent must not see. */
const NOTHING = new Uint8Array();

interface Shown {
  /** When it is read next. */
  dueAt: number;
  waitMillis: number;
  last: Uint8Array | undefined;
}

/** Pictures of what is drawn: canvases, and videos whose source no other browser can load. Reads those that show, one at a time. */
export interface Pictures {
  track(element: Element): void;
  forget(node: Node): void;
  reset(): void;
  stop(): void;
}

export function createPictures(context: BesideContext): Pictures {
  const { window, idOf, isSecret } = context;
  const shown = new Map<Drawn, Shown>();
  const timer = window.setInterval(tick, TICK_MILLIS);
  let reading: { readonly until: number } | undefined;
  let roomAt = 0;
  let cancelFrame: () => void = () => undefined;

  function tick(): void {
    const now = window.performance.now();
    if (shown.size === 0 || window.document.hidden || now < roomAt || (reading !== undefined && now < reading.until) || !context.hasRoom())
      return;
    const due = [...shown].filter(
      ([element, state]) => isDue(element, state, now) && isDrawn(element) && idOf(element) > 0 && isInSight(element),
    );
    const [next] = due.sort(([, a], [, b]) => a.dueAt - b.dueAt);
    if (next === undefined) return;
    const turn = { until: now + READ_WITHIN_MILLIS };
    reading = turn;
    const [element, state] = next;
    // Before it is known what comes of it: one that cannot be read waits as well.
    state.waitMillis = Math.min(MOST_MILLIS, state.waitMillis * 2);
    state.dueAt = now + state.waitMillis;
    cancelFrame();
    cancelFrame = atEndOfFrame(window, () => {
      if (reading === turn) void read(element, state, turn);
    });
  }

  /** What became secret is not left to be seen. */
  const isDue = (element: Drawn, { dueAt, last }: Shown, now: number): boolean =>
    dueAt <= now || (Boolean(last?.length) && isSecret(element));

  async function read(element: Drawn, state: Shown, turn: { readonly until: number }): Promise<void> {
    const image = isSecret(element) || !isReadable(element) ? NOTHING : await pictureOf(element);
    if (reading !== turn) return;
    reading = undefined;
    const id = idOf(element);
    // What it shows now may have been drawn in the task in which it became secret.
    if (id === 0 || shown.get(element) !== state || (image.length > 0 && isSecret(element))) return;
    if (state.last !== undefined && isSame(state.last, image)) return;
    const now = window.performance.now();
    state.waitMillis = LEAST_MILLIS;
    state.dueAt = now + LEAST_MILLIS;
    state.last = image;
    roomAt = now + image.length / BYTES_PER_MILLI;
    const asset = encodeAsset(NO_HASH, AssetCoding.PICTURE, encodePicture({ id, image }));
    context.send(asset, () => image.length === 0 || !isSecret(element));
  }

  return {
    track(element) {
      if (element.localName !== 'audio') shown.set(element as Drawn, { dueAt: 0, waitMillis: LEAST_MILLIS, last: undefined });
    },
    forget: (node) => void shown.delete(node as Drawn),
    reset: () => {
      shown.clear();
    },
    stop() {
      shown.clear();
      reading = undefined;
      window.clearInterval(timer);
      cancelFrame();
    },
  };
}

/**
 * After the page's own callbacks of a frame and before it is painted: what WebGL has drawn is gone after that. A size that is watched anew is told just then.
 *
 * @returns what calls it off
 */
function atEndOfFrame(window: Window & typeof globalThis, work: () => void): () => void {
  const observer = new window.ResizeObserver(() => {
    observer.disconnect();
    work();
  });
  const handle = window.requestAnimationFrame(() => {
    observer.observe(window.document.documentElement);
  });
  return () => {
    window.cancelAnimationFrame(handle);
    observer.disconnect();
  };
}

/** What an element shows; empty where the page itself may not read it. */
async function pictureOf(element: Drawn): Promise<Uint8Array> {
  const [width, height] = 'videoWidth' in element ? [element.videoWidth, element.videoHeight] : [element.width, element.height];
  return (await imageOf(element.ownerDocument, element, { width, height }, BOUNDS))?.image ?? NOTHING;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
