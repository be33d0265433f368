import { decodePicture } from '../protocol/picture.ts';
import { isCanvas, isVideo, type NodeTable } from './node-table.ts';

/** What stands on a canvas that the page may not read: it shows that something is there. */
const UNREADABLE =
  '<defs><pattern id="s" width="12" height="12" patternUnits="userSpaceOnUse"><path d="M0 12L12 0" stroke="#cfd8dc"/></pattern></defs>' +
  '<rect width="100%" height="100%" fill="#eceff1"/><rect width="100%" height="100%" fill="url(#s)"/>';

/** Bytes that are turned into text at once: more arguments than a call takes would be too many. */
const CALL_BYTES = 0x2000;

/** Shows the pictures of canvases and videos; the latest of an element counts. */
export interface Pictures {
  /** @throws MalformedBytes */
  show(payload: Uint8Array): void;
  /** Makes a canvas what it is in a page with scripts: a box of its own size. To be called for a new one, and after its attributes have changed. */
  fit(canvas: HTMLCanvasElement): void;
  /** No more is shown, and nothing is kept. */
  dispose(): void;
}

/** Where nothing runs, a canvas is what is written in it: a picture of the canvas's size takes its place by `content`. */
export function createPictures(nodes: NodeTable): Pictures {
  /** What is drawn in each, as SVG. */
  const drawings = new WeakMap<Element, string>();
  const urls = new Map<Element, string>();
  let isOver = false;

  function place(element: Element, url: string | undefined): void {
    const before = urls.get(element);
    if (before !== undefined) URL.revokeObjectURL(before);
    if (url === undefined) urls.delete(element);
    else urls.set(element, url);
  }

  function fit(canvas: HTMLCanvasElement): void {
    const { width, height } = canvas;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawings.get(canvas) ?? ''}</svg>`;
    const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    void ready(url).then(() => {
      // Another may have come first.
      if (!isOver && urls.get(canvas) === url) canvas.style.setProperty('content', `url("${url}")`, 'important');
    });
    place(canvas, url);
  }
  return {
    show(payload) {
      const { id, image } = decodePicture(payload);
      for (const element of urls.keys()) if (!element.isConnected) place(element, undefined);
      // It may have left the page while its picture was on its way.
      const element = isOver ? undefined : nodes.peek(id);
      if (element !== undefined && isCanvas(element)) {
        drawings.set(element, image.length === 0 ? UNREADABLE : imageElement(image));
        fit(element);
      } else if (element !== undefined && isVideo(element) && image.length > 0) {
        const url = URL.createObjectURL(new Blob([image.slice()]));
        place(element, url);
        element.poster = url;
      }
    },
    fit,
    dispose() {
      isOver = true;
      for (const element of [...urls.keys()]) place(element, undefined);
    },
  };
}

/** Loaded before it is shown, so that nothing flickers; or not to be loaded. */
const ready = (url: string): Promise<unknown> =>
  Object.assign(new Image(), { src: url })
    .decode()
    .catch(() => undefined);

/** Stretched over all of the canvas, as whose picture it was taken. */
function imageElement(image: Uint8Array): string {
  let text = '';
  for (let at = 0; at < image.length; at += CALL_BYTES) text += String.fromCharCode(...image.subarray(at, at + CALL_BYTES));
  return `<image href="data:${typeOf(image)};base64,${btoa(text)}" width="100%" height="100%" preserveAspectRatio="none"/>`;
}

function typeOf([first]: Uint8Array): string {
  if (first === 0x89) return 'image/png';
  return first === 0xff ? 'image/jpeg' : 'image/webp';
}
