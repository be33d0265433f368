import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDocumentClock } from '../../src/delivery/steady-clock.ts';

describe('the clock of a document', () => {
  let page: number;
  let day: number;
  let clock: () => number;

  beforeEach(() => {
    page = 500;
    day = 1_700_000_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => page);
    vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(day));
    clock = createDocumentClock();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const pass = (millis: number): void => {
    page += millis;
    day += millis;
  };

  it('should go on while the page’s time stands still', () => {
    day += 3_600_000;
    expect(clock()).toBe(3_600_500);
    pass(100);
    expect(clock()).toBe(3_600_600);
  });

  it('should go on when the time of day was set ahead and back', () => {
    day += 3_600_000;
    clock();
    day -= 3_600_000;
    const before = clock();
    pass(7_000);
    expect(clock()).toBe(before + 7_000);
    day += 60_000;
    expect(clock()).toBe(before + 67_000);
  });

  it('should go on when the time of day was set back, and the machine slept then', () => {
    day -= 3_600_000;
    clock();
    day += 60_000;
    expect(clock()).toBe(60_500);
  });

  it('should be no faster for being read often', () => {
    for (let i = 0; i < 100_000; i++) {
      pass(0.1);
      clock();
    }
    expect(clock()).toBeCloseTo(10_500, 0);
  });
});
