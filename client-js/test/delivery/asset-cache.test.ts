import { describe, expect, it } from 'vitest';
import { createAssetCache, createResourceCache } from '../../src/delivery/asset-cache.ts';
import { MAX_KNOWN_ASSETS } from '../../src/protocol/asset.ts';

const hash = (number: number): string => number.toString(16).padStart(64, '0');

describe('what a desk keeps by its hash', () => {
  it('should be what was used last, as far as it fits', () => {
    const cache = createResourceCache();
    const third = new Uint8Array(11_184_810);
    for (const number of [1, 2, 3]) cache.put(hash(number), third);
    cache.get(hash(1));
    cache.put(hash(4), third);
    expect([1, 2, 3, 4].filter((number) => cache.get(hash(number)) !== undefined)).toEqual([1, 3, 4]);
  });

  it('should be counted once where it comes again', () => {
    const cache = createAssetCache();
    for (let again = 0; again < 40; again++) cache.put(hash(1), 'x'.repeat(1_000_000));
    cache.put(hash(2), 'x'.repeat(1_000_000));
    expect(cache.get(hash(1))).toHaveLength(1_000_000);
  });

  it('should leave the other half of what is told to the other cache', () => {
    const cache = createAssetCache();
    for (let number = 0; number < MAX_KNOWN_ASSETS; number++) cache.put(`${number.toString(16).padStart(16, '0')}${'f'.repeat(48)}`, 'x');
    const told = cache.prefixes();
    expect(told).toHaveLength(MAX_KNOWN_ASSETS / 2);
    expect(told.at(-1)).toBe((MAX_KNOWN_ASSETS - 1).toString(16).padStart(16, '0'));
  });
});
