import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';

/* What an element shows that is not in the tree, as a picture: the content of an asset (protocol section 6.3). */

/** Longest picture that a viewer takes, in bytes; a tag sends a smaller one instead. */
export const MAX_PICTURE_BYTES = 524_288;

/** One picture of a canvas or a video. */
export interface Picture {
  /** The element that shows it. */
  readonly id: number;
  /** An encoded image (WebP, PNG or JPEG); empty where the page may not read what the element shows. */
  readonly image: Uint8Array;
}

export function encodePicture({ id, image }: Picture): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(image.length + 5);
  out.varint(id);
  out.raw(image);
  return out.toBytes();
}

/** @throws MalformedBytes when it is none */
export function decodePicture(bytes: Uint8Array): Picture {
  const reader = new ByteReader(bytes);
  const id = reader.varint();
  if (reader.remaining > MAX_PICTURE_BYTES)
    throw new MalformedBytes(`a picture of ${reader.remaining} bytes; at most ${MAX_PICTURE_BYTES}`);
  return { id, image: reader.take(reader.remaining) };
}
