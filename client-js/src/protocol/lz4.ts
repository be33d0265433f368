import { CloseCode } from './close-code.ts';
import { declaredLength, FrameViolation } from './frame.ts';
import { LZ4_HISTORY_BYTES } from './limits.ts';

/*
 * LZ4 blocks, both directions, with the 64 KB history that linked frames share (protocol section 1.1). Own code because
 * no library for the browser can carry a history from block to block, and that is what saves most on live traffic.
 *
 * The encoder follows hash chains and looks one byte ahead before it settles for a match ("lazy"): slower than the fast
 * LZ4, still far faster than a consumer's upstream, and about a quarter smaller on pages.
 */

const MIN_MATCH = 4;
/** The format wants the last 5 bytes of a block as literals ... */
const LAST_LITERALS = 5;
/** ... and no match to start in its last 12. */
const MATCH_LIMIT = 12;
const HASH_BITS = 15;
const MAX_OFFSET = LZ4_HISTORY_BYTES - 1;
/** Earlier places tried for a match. More would shrink a keyframe by a few per cent and double the time. */
const SEARCH_DEPTH = 12;
/** A match of this many bytes is taken without looking further. */
const GOOD_MATCH = 64;
/** Positions are 31-bit; a history that has seen this many bytes starts anew. */
const MAX_STREAM_BYTES = 0x4000_0000;

/** What the declared length in front of a block may take. */
const LENGTH_BYTES = 4;

const hash = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);

/** Upper bound of the bytes that a block of `bytes` bytes takes. */
export const compressBound = (bytes: number): number => bytes + Math.ceil(bytes / 255) + 16;

/** Compresses the blocks of one stream; keeps up to 64 KB of what went before and 320 KB of tables. */
export class Lz4Encoder {
  private readonly heads = new Int32Array(1 << HASH_BITS);
  private readonly chain = new Uint16Array(LZ4_HISTORY_BYTES);
  /** History and block, side by side. */
  private window = new Uint8Array(LZ4_HISTORY_BYTES * 2);
  private historyBytes = 0;
  /** Stream position of window[0]. */
  private base = 0;
  private out = new Uint8Array(0);
  private outEnd = 0;

  /** Forgets the history: the next block stands alone. */
  restart(): void {
    this.historyBytes = 0;
    this.base = 1;
    this.heads.fill(0);
  }

  constructor() {
    this.restart();
  }

  /** Whether the next block refers to earlier ones. */
  get isLinked(): boolean {
    return this.historyBytes > 0;
  }

  /** Compresses one block; the result is a copy that the caller owns. The block joins the history. */
  compress(input: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.compressInto(input, Infinity) as Uint8Array<ArrayBuffer>;
  }

  /** Like {@link Lz4Encoder.compress}; undefined, and the history as it was, when the block is not smaller than the input. */
  compressIfSmaller(input: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    return this.compressInto(input, input.length - LENGTH_BYTES);
  }

  private compressInto(input: Uint8Array, tooLong: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.base + this.historyBytes + input.length > MAX_STREAM_BYTES) this.restart();
    this.load(input);
    const end = this.historyBytes + input.length;
    if (this.out.length < compressBound(input.length)) this.out = new Uint8Array(compressBound(input.length));
    this.outEnd = 0;
    this.encode(this.historyBytes, end);
    if (this.outEnd >= tooLong) return undefined;
    this.keepHistory(end);
    return this.out.slice(0, this.outEnd);
  }

  private load(input: Uint8Array): void {
    const needed = this.historyBytes + input.length;
    if (this.window.length < needed) {
      const grown = new Uint8Array(needed);
      grown.set(this.window.subarray(0, this.historyBytes));
      this.window = grown;
    }
    this.window.set(input, this.historyBytes);
  }

  private keepHistory(end: number): void {
    const kept = Math.min(end, LZ4_HISTORY_BYTES);
    this.window.copyWithin(0, end - kept, end);
    this.base += end - kept;
    this.historyBytes = kept;
  }

  private encode(start: number, end: number): void {
    const matchEnd = end - MATCH_LIMIT;
    let anchor = start;
    let at = start;
    while (at <= matchEnd) {
      let length = this.findMatch(at, end);
      if (length < MIN_MATCH) {
        at++;
        continue;
      }
      let offset = this.foundOffset;
      while (length < GOOD_MATCH && at + 1 <= matchEnd) {
        const next = this.findMatch(at + 1, end);
        if (next <= length + 1) {
          this.skipTo(at + 2, at + length, matchEnd);
          break;
        }
        at++;
        length = next;
        offset = this.foundOffset;
      }
      if (length >= GOOD_MATCH) this.skipTo(at + 1, at + length, matchEnd);
      this.emit(anchor, at, offset, length);
      at += length;
      anchor = at;
    }
    this.emitLiterals(anchor, end);
  }

  private foundOffset = 0;

  private readWord(at: number): number {
    const w = this.window;
    return (w[at] as number) | ((w[at + 1] as number) << 8) | ((w[at + 2] as number) << 16) | ((w[at + 3] as number) << 24) | 0;
  }

  /** Enters a position into the chains and returns the latest earlier one with the same hash, as stream position (0: none). */
  private enter(at: number, word: number): number {
    const slot = hash(word);
    const position = this.base + at;
    const previous = this.heads[slot] as number;
    // A block that was dropped because it did not shrink leaves heads that point at or behind this position: no matches.
    const distance = previous === 0 || previous >= position ? 0 : position - previous;
    this.chain[position & MAX_OFFSET] = distance > MAX_OFFSET ? 0 : distance;
    this.heads[slot] = position;
    return distance === 0 || distance > MAX_OFFSET ? 0 : previous;
  }

  private skipTo(from: number, to: number, matchEnd: number): void {
    const last = Math.min(to, matchEnd + 1);
    for (let at = from; at < last; at++) this.enter(at, this.readWord(at));
  }

  /** Length of the best match at a position (0: none); its offset is left in {@link foundOffset}. */
  private findMatch(at: number, end: number): number {
    const w = this.window;
    const word = this.readWord(at);
    let candidate = this.enter(at, word);
    const position = this.base + at;
    const limit = end - LAST_LITERALS;
    let best = 0;
    for (let tries = SEARCH_DEPTH; candidate >= this.base && candidate !== 0 && tries > 0; tries--) {
      const from = candidate - this.base;
      if (position - candidate > MAX_OFFSET) break;
      if (w[from + best] === w[at + best] && this.readWord(from) === word) {
        let length = MIN_MATCH;
        while (at + length < limit && w[from + length] === w[at + length]) length++;
        if (length > best) {
          best = length;
          this.foundOffset = position - candidate;
          // eslint-disable-next-line max-depth -- the hot loop: a call here costs a tenth of the throughput
          if (length >= GOOD_MATCH || at + length >= limit) break;
        }
      }
      const back = this.chain[candidate & MAX_OFFSET] as number;
      if (back === 0) break;
      candidate -= back;
    }
    return best;
  }

  private emit(anchor: number, at: number, offset: number, length: number): void {
    const literals = at - anchor;
    const extra = length - MIN_MATCH;
    this.out[this.outEnd++] = (Math.min(literals, 15) << 4) | Math.min(extra, 15);
    if (literals >= 15) this.emitLength(literals - 15);
    this.copyLiterals(anchor, at);
    this.out[this.outEnd++] = offset;
    this.out[this.outEnd++] = offset >>> 8;
    if (extra >= 15) this.emitLength(extra - 15);
  }

  private emitLiterals(anchor: number, end: number): void {
    const literals = end - anchor;
    this.out[this.outEnd++] = Math.min(literals, 15) << 4;
    if (literals >= 15) this.emitLength(literals - 15);
    this.copyLiterals(anchor, end);
  }

  private emitLength(length: number): void {
    let rest = length;
    for (; rest >= 255; rest -= 255) this.out[this.outEnd++] = 255;
    this.out[this.outEnd++] = rest;
  }

  private copyLiterals(from: number, to: number): void {
    this.out.set(this.window.subarray(from, to), this.outEnd);
    this.outEnd += to - from;
  }
}

/** Expands the blocks of one stream; keeps up to 64 KB of what it expanded. */
export class Lz4Decoder {
  private history = new Uint8Array(0);

  /**
   * Expands a COMPRESSED payload: the declared length, then the block.
   *
   * @throws FrameViolation 4422 when the block does not hold exactly what was declared
   */
  expand(payload: Uint8Array, linked: boolean): Uint8Array<ArrayBuffer> {
    const { expandedBytes, blockOffset } = declaredLength(payload);
    const history = linked ? this.history : new Uint8Array(0);
    const window = new Uint8Array(history.length + expandedBytes);
    window.set(history);
    expandBlock(payload.subarray(blockOffset), window, history.length);
    this.history = window.slice(Math.max(0, window.length - LZ4_HISTORY_BYTES));
    return window.subarray(history.length);
  }
}

const lying = (what: string): FrameViolation => new FrameViolation(CloseCode.LYING_LENGTH, what);

/** Expands a block into `window` from `start` to its end; matches may reach back to the window's first byte. */
function expandBlock(block: Uint8Array, window: Uint8Array, start: number): void {
  let read = 0;
  let at = start;
  const lengthOf = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let length = 15;
    for (;;) {
      const byte = block[read++];
      if (byte === undefined) throw lying('the block ends inside a length');
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (read < block.length) {
    const token = block[read++] as number;
    const literals = lengthOf(token >>> 4);
    if (literals > block.length - read) throw lying('the block ends inside its literals');
    if (literals > window.length - at) throw lying('the block holds more than it declared');
    window.set(block.subarray(read, read + literals), at);
    read += literals;
    at += literals;
    if (read === block.length) break;
    if (block.length - read < 2) throw lying('the block ends inside an offset');
    const offset = (block[read] as number) | ((block[read + 1] as number) << 8);
    read += 2;
    const length = lengthOf(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > at) throw lying(`offset ${offset} reaches before the history`);
    if (length > window.length - at) throw lying('the block holds more than it declared');
    copyMatch(window, at, offset, length);
    at += length;
  }
  if (at !== window.length) throw lying(`the block holds ${at - start} bytes, ${window.length - start} were declared`);
}

function copyMatch(window: Uint8Array, at: number, offset: number, length: number): void {
  if (offset >= length) {
    window.copyWithin(at, at - offset, at - offset + length);
    return;
  }
  for (let i = 0; i < length; i++) window[at + i] = window[at + i - offset] as number;
}
