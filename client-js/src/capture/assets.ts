import {
  AssetCoding,
  encodeAsset,
  encodeAssetPart,
  HASH_PREFIX_BYTES,
  MAX_ASSET_BYTES,
  MAX_ASSETS,
  NO_HASH,
  toHex,
} from '../protocol/asset.ts';
import { PACKED_PART_BYTES } from '../protocol/limits.ts';
import type { Deflater } from './deflate.ts';

/** A shorter text stays in its batch: a hash and a frame of its own would take as much. In UTF-16 units. */
const LEAST_UNITS = 2_048;
/** For so long the first assets wait to hear what the viewer has, in ms: its word is one round trip behind the first frame. */
const KNOWN_WITHIN_MILLIS = 250;

interface Packed {
  readonly hash: Uint8Array;
  readonly coding: AssetCoding;
  readonly content: Uint8Array;
}

/** What is left to send of an asset. */
interface Sending {
  readonly number: number;
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Large texts of style sheets: they travel apart from the page's batches, deflated by the browser itself, and not at all where the viewer has them from another page or
 * session. A batch names them by number.
 */
export class Assets {
  private readonly window: Window & typeof globalThis;
  private readonly deflater: Deflater;
  private readonly ready: () => void;
  private readonly isOffered: boolean;
  private numbers = new Map<string, number>();
  private packed = new Map<string, Promise<Packed>>();
  private lastNumber = 0;
  private packing = 0;
  private queue: Sending[] = [];
  private others: (Sending & { readonly maySend: () => boolean })[] = [];
  private line = 0;
  private known: ReadonlySet<string> = new Set();
  private tellKnown: () => void = () => undefined;
  private whenKnown: Promise<void> | undefined;
  /** Only while a keyframe is read: a sheet that changes later changes with its batch, and not when its text has come. */
  private isTaking = false;

  /** @param ready something may be sent that could not before */
  constructor(window: Window & typeof globalThis, deflater: Deflater, ready: () => void) {
    this.window = window;
    this.deflater = deflater;
    this.ready = ready;
    // Not in browsers from before 2023.
    this.isOffered = 'CompressionStream' in window;
  }

  /** What a batch says for a text: itself, or the number of an asset. */
  refer(text: string): string | number {
    const number = this.numbers.get(text);
    if (number !== undefined) return number;
    if (
      !this.isOffered ||
      !this.isTaking ||
      text.length < LEAST_UNITS ||
      3 * text.length > MAX_ASSET_BYTES ||
      this.numbers.size >= MAX_ASSETS
    )
      return text;
    this.numbers.set(text, ++this.lastNumber);
    void this.pack(text, this.lastNumber);
    return this.lastNumber;
  }

  /** Whether something is still to be sent. */
  get isBusy(): boolean {
    return this.packing > 0 || this.queue.length > 0;
  }

  /** Pictures and resources go when no sheet waits. */
  add(bytes: Uint8Array, maySend: () => boolean): void {
    this.others.push({ number: ++this.lastNumber, bytes, at: 0, maySend });
    this.ready();
  }

  /** Whether one of those is still to be sent. */
  get hasOthers(): boolean {
    return this.others.length > 0;
  }

  /** Whether the viewer said that it has the content of a hash. */
  knows(hash: Uint8Array): boolean {
    return this.known.has(toHex(hash.subarray(0, HASH_PREFIX_BYTES)));
  }

  /** The next frame's payload. */
  next(): Uint8Array | undefined {
    // One that was begun goes on: what it shows was not secret then.
    this.others = this.others.filter(({ at, maySend }) => at > 0 || maySend());
    const queue = this.queue.length > 0 ? this.queue : this.others;
    const [first] = queue;
    if (first === undefined) return undefined;
    const bytes = first.bytes.subarray(first.at, first.at + PACKED_PART_BYTES);
    first.at += bytes.length;
    const isLast = first.at >= first.bytes.length;
    if (isLast) queue.shift();
    return encodeAssetPart({ number: first.number, isLast, bytes });
  }

  /** The viewer said what it has, by the begins of hashes; undefined: it has not what it said. */
  viewerHas(prefixes: ReadonlySet<string> | undefined): void {
    this.known = prefixes ?? new Set();
    this.whenKnown ??= Promise.resolve();
    this.tellKnown();
  }

  /** A keyframe begins: whatever it names is sent again. */
  restart(): void {
    const before = this.packed;
    this.packed = new Map([...before].filter(([text]) => this.numbers.has(text)));
    this.numbers = new Map();
    this.queue = [];
    this.others = [];
    this.packing = 0;
    this.line++;
    this.isTaking = true;
  }

  /** The keyframe was read. */
  close(): void {
    this.isTaking = false;
  }

  stop(): void {
    this.restart();
    this.packed.clear();
  }

  private async pack(text: string, number: number): Promise<void> {
    const { line } = this;
    this.packing++;
    this.whenKnown ??= this.awaitKnown();
    let packed = this.packed.get(text);
    if (packed === undefined) this.packed.set(text, (packed = this.read(new TextEncoder().encode(text))));
    const { hash, coding, content } = await packed;
    await this.whenKnown;
    if (line !== this.line) return;
    this.packing--;
    const bytes = this.knows(hash) ? encodeAsset(hash, AssetCoding.KNOWN, new Uint8Array()) : encodeAsset(hash, coding, content);
    this.queue.push({ number, bytes, at: 0 });
    this.ready();
  }

  private awaitKnown(): Promise<void> {
    return new Promise((resume) => {
      this.tellKnown = resume;
      this.window.setTimeout(resume, KNOWN_WITHIN_MILLIS);
    });
  }

  private async read(text: Uint8Array<ArrayBuffer>): Promise<Packed> {
    const { subtle } = this.window.crypto as Partial<Crypto>;
    // In a page without TLS there is none to be had.
    const hash = await subtle?.digest('SHA-256', text).catch(() => undefined);
    const deflated = await this.deflater.deflate(text);
    return {
      hash: hash === undefined ? NO_HASH : new Uint8Array(hash),
      coding: deflated === undefined ? AssetCoding.PLAIN : AssetCoding.DEFLATED,
      content: deflated ?? text,
    };
  }
}
