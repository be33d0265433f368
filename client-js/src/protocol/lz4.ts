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
/** Earlier places tried for a match. Twice as many would shrink a keyframe by 1 % and take half as long again. */
const SEARCH_DEPTH = 24;
/** A match of this many bytes is taken without looking further. */
const GOOD_MATCH = 64;
/** Positions are 31-bit; a history that has seen this many bytes starts anew. */
const MAX_STREAM_BYTES = 0x4000_0000;

/** After 2^7 bytes without a match every second byte is tried, after twice as many every third, and so on. */
const SKIP_SHIFT = 7;
/** Of a match only this many positions are entered, in bytes: a long run needs no more places to start from. */
const LONGEST_ENTERED = 512;
/** From this length on a native copy is quicker than a loop, in bytes. */
const LONG_COPY = 32;
/** What the declared length in front of a block may take. */
const LENGTH_BYTES = 4;

const hash = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);

/** Upper bound of the bytes that a block of `bytes` bytes takes. */
export const compressBound = (bytes: number): number => bytes + Math.ceil(bytes / 255) + 16;

/** Compresses the blocks of one stream; keeps up to 64 KB of what went before and 384 KB of tables. */
export class Lz4Encoder {
  private readonly heads = new Int32Array(1 << HASH_BITS);
  private readonly chain = new Int32Array(LZ4_HISTORY_BYTES);
  /** History and block, side by side. */
  private window = new Uint8Array(LZ4_HISTORY_BYTES * 2);
  private view = new DataView(this.window.buffer);
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
      this.view = new DataView(grown.buffer);
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
      let length = this.findMatch(at, end, MIN_MATCH - 1);
      if (length < MIN_MATCH) {
        // What does not repeat for long is not searched byte by byte.
        at += 1 + ((at - anchor) >>> SKIP_SHIFT);
        continue;
      }
      let offset = this.foundOffset;
      let entered = at + 1;
      while (length < GOOD_MATCH && at < matchEnd) {
        const next = this.findMatch(at + 1, end, length + 1);
        entered = at + 2;
        if (next === 0) break;
        at++;
        length = next;
        offset = this.foundOffset;
      }
      this.emit(anchor, at, offset, length);
      at += length;
      anchor = at;
      this.enterAll(entered, Math.min(at, matchEnd + 1));
    }
    this.emitLiterals(anchor, end);
  }

  private foundOffset = 0;

  /** Enters the positions of a match into the chains; of a very long one only the end, which is what comes next to text like it. */
  private enterAll(from: number, to: number): void {
    const { view, heads, chain, base } = this;
    for (let at = Math.max(from, to - LONGEST_ENTERED); at < to; at++) {
      const slot = hash(view.getInt32(at, true));
      chain[(base + at) & MAX_OFFSET] = heads[slot] as number;
      heads[slot] = base + at;
    }
  }

  /** Enters a position; the result is the length of its best match if longer than `best`, else 0. The offset is left in {@link foundOffset}. */
  private findMatch(at: number, end: number, best: number): number {
    const { window: w, view, chain, base } = this;
    const word = view.getInt32(at, true);
    const slot = hash(word);
    const position = base + at;
    let candidate = this.heads[slot] as number;
    chain[position & MAX_OFFSET] = candidate;
    this.heads[slot] = position;
    const lowest = Math.max(base, position - MAX_OFFSET);
    const limit = end - LAST_LITERALS;
    let longest = best;
    // A block that was dropped because it did not shrink leaves heads and links that point at or behind this position: no matches.
    for (let tries = SEARCH_DEPTH; candidate >= lowest && candidate < position && tries > 0; tries--) {
      const from = candidate - base;
      // The byte that would make it longer is the one to look at first.
      const isMatch = w[from + longest] === w[at + longest] && view.getInt32(from, true) === word;
      const length = isMatch ? matchLength(w, view, from, at, limit) : 0;
      if (length > longest) {
        longest = length;
        this.foundOffset = at - from;
        if (length >= GOOD_MATCH || at + length >= limit) break;
      }
      candidate = chain[candidate & MAX_OFFSET] as number;
    }
    return longest > best ? longest : 0;
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
    if (to - from > LONG_COPY) {
      this.out.set(this.window.subarray(from, to), this.outEnd);
      this.outEnd += to - from;
      return;
    }
    const { out, window: w } = this;
    for (let at = from; at < to; at++) out[this.outEnd++] = w[at] as number;
  }
}

/** How far two places agree, four bytes at a time; they do for at least {@link MIN_MATCH}. */
function matchLength(w: Uint8Array, view: DataView, from: number, at: number, limit: number): number {
  let length = MIN_MATCH;
  while (at + length + 4 <= limit && view.getInt32(from + length, true) === view.getInt32(at + length, true)) length += 4;
  while (at + length < limit && w[from + length] === w[at + length]) length++;
  return length;
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
