import { decodePicture } from '../protocol/picture.ts';
import { isCanvas, isVideo, type NodeTable } from './node-table.ts';
import { filling, stretched } from './stretched.ts';

/** Images that one page's pictures may keep, in bytes; the oldest go. */
const MAX_KEPT_BYTES = 16_777_216;
/** Canvases of one page that have a box of their own. */
const MAX_CANVASES = 10_000;
/** Longest side of a canvas's box, in CSS pixels: browsers lay nothing longer out as an image. */
const LONGEST_SIDE = 32_767;

/** What stands on a canvas that may not be read: it shows that something is there. */
const UNREADABLE =
  '<defs><pattern id="s" width="12" height="12" patternUnits="userSpaceOnUse"><path d="M0 12L12 0" stroke="#cfd8dc"/></pattern></defs>' +
  '<rect width="100%" height="100%" fill="#eceff1"/><rect width="100%" height="100%" fill="url(#s)"/>';

/** Shows the pictures of canvases and videos; the latest of an element counts. */
export interface Pictures {
  /** @throws MalformedBytes */
  show(payload: Uint8Array): void;
  /** A canvas was made: it is a box of its own size, as in a page with scripts. */
  open(canvas: HTMLCanvasElement): void;
  /** Its attributes were set. */
  changed(canvas: HTMLCanvasElement): void;
  /** No more is shown, and nothing is kept. */
  dispose(): void;
}

/** A canvas that has a box. */
interface Box {
  width: number;
  height: number;
  /** What `content` says. */
  url: string;
}

interface Picture {
  readonly image: Uint8Array;
  readonly url: string;
}

/** Where nothing runs, a canvas is what is written in it: a picture of the canvas's size takes its place by `content`. */
export function createPictures(nodes: NodeTable): Pictures {
  const boxes = new WeakMap<Element, Box>();
  /** The oldest first. */
  const pictures = new Map<Element, Picture>();
  let canvases = 0;
  let keptBytes = 0;
  let isOver = false;

  function forget(element: Element): void {
    const { image, url } = pictures.get(element) ?? { image: [], url: '' };
    keptBytes -= image.length;
    if (url !== '') URL.revokeObjectURL(url);
    pictures.delete(element);
  }

  function keep(element: Element, picture: Picture): void {
    forget(element);
    pictures.set(element, picture);
    keptBytes += picture.image.length;
    for (const oldest of pictures.keys()) {
      if (keptBytes <= MAX_KEPT_BYTES && oldest.isConnected) break;
      forget(oldest);
      const box = boxes.get(oldest);
      if (box !== undefined) fill(oldest as HTMLCanvasElement, box, placeholder(box));
    }
  }

  function draw(canvas: HTMLCanvasElement, box: Box, image: Uint8Array): void {
    const url = URL.createObjectURL(new Blob([svgOf(box, image)], { type: 'image/svg+xml' }));
    keep(canvas, { image, url });
    // Loaded before it is shown, so that nothing flickers; or not to be loaded.
    const loaded = Object.assign(new Image(), { src: url }).decode();
    void loaded
      .catch(() => undefined)
      .then(() => {
        // Another may have come first.
        if (!isOver && pictures.get(canvas)?.url === url) fill(canvas, box, url);
      });
  }

  return {
    show(payload) {
      const { id, image } = decodePicture(payload);
      // It may have left the page while its picture was on its way.
      const element = isOver ? undefined : nodes.peek(id);
      if (element === undefined) return;
      if (isVideo(element)) {
        const url = image.length === 0 ? '' : URL.createObjectURL(new Blob([image.slice()]));
        keep(element, { image, url });
        element.poster = url;
      } else if (isCanvas(element)) {
        const box = boxes.get(element);
        if (box !== undefined) draw(element, box, image);
      }
    },
    open(canvas) {
      if (++canvases > MAX_CANVASES) return;
      const box = { ...sizeOf(canvas), url: '' };
      boxes.set(canvas, box);
      fill(canvas, box, placeholder(box));
    },
    changed(canvas) {
      const box = boxes.get(canvas);
      if (box === undefined) return;
      const { width, height } = sizeOf(canvas);
      if (width === box.width && height === box.height) {
        fill(canvas, box, box.url);
        return;
      }
      Object.assign(box, { width, height });
      // A canvas that is given a size is empty; a picture of it follows.
      forget(canvas);
      fill(canvas, box, placeholder(box));
    },
    dispose() {
      isOver = true;
      for (const element of [...pictures.keys()]) forget(element);
    },
  };
}

function sizeOf({ width, height }: HTMLCanvasElement): { readonly width: number; readonly height: number } {
  return { width: Math.min(width, LONGEST_SIDE), height: Math.min(height, LONGEST_SIDE) };
}

function fill(canvas: HTMLCanvasElement, box: Box, url: string): void {
  box.url = url;
  canvas.style.setProperty('content', `url("${url}")`, 'important');
}

const placeholder = ({ width, height }: Box): string =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`;

/** Over all of the canvas, as whose picture it was taken. */
const svgOf = (box: Box, image: Uint8Array): string => stretched(box, image.length === 0 ? UNREADABLE : filling(typeOf(image), image));

function typeOf([first]: Uint8Array): string {
  if (first === 0x89) return 'image/png';
  return first === 0xff ? 'image/jpeg' : 'image/webp';
}
