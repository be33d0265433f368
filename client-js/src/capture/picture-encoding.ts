/** One that is still too long is made anew with half as many pixels each way, so often at the most. */
const MOST_HALVES = 3;

/** How an image is made of what a source shows. */
export interface PictureBounds {
  /** In pixels, of the image. */
  readonly longestSide: number;
  readonly mostBytes: number;
  /** Of what loses a little, 0 to 1. */
  readonly quality: number;
  /** An image that loses nothing is taken up to this length, in bytes; 0: never. */
  readonly losslessBytes: number;
}

export interface ImageOfSource {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/**
 * An image of what a source shows; undefined where the page itself may not read it, or there is nothing to show.
 *
 * @param size of the source, in its own pixels
 */
export async function imageOf(
  document: Document,
  source: CanvasImageSource,
  size: { readonly width: number; readonly height: number },
  { longestSide, mostBytes, quality, losslessBytes }: PictureBounds,
): Promise<ImageOfSource | undefined> {
  let scale = Math.min(1, longestSide / Math.max(1, size.width, size.height));
  // Of a smaller picture the source is the larger one: by then an element may show another.
  let from = source;
  for (let halves = 0; halves <= MOST_HALVES; halves++, scale /= 2) {
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(size.width * scale));
    canvas.height = Math.max(1, Math.round(size.height * scale));
    const image = await draw(from, canvas, quality, losslessBytes).catch(() => undefined);
    if (image === undefined) return undefined;
    if (image.length <= mostBytes) {
      const { width, height } = canvas;
      // Some browsers count what all canvases of a page hold, also those that nobody has any more.
      canvas.width = 0;
      return { image, width, height };
    }
    from = canvas;
  }
  return undefined;
}

async function draw(
  source: CanvasImageSource,
  canvas: HTMLCanvasElement,
  quality: number,
  losslessBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  const lossless = losslessBytes > 0 ? await encoded(canvas, 'image/png') : undefined;
  return lossless !== undefined && lossless.length <= losslessBytes ? lossless : encoded(canvas, 'image/webp', quality);
}

async function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, type, quality);
  });
  return blob === null ? undefined : new Uint8Array(await blob.arrayBuffer());
}
