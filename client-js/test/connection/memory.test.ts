import { afterEach, describe, expect, it, vi } from 'vitest';
import { isKept, keep, type Memory } from '../../src/connection/memory.ts';

const SESSION = '0123456789abcdefghjkmnpqrs';
const memory = (answered: number): Memory => ({ session: SESSION, resume: 'secret', answered: [[2, answered, ['']]] });

/** A storage with room for so many characters. */
function storage(room: number): Pick<Storage, 'getItem' | 'setItem'> {
  let stored: string | null = null;
  return {
    getItem: () => stored,
    setItem(_, text) {
      if (text.length > room) throw new Error('QuotaExceededError');
      stored = text;
    },
  };
}

describe('what a tab keeps', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('should be known to be kept, or to be older than it should', () => {
    const room = JSON.stringify(memory(9)).length;
    vi.stubGlobal('sessionStorage', storage(room));
    keep(memory(9));
    expect(isKept(memory(9))).toBe(true);
    keep(memory(10));
    expect(isKept(memory(10))).toBe(false);
  });

  it.each([
    ['there was never room', () => storage(10)],
    [
      'the page may not have a storage',
      () => {
        throw new Error('SecurityError');
      },
    ],
  ])('should leave the next page nothing to take up where %s', (_, make) => {
    vi.stubGlobal('sessionStorage', undefined);
    Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, get: make });
    keep(memory(1));
    expect(isKept(memory(1))).toBe(true);
  });
});
