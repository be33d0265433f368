import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';

/* What a viewer asks of the consumer's browser because its own cannot load it, and the content of the asset that answers (protocol section 6.5). */

/** Content of one resource, in bytes: 6 s of all that 750 kbit/s carry. A larger image is scaled down, a larger font is not sent. */
export const MAX_RESOURCE_BYTES = 524_288;
/** Longest address that is asked for, in UTF-8 bytes. */
export const MAX_ADDRESS_BYTES = 2_048;
/** Addresses of one request. */
export const MAX_ADDRESSES = 64;

/** What a brand lets the tag hand out (protocol section 3.4). */
export type ResourcePolicy = 'none' | 'images' | 'images-and-fonts';

export interface ResourceRequest {
  /** Content is wanted also where the viewer was taken to have it. */
  readonly isInFull: boolean;
  /** Absolute, without fragment. */
  readonly addresses: readonly string[];
}

/** What became of an address: the page does not show it to the agent, or it cannot be read; its content follows; the viewer has the content of this hash. */
export const ResourceState = { NONE: 0, CONTENT: 1, KNOWN: 2 } as const;
export type ResourceState = (typeof ResourceState)[keyof typeof ResourceState];

export interface Resource {
  readonly state: ResourceState;
  /** As it was asked for. */
  readonly address: string;
  /** What the image counts as in a layout, in its own pixels, where the content is a smaller one; else 0. */
  readonly width: number;
  readonly height: number;
  readonly content: Uint8Array;
}

export function encodeResourceRequest({ isInFull, addresses }: ResourceRequest): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.varint(isInFull ? 1 : 0);
  for (const address of addresses) out.string(address);
  return out.toBytes();
}

/** @throws MalformedBytes when it is none */
export function decodeResourceRequest(payload: Uint8Array): ResourceRequest {
  const bytes = new ByteReader(payload);
  const flags = bytes.varint();
  if (flags > 1) throw new MalformedBytes(`flags ${flags} of a request for resources; allowed are 0 and 1`);
  const addresses: string[] = [];
  while (bytes.remaining > 0) {
    if (addresses.length === MAX_ADDRESSES) throw new MalformedBytes(`more than ${MAX_ADDRESSES} addresses`);
    addresses.push(bytes.string(MAX_ADDRESS_BYTES));
  }
  return { isInFull: flags === 1, addresses };
}

export function encodeResource({ state, address, width, height, content }: Resource): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(content.length + address.length + 16);
  out.varint(state);
  out.string(address);
  out.varint(width);
  out.varint(height);
  out.raw(content);
  return out.toBytes();
}

/** @throws MalformedBytes when it is none */
export function decodeResource(payload: Uint8Array): Resource {
  const bytes = new ByteReader(payload);
  const state = bytes.varint();
  if (state > ResourceState.KNOWN) throw new MalformedBytes(`state ${state} of a resource; allowed are 0 to ${ResourceState.KNOWN}`);
  const address = bytes.string(MAX_ADDRESS_BYTES);
  const [width, height] = [bytes.varint(), bytes.varint()];
  if (bytes.remaining > MAX_RESOURCE_BYTES)
    throw new MalformedBytes(`a resource of ${bytes.remaining} bytes; at most ${MAX_RESOURCE_BYTES}`);
  if (bytes.remaining > 0 !== (state === ResourceState.CONTENT))
    throw new MalformedBytes(`state ${state}, ${bytes.remaining} bytes of content`);
  return { state: state as ResourceState, address, width, height, content: bytes.take(bytes.remaining) };
}
