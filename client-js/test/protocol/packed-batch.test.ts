import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter, MalformedBytes } from '../../src/protocol/bytes.ts';
import { inflate } from '../../src/protocol/inflate.ts';
import { MAX_BATCH_BYTES } from '../../src/protocol/limits.ts';
import { unpackBatch } from '../../src/protocol/packed-batch.ts';

const WORDS = new TextEncoder().encode('what comes in order has to stay in order, '.repeat(2_000));

const deflated = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateRawSync(bytes));

function packed(bytes: number, stream: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  out.varint(0);
  out.varint(bytes);
  out.raw(stream);
  return out.toBytes();
}

describe('a packed batch', () => {
  it('should hold what was packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100_000, size: 'max' }), (batch) => {
        expect(Buffer.from(unpackBatch(packed(batch.length, deflated(batch)))).equals(batch)).toBe(true);
      }),
      { numRuns: 50 },
    );
    expect(Buffer.from(unpackBatch(packed(WORDS.length, deflated(WORDS)))).equals(WORDS)).toBe(true);
  });

  it('should let one that is not packed pass as it is', () => {
    expect(unpackBatch(WORDS)).toBe(WORDS);
  });

  it.each([
    ['nothing behind its mark', new Uint8Array([0]), 'ended after 0 bytes'],
    ['no bytes', packed(0, new Uint8Array()), 'a batch that declares 0 bytes'],
    ['more than a batch may hold', packed(MAX_BATCH_BYTES + 1, deflated(WORDS)), 'declares 67108865 bytes; 1 to 67108864'],
    ['more than it has', packed(WORDS.length + 1, deflated(WORDS)), `a batch of ${WORDS.length} bytes that declares ${WORDS.length + 1}`],
    ['less than it has', packed(WORDS.length - 1, deflated(WORDS)), `a stream of more than ${WORDS.length - 1} bytes`],
    ['a stream that is cut off', packed(WORDS.length, deflated(WORDS).subarray(0, 100)), 'cannot be inflated'],
    ['no stream', packed(WORDS.length, new Uint8Array()), 'a batch of 0 bytes'],
    ['no such stream', packed(4, new Uint8Array([7, 7, 7])), 'cannot be inflated'],
  ])('should be refused that declares or holds %s', (_what, batch, message) => {
    expect(() => unpackBatch(batch)).toThrow(MalformedBytes);
    expect(() => unpackBatch(batch)).toThrow(message);
  });

  it('should be expanded no further than it declares, whatever is in it', () => {
    const bomb = deflated(new Uint8Array(256 << 20));
    const { arrayBuffers } = process.memoryUsage();
    expect(() => unpackBatch(packed(1_000, bomb))).toThrow('a stream of more than 1000 bytes');
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(64 << 20);
  });

  it('should fail in no other way than as malformed, whatever comes', () => {
    const stream = deflated(WORDS);
    fc.assert(
      fc.property(fc.nat(stream.length - 1), fc.nat(255), fc.nat(WORDS.length * 2), (at, byte, most) => {
        const broken = Uint8Array.from(stream);
        broken[at] = byte;
        try {
          expect(inflate(broken, most).length).toBeLessThanOrEqual(most);
        } catch (fault) {
          expect(fault).toBeInstanceOf(MalformedBytes);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
