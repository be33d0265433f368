/** Bytes that are turned into text at once: more arguments than a call takes would be too many. */
const CALL_BYTES = 0x2000;

/** An image that stands for a larger one, or for another shape: as an SVG of that size, all of which it fills. */
export function stretched({ width, height }: { readonly width: number; readonly height: number }, inside: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${inside}</svg>`;
}

export const filling = (type: string, image: Uint8Array): string =>
  `<image href="${dataUrl(type, image)}" width="100%" height="100%" preserveAspectRatio="none"/>`;

export function dataUrl(type: string, bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CALL_BYTES) text += String.fromCharCode(...bytes.subarray(at, at + CALL_BYTES));
  return `data:${type};base64,${btoa(text)}`;
}
