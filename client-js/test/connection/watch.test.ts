import { beforeEach, describe, expect, it } from 'vitest';
import { createWatch, type Watch } from '../../src/connection/watch.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { HEARTBEAT_MILLIS } from './fake-carrier.ts';
import { type FakeClock, fakeClock } from './fake-socket.ts';

let clock: FakeClock;
let watch: Watch;
let log: string[];
let echo: Uint8Array<ArrayBuffer>;

beforeEach(() => {
  clock = fakeClock();
  log = [];
  watch = createWatch(clock, HEARTBEAT_MILLIS, 20, {
    ping(payload) {
      echo = payload.slice();
      log.push(`ping ${clock.now()}`);
    },
    suspected: () => log.push(`suspected ${clock.now()}`),
    trusted: () => log.push(`trusted ${clock.now()}`),
  });
});

const frame = (type: FrameType, payload = new Uint8Array()): Frame => ({ type, flags: 0, sender: 0, epoch: 0, sequence: 0, payload });
const pong = (): void => watch.heard(frame(FrameType.PONG, echo));
const traffic = (): void => watch.heard(frame(FrameType.CURSOR));

/** Answers each PING after a round trip. */
function answer(millis: number, roundTripMillis = 20): void {
  const end = clock.now() + millis;
  let answered = log.length;
  while (clock.now() < end) {
    clock.advance(1);
    if (log.length === answered) continue;
    answered = log.length;
    clock.advance(roundTripMillis);
    pong();
    answered = log.length;
  }
}

describe('a watch', () => {
  it('should ask 400 ms after something went out that nothing answers, and suspect 600 ms later', () => {
    watch.sent();
    clock.advance(1_000);
    expect(log).toEqual(['ping 400', 'suspected 1000']);
  });

  it('should count from the first thing that nothing answers', () => {
    clock.advance(100);
    watch.sent();
    clock.advance(300);
    watch.sent();
    clock.advance(100);
    expect(log).toEqual(['ping 500']);
  });

  /** Something goes and something comes, every 300 ms. */
  function talk(millis: number, between?: () => void): void {
    const end = clock.now() + millis;
    while (clock.now() < end) {
      watch.sent();
      clock.advance(300);
      traffic();
      between?.();
    }
  }

  it('should not ask for less than 2 s while something comes, and only for what has gone', () => {
    talk(1_800);
    expect(log).toEqual([]);
    clock.advance(200);
    expect(log).toEqual(['ping 2000']);
    pong();
    for (let i = 0; i < 20; i++) {
      clock.advance(300);
      traffic();
    }
    expect(log).toEqual(['ping 2000']);
  });

  it('should suspect a relay that speaks and does not hear, until it answers', () => {
    talk(5_000);
    expect(log).toEqual(['ping 2000', 'suspected 4000']);
    pong();
    expect(log.at(-1)).toBe(`trusted ${clock.now()}`);
  });

  it('should trust a relay that speaks and answers after 1.9 s', () => {
    let answered = 0;
    talk(20_000, () => {
      const asked = log.filter((line) => line.startsWith('ping')).length;
      if (asked > answered && clock.now() - new DataView(echo.buffer).getFloat64(0) >= 1_500) {
        answered = asked;
        pong();
      }
    });
    expect(log.filter((line) => !line.startsWith('ping'))).toEqual([]);
    expect(answered).toBeGreaterThan(3);
  });

  it('should take any byte for an answer', () => {
    watch.sent();
    clock.advance(900);
    watch.heard();
    clock.advance(500);
    expect(log).toEqual(['ping 400']);
  });

  it('should ask 1 s after traffic stopped, then after 2, 4, 8 ... 20 s, and again after 1 s once there was traffic', () => {
    answer(60_000, 0);
    const times = log.map((line) => Number(line.split(' ')[1]));
    expect(times.map((time, i) => time - (times[i - 1] ?? 0))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000]);
    traffic();
    clock.advance(1_000);
    expect(log).toHaveLength(7);
  });

  it("should take the relay's PING for a sign of life and not for traffic", () => {
    answer(10_000, 0);
    const asked = log.length;
    watch.heard(frame(FrameType.PING));
    clock.advance(7_999);
    expect(log).toHaveLength(asked);
    clock.advance(1);
    expect(log).toHaveLength(asked + 1);
  });

  it('should give a slow path three round trips, and forget what one blackout made of it', () => {
    const slow = createWatch(clock, HEARTBEAT_MILLIS, 900, {
      ping: () => undefined,
      suspected: () => log.push('slow'),
      trusted: () => undefined,
    });
    slow.sent();
    clock.advance(3_099);
    expect(log.filter((line) => line === 'slow')).toEqual([]);
    clock.advance(1);
    expect(log.filter((line) => line === 'slow')).toEqual(['slow']);

    watch.stop();
    log = [];
    for (const roundTripMillis of [20, 20, 500, 20]) {
      watch.ask();
      clock.advance(roundTripMillis);
      pong();
    }
    watch.sent();
    clock.advance(1_000);
    expect(log.at(-1)).toBe(`suspected ${clock.now()}`);
  });

  it('should trust again at the first byte, and look again from then on', () => {
    watch.sent();
    clock.advance(1_500);
    traffic();
    watch.heard(frame(FrameType.PONG));
    watch.sent();
    clock.advance(1_000);
    expect(log).toEqual(['ping 400', 'suspected 1000', 'trusted 1500', 'ping 1900', 'suspected 2500']);
  });

  it('should ask again, not conclude, when its timer comes late', () => {
    watch.sent();
    clock.advance(400);
    clock.sleep(300_000);
    expect(log).toEqual(['ping 400', 'ping 300400']);
    pong();
    clock.advance(500);
    expect(log).toHaveLength(2);
  });

  it('should find silence though every timer comes late, as in a tab that is hidden', () => {
    watch.sent();
    for (let i = 0; i < 6; i++) clock.sleep(1_000);
    expect(log).toEqual(['ping 1000', 'ping 2000', 'ping 3000', 'suspected 4000']);
  });

  it('should ask once and no more while nothing comes', () => {
    watch.sent();
    clock.advance(120_000);
    expect(log).toEqual(['ping 400', 'suspected 1000']);
    expect(clock.pending).toBe(0);
  });

  it('should leave no timer behind', () => {
    watch.sent();
    watch.stop();
    expect(clock.pending).toBe(0);
  });
});
