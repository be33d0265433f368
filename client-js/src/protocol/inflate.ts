import { Inflate } from 'fflate';
import { ByteWriter, MalformedBytes } from './bytes.ts';

/** The library expands whatever it is given before what came of it can be weighed, a thousandfold at the worst: it is given so much at once, in bytes. */
const STEP_BYTES = 16_384;
/** What to expect: pages and style sheets shrink to about a quarter. */
const USUAL_RATIO = 4;

/**
 * Expands a deflated stream (RFC 1951) in this task: the browser's own way is asynchronous, and what comes in order would have to be kept in it.
 *
 * @param mostBytes what it may hold
 * @throws MalformedBytes where it is no such stream, is cut off, or holds more
 */
export function inflate(deflated: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(Math.min(deflated.length * USUAL_RATIO, mostBytes));
  const stream = new Inflate((chunk) => {
    if (chunk.length > mostBytes - out.length) throw new MalformedBytes(`a stream of more than ${mostBytes} bytes`);
    out.raw(chunk);
  });
  try {
    for (let at = 0; at < deflated.length; at += STEP_BYTES)
      stream.push(deflated.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= deflated.length);
  } catch (fault) {
    throw fault instanceof MalformedBytes ? fault : new MalformedBytes(`a stream that cannot be inflated: ${String(fault)}`);
  }
  return out.view();
}
