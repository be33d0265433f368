/** Bytes that do not hold what the specification says; the message names what came. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

const encoder = /* @__PURE__ */ new TextEncoder();
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A growing buffer with the protocol's number formats. The owner reuses it through {@link ByteWriter.clear}. */
export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private end = 0;

  constructor(initialBytes = 256) {
    this.bytes = new Uint8Array(initialBytes);
  }

  get length(): number {
    return this.end;
  }

  clear(): void {
    this.end = 0;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.end++] = value;
  }

  uint16(value: number): void {
    this.reserve(2);
    this.bytes[this.end++] = value >>> 8;
    this.bytes[this.end++] = value;
  }

  /** Unsigned LEB128 of a whole number below 2^32. */
  varint(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.end++] = rest;
  }

  /** A signed whole number of 32 bits. */
  zigzag(value: number): void {
    this.varint((value << 1) ^ (value >> 31));
  }

  /** A varint with the number of UTF-8 bytes, then the bytes. */
  string(value: string): void {
    const utf8 = encoder.encode(value);
    this.varint(utf8.length);
    this.raw(utf8);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Appends text in UTF-8, without a length; lone surrogates become U+FFFD. */
  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.end += encoder.encodeInto(text, this.bytes.subarray(this.end)).written;
  }

  /** A view on what was written; valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.end);
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.end);
  }

  private reserve(more: number): void {
    const needed = this.end + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }
}

/** Reads what {@link ByteWriter} wrote and trusts nothing: every read is checked against the end. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  uint8(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new MalformedBytes(`ended after ${this.at} bytes`);
    this.at++;
    return byte;
  }

  uint16(): number {
    return (this.uint8() << 8) | this.uint8();
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 5; i++) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
      scale *= 128;
    }
    throw new MalformedBytes(`number before byte ${this.at} does not fit 32 bits`);
  }

  zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  string(maxBytes: number): string {
    const length = this.varint();
    if (length > maxBytes) throw new MalformedBytes(`string of ${length} bytes; at most ${maxBytes}`);
    try {
      return strictDecoder.decode(this.take(length));
    } catch (cause) {
      if (cause instanceof MalformedBytes) throw cause;
      throw new MalformedBytes('string is not UTF-8');
    }
  }

  /** The next bytes as a view. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new MalformedBytes(`${length} bytes announced, ${this.remaining} left`);
    const view = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return view;
  }

  /** Fails when something is left over: a message holds what it says and nothing more. */
  finish(): void {
    if (this.remaining !== 0) throw new MalformedBytes(`${this.remaining} bytes too many`);
  }
}
