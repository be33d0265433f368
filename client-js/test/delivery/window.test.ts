import { describe, expect, it } from 'vitest';
import { createSendWindow, type SendWindow } from '../../src/delivery/window.ts';
import { fakeClock } from '../connection/fake-socket.ts';

/** A link of this rate and delay, whose sender always has something to send in frames of 3 KB. @returns the longest queue in the last half, in ms */
function run(window: SendWindow, clock: ReturnType<typeof fakeClock>, { kbps = 0, roundTripMillis = 0, seconds = 0 }): number {
  const frame = 3_000;
  const travelling: { bytes: number; sentAt: number; ackAt: number }[] = [];
  const endAt = clock.now() + seconds * 1_000;
  let freeAt = clock.now();
  let longest = 0;
  while (clock.now() < endAt) {
    while (travelling.reduce((sum, { bytes }) => sum + bytes, 0) < window.bytes) {
      const startAt = Math.max(freeAt, clock.now());
      if (clock.now() > endAt - seconds * 500) longest = Math.max(longest, startAt - clock.now());
      freeAt = startAt + (frame * 8) / kbps;
      travelling.push({ bytes: frame, sentAt: clock.now(), ackAt: freeAt + roundTripMillis });
    }
    const next = travelling.shift()!;
    clock.advance(Math.max(0, next.ackAt - clock.now()));
    window.acknowledged(next.bytes, clock.now() - next.sentAt, true);
  }
  return longest;
}

describe('the window of bytes on their way', () => {
  it.each([
    { kbps: 750, roundTripMillis: 40, atLeast: 6_144, atMost: 12_000 },
    { kbps: 1_500, roundTripMillis: 80, atLeast: 18_000, atMost: 50_000 },
    { kbps: 20_000, roundTripMillis: 60, atLeast: 150_000, atMost: 262_144 },
    { kbps: 100_000, roundTripMillis: 20, atLeast: 250_000, atMost: 262_144 },
  ])('should fill $kbps kbit/s and keep its queue short', ({ atLeast, atMost, ...link }) => {
    const clock = fakeClock();
    const window = createSendWindow(clock);
    const queueMillis = run(window, clock, { ...link, seconds: 20 });
    expect(window.bytes).toBeGreaterThanOrEqual(atLeast);
    expect(window.bytes).toBeLessThanOrEqual(atMost);
    expect(queueMillis).toBeLessThan(100);
  });

  it('should shrink within two seconds when the link becomes slow', () => {
    const clock = fakeClock();
    const window = createSendWindow(clock);
    run(window, clock, { kbps: 20_000, roundTripMillis: 40, seconds: 5 });
    expect(window.bytes).toBeGreaterThan(100_000);
    run(window, clock, { kbps: 750, roundTripMillis: 40, seconds: 5 });
    expect(window.bytes).toBeLessThan(20_000);
  });

  it('should not grow while nobody fills it', () => {
    const window = createSendWindow(fakeClock());
    const before = window.bytes;
    window.acknowledged(10_000, 20, false);
    expect(window.bytes).toBe(before);
  });

  it('should take a delay that stays for half a minute for the path’s own', () => {
    const clock = fakeClock();
    const window = createSendWindow(clock);
    window.acknowledged(1_000, 20, true);
    for (let i = 0; i < 80; i++) {
      clock.advance(500);
      window.acknowledged(1_000, 300, true);
    }
    const shrunk = window.bytes;
    window.acknowledged(10_000, 300, true);
    expect(window.bytes).toBeGreaterThan(shrunk);
  });
});
