import { ByteWriter } from '../protocol/bytes.ts';

/** A stream that takes longer than this, in ms, is one that a page has put there and that never ends. */
const WITHIN_MILLIS = 2_000;
/** The browser deflates what it is given in the task in which it gets it: so much at once, in bytes, is a few ms. */
const SLICE_BYTES = 131_072;

const ignore = (): void => undefined;

/** Deflates (RFC 1951) by the browser itself. */
export class Deflater {
  private readonly window: Window & typeof globalThis;
  private isBroken = false;

  constructor(window: Window & typeof globalThis) {
    this.window = window;
  }

  /** Undefined where the browser cannot (before 2023), or the page has put something else in its place: then nothing is tried again. */
  async deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.isBroken) return undefined;
    let timer = 0;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = this.window.setTimeout(resolve, WITHIN_MILLIS);
    });
    const deflated = await Promise.race([this.stream(bytes).catch(ignore), tooLate]);
    this.window.clearTimeout(timer);
    this.isBroken ||= deflated === undefined;
    return deflated ?? undefined;
  }

  private async stream(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { writable, readable } = new this.window.CompressionStream('deflate-raw');
    const [writer, reader] = [writable.getWriter(), readable.getReader()];
    void this.feed(writer, bytes).catch(ignore);
    const out = new ByteWriter(bytes.length >>> 1);
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) out.raw(value as Uint8Array);
    return out.view();
  }

  /** What fails here fails at the other end too. */
  private async feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (at > 0) await this.nextTask();
      await writer.write(bytes.subarray(at, at + SLICE_BYTES));
    }
    await writer.close();
  }

  private nextTask(): Promise<unknown> {
    const { port1, port2 } = new this.window.MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  }
}
