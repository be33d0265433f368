import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/protocol/bytes.ts';
import { FrameViolation } from '../../src/protocol/frame.ts';
import { compressBound, Lz4Decoder, Lz4Encoder } from '../../src/protocol/lz4.ts';

function payload(expandedBytes: number, block: Uint8Array): Uint8Array {
  const out = new ByteWriter(block.length + 5);
  out.varint(expandedBytes);
  out.raw(block);
  return out.toBytes();
}

/** Text-like bytes: runs, repeats from near and far, and noise. */
const pageLike = fc
  .array(fc.oneof(fc.constantFrom('<div class="item">', '</div>', 'tandem ', 'a'), fc.string({ maxLength: 40 })), { maxLength: 400 })
  .map((parts) => new TextEncoder().encode(parts.join('')));

describe('LZ4 blocks', () => {
  it('should expand to what was compressed, alone and linked', () => {
    fc.assert(
      fc.property(fc.array(pageLike, { minLength: 1, maxLength: 6 }), (blocks) => {
        const encoder = new Lz4Encoder();
        const decoder = new Lz4Decoder();
        for (const block of blocks.filter((candidate) => candidate.length > 0)) {
          const linked = encoder.isLinked;
          const compressed = encoder.compress(block);
          expect(compressed.length).toBeLessThanOrEqual(compressBound(block.length));
          expect(Buffer.compare(decoder.expand(payload(block.length, compressed), linked), block)).toBe(0);
        }
      }),
      { numRuns: 300, seed: 20261122 },
    );
  });

  it('should carry matches over more than 64 KB of history without going wrong', () => {
    const encoder = new Lz4Encoder();
    const decoder = new Lz4Decoder();
    let state = 7;
    for (let round = 0; round < 40; round++) {
      const block = new Uint8Array(9_000);
      for (let i = 0; i < block.length; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        block[i] = i % 97 < 60 ? i % 61 : state >>> 28;
      }
      const linked = encoder.isLinked;
      const compressed = encoder.compress(block);
      expect(Buffer.compare(decoder.expand(payload(block.length, compressed), linked), block)).toBe(0);
    }
  });

  it('should go on after blocks that were dropped because they did not shrink', () => {
    // Mulberry32: seeded, and without the patterns of simpler ones, which would shrink.
    let state = 1;
    const draw = (below: number): number => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
    };
    const encoder = new Lz4Encoder();
    const decoder = new Lz4Decoder();
    let dropped = 0;
    // With this seed, no block shrinks before the 346th.
    for (let round = 0; round < 360; round++) {
      const text = Array.from({ length: 4_000 }, () => String.fromCharCode(33 + draw(8_000))).join('');
      const block = new TextEncoder().encode(text).slice(0, 8_192);
      const linked = encoder.isLinked;
      const compressed = encoder.compressIfSmaller(block);
      if (compressed) expect(Buffer.compare(decoder.expand(payload(block.length, compressed), linked), block)).toBe(0);
      else dropped++;
    }
    expect(dropped).toBeGreaterThan(300);
  });

  it('should use the history of earlier blocks', () => {
    const text = new TextEncoder().encode(Array.from({ length: 200 }, (_, i) => `row ${i * 7919}`).join());
    const encoder = new Lz4Encoder();
    const first = encoder.compress(text).length;
    expect(encoder.compress(text).length).toBeLessThan(first / 20);
    encoder.restart();
    expect(encoder.compress(text).length).toBe(first);
  });

  it('should answer damaged blocks with 4422 or other bytes, never with another error', () => {
    const text = new TextEncoder().encode('abcabcabcabcabcabcabcabc and again abcabcabc, the end of it');
    const block = new Lz4Encoder().compress(text);
    fc.assert(
      fc.property(fc.nat(block.length - 1), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 200 }), (at, byte, declared) => {
        const damaged = block.slice();
        damaged[at] = byte;
        try {
          expect(new Lz4Decoder().expand(payload(declared, damaged), false).length).toBe(declared);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameViolation);
        }
      }),
      { numRuns: 2_000, seed: 20261122 },
    );
  });
});
