import { ByteWriter } from '../protocol/bytes.ts';

/** A stream that takes longer than this, in ms, is one that a page has put there and that never ends. */
const WITHIN_MILLIS = 2_000;

const ignore = (): void => undefined;

/** Deflates (RFC 1951) by the browser itself; undefined where it cannot (before 2023), or the page has put something else in its place. */
export async function deflate(
  window: Window & typeof globalThis,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let timer = 0;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = window.setTimeout(resolve, WITHIN_MILLIS);
  });
  try {
    return await Promise.race([stream(window, bytes), tooLate]);
  } catch {
    return undefined;
  } finally {
    window.clearTimeout(timer);
  }
}

async function stream(window: Window & typeof globalThis, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { writable, readable } = new window.CompressionStream('deflate-raw');
  const [writer, reader] = [writable.getWriter(), readable.getReader()];
  // What fails here fails at the other end too.
  writer.write(bytes).catch(ignore);
  writer.close().catch(ignore);
  const out = new ByteWriter(bytes.length >>> 1);
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) out.raw(value as Uint8Array);
  return out.view();
}
