import { encodePicture, MAX_PICTURE_BYTES } from '../../protocol/picture.ts';
import type { MediaContext } from './context.ts';

/** What shows is looked at this often, in ms. */
const TICK_MILLIS = 250;
/** An element that changes is read again after this time at the least, in ms ... */
const LEAST_MILLIS = 500;
/** ... one that does not, each time after twice as long, up to this. */
const MOST_MILLIS = 4_000;
/** Pictures take no more than this part of 750 kbit/s, in bytes a ms: what the page's changes and pointers need is left. */
const BYTES_PER_MILLI = 24;
/** Longest side of a picture, in pixels: sharper than this an agent does not see it in a window beside others. */
const LONGEST_SIDE = 1_280;
const QUALITY = 0.75;
/** One that is still too long is made anew with half as many pixels each way, so often at the most. */
const MOST_HALVES = 3;
/** An element that is not read by then, in ms, gives way to others: no frame came, or the browser does not encode. */
const READ_WITHIN_MILLIS = 2_000;

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

type Drawn = HTMLCanvasElement | HTMLVideoElement;

export function createPictures(context: MediaContext): Pictures {
  const { window, visibleId } = context;
  const shown = new Map<Drawn, Shown>();
  let reading: { readonly until: number } | undefined;
  const timer = window.setInterval(tick, TICK_MILLIS);
  let observer: ResizeObserver | undefined;

  function tick(): void {
    const now = window.performance.now();
    if (shown.size === 0 || window.document.hidden || (reading !== undefined && now < reading.until) || !context.hasRoom()) return;
    const due = [...shown].filter(
      ([element, { dueAt }]) => dueAt <= now && isDrawn(element) && visibleId(element) > 0 && isInSight(element),
    );
    const [next] = due.sort(([, a], [, b]) => a.dueAt - b.dueAt);
    if (next === undefined) return;
    const turn = { until: now + READ_WITHIN_MILLIS };
    reading = turn;
    atEndOfFrame(() => {
      if (reading === turn) void read(...next);
    });
  }

  /**
   * After the page's own callbacks of a frame and before it is painted: what WebGL has drawn is gone after that. A size that is watched anew is told just then.
   */
  function atEndOfFrame(work: () => void): void {
    window.requestAnimationFrame(() => {
      observer = new window.ResizeObserver(() => {
        observer?.disconnect();
        work();
      });
      observer.observe(window.document.documentElement);
    });
  }

  async function read(element: Drawn, state: Shown): Promise<void> {
    const turn = reading;
    const image = await pictureOf(element);
    if (reading !== turn) return;
    reading = undefined;
    const id = visibleId(element);
    if (id === 0 || shown.get(element) !== state) return;
    const isNew = state.last === undefined || !isSame(state.last, image);
    state.waitMillis = isNew ? Math.max(LEAST_MILLIS, image.length / BYTES_PER_MILLI) : Math.min(MOST_MILLIS, state.waitMillis * 2);
    state.dueAt = window.performance.now() + state.waitMillis;
    state.last = image;
    if (isNew) context.send(encodePicture({ id, image }));
  }

  function isInSight(element: Element): boolean {
    const { top, left, bottom, right } = element.getBoundingClientRect();
    return bottom > 0 && right > 0 && top < window.innerHeight && left < window.innerWidth && bottom > top && right > left;
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
      observer?.disconnect();
    },
  };
}

/** A canvas; a video only where no other browser can load what it plays. */
function isDrawn(element: Drawn): boolean {
  return !('videoWidth' in element) || element.srcObject !== null || element.currentSrc.startsWith('blob:');
}

/** What an element shows; empty where the page itself may not read it. */
async function pictureOf(element: Drawn): Promise<Uint8Array> {
  const [width, height] = 'videoWidth' in element ? [element.videoWidth, element.videoHeight] : [element.width, element.height];
  let scale = Math.min(1, LONGEST_SIDE / Math.max(1, width, height));
  // Of a smaller picture the source is the larger one: by then the element may show another.
  let source: CanvasImageSource = element;
  for (let halves = 0; halves <= MOST_HALVES; halves++, scale /= 2) {
    const canvas = element.ownerDocument.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const blob = await drawn(source, canvas);
    if (blob === null) break;
    if (blob.size <= MAX_PICTURE_BYTES) return new Uint8Array(await blob.arrayBuffer());
    source = canvas;
  }
  return new Uint8Array();
}

/** Null where it shows what comes from another origin, or there is nothing to show. */
function drawn(source: CanvasImageSource, canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((resolve) => {
    try {
      canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(resolve, 'image/webp', QUALITY);
    } catch {
      resolve(null);
    }
  });
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
