import { beforeEach, describe, expect, it } from 'vitest';
import { openChannel } from '../../src/connection/channel.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { decodeControl, type Hello } from '../../src/protocol/control.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FakeCarrier, HEARTBEAT_MILLIS } from './fake-carrier.ts';
import {
  at,
  channel,
  clock,
  hello,
  kinds,
  last,
  log,
  network,
  opened,
  openOn,
  outstanding,
  path,
  reset,
  rides,
  start,
} from './path-lab.ts';

beforeEach(reset);

describe('opening', () => {
  it('should begin with a WebSocket, and give the long-poll its chance 400 ms later', () => {
    start();
    expect(kinds()).toEqual(['websocket']);
    clock.advance(399);
    expect(kinds()).toEqual(['websocket']);
    clock.advance(1);
    expect(kinds()).toEqual(['websocket', 'long-poll']);
  });

  it('should begin with what worked last', () => {
    start({ first: 'long-poll' });
    clock.advance(400);
    expect(kinds()).toEqual(['long-poll', 'websocket']);
  });

  it('should give no head start to what is refused at once', () => {
    start();
    at(0).lose();
    clock.advance(0);
    expect(kinds()).toEqual(['websocket', 'long-poll']);
  });

  it('should say HELLO on the first that opens and on no other while it is waited for', () => {
    start();
    clock.advance(400);
    at(1).open();
    at(0).open();
    clock.advance(749);
    expect(opened.filter(({ types }) => types.length > 0)).toEqual([at(1)]);
    expect(at(1).types).toEqual([FrameType.HELLO]);
    at(1).welcome();
    expect(channel.state).toBe('open');
    expect(rides).toEqual(['long-poll']);
    expect(at(0).isClosed).toBe(true);
  });

  it('should say HELLO on another, with a higher attempt, where no WELCOME comes within 750 ms', () => {
    start();
    at(0).open();
    clock.advance(400);
    at(1).open();
    clock.advance(349);
    expect(at(1).types).toEqual([]);
    clock.advance(1);
    expect(at(1).types).toEqual([FrameType.HELLO]);
    const [first, second] = [at(0), at(1)].map((carrier) => decodeControl<Hello>(carrier.sent[0]!.payload).attempt!);
    expect(second).toBeGreaterThan(first!);
    at(1).welcome();
    expect(rides).toEqual(['long-poll']);
    expect(at(0).isClosed).toBe(true);
  });

  it('should ride on an earlier one that is welcomed after all, and move when the later one is', () => {
    start();
    at(0).open();
    clock.advance(400);
    at(1).open();
    clock.advance(350);
    at(0).welcome();
    expect(at(1).isClosed).toBe(false);
    at(1).welcome();
    expect(rides).toEqual(['websocket', 'long-poll']);
    expect(log).toEqual(['open', 'open']);
    expect(at(0).isClosed).toBe(true);
  });

  it('should wait longer for the answer to HELLO where opening took long', () => {
    start();
    clock.advance(1_900);
    at(0).open();
    at(1).open();
    clock.advance(1_500);
    expect(opened.filter(({ types }) => types.includes(FrameType.HELLO))).toEqual([at(0)]);
  });

  it('should keep three attempts at most, the oldest among them', () => {
    start();
    clock.advance(400 + 3 * 300);
    expect(kinds()).toEqual(['websocket', 'long-poll', 'long-poll', 'long-poll', 'long-poll', 'websocket']);
    expect(outstanding()).toEqual([at(0), at(4), at(5)]);
  });

  it('should give an attempt up after 2 s, and the next later where that was too soon', () => {
    start();
    clock.advance(2_000);
    expect(at(0).isClosed).toBe(true);
    const next = outstanding()[0]!;
    clock.advance(2_000);
    expect(next.isClosed).toBe(false);
  });

  it('should go on at once with a carrier that the lobby has opened', () => {
    start();
    openOn(at(0));
    const taken = at(0);
    const other = openChannel({ hello, clock });
    other.exchange((events) => path()(events, taken, HEARTBEAT_MILLIS));
    clock.advance(1_000);
    expect(opened).toHaveLength(1);
    expect(taken.types.at(-1)).toBe(FrameType.PING);
  });

  it('should race a carrier that the lobby has begun, from when that was', () => {
    const taken = new FakeCarrier('websocket', { opened: () => undefined, message: () => undefined, lost: () => undefined });
    clock.advance(1_000);
    const channel = openChannel({ hello, clock });
    channel.exchange((events) => path({ startedAt: 800 })(events, taken, 0));
    clock.advance(199);
    expect(opened).toHaveLength(0);
    clock.advance(1);
    expect(kinds()).toEqual(['long-poll']);
    openOn(taken);
    expect(channel.state).toBe('open');
    expect(at(0).isClosed).toBe(true);
  });

  it('should not repeat the HELLO of a carrier that the lobby has opened, and say one elsewhere when its time is over', () => {
    const taken = new FakeCarrier('websocket', { opened: () => undefined, message: () => undefined, lost: () => undefined });
    taken.isOpen = true;
    clock.advance(1_000);
    const channel = openChannel({ hello, clock });
    channel.exchange((events) => path({ startedAt: 450 })(events, taken, 0));
    clock.advance(0);
    at(0).open();
    clock.advance(199);
    expect([taken.types, at(0).types]).toEqual([[], []]);
    clock.advance(1);
    expect([taken.types, at(0).types]).toEqual([[], [FrameType.HELLO]]);
  });
});

describe('a carrier that is lost', () => {
  it('should be replaced by its like, within 250 ms, and raced by the other', () => {
    start();
    openOn(at(0));
    at(0).lose(1006);
    expect(log.at(-1)).toBe('waiting-to-retry 1006');
    clock.advance(125);
    expect(kinds()).toEqual(['websocket', 'websocket']);
    clock.advance(400);
    expect(last().kind).toBe('long-poll');
    openOn(last());
    expect(channel.state).toBe('open');
  });

  it('should be replaced within 2 s, not 250 ms, where nobody waits', () => {
    start({ isUrgent: () => false });
    openOn(at(0));
    at(0).lose(1006);
    clock.advance(999);
    expect(opened).toHaveLength(1);
    clock.advance(1);
    expect(opened).toHaveLength(2);
  });

  it.each([4400, 4401, 4403, 4404, 4406, 4409, 4410, 4415, 4422])('should end the channel by %i', (code) => {
    start();
    openOn(at(0));
    at(0).lose(code);
    expect(log.at(-1)).toBe(`closed ${code}`);
    clock.advance(60_000);
    expect(opened).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('should end the channel by 44xx on an attempt, too, but not where the channel rides well', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    at(1).open();
    at(1).lose(4403);
    expect(channel.state).toBe('open');
    at(0).lose(1006);
    clock.advance(200);
    last().open();
    last().lose(4404);
    expect(log.at(-1)).toBe('closed 4404');
  });

  it('should leave the relay alone for 5 s or more after 4002', () => {
    start();
    openOn(at(0));
    at(0).lose(CloseCode.OVERLOADED);
    clock.advance(7_499);
    expect(opened).toHaveLength(1);
    clock.advance(1);
    expect(opened).toHaveLength(2);
  });

  it('should not be taken for the end where a later HELLO of this side replaced it', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    at(1).open();
    expect(at(1).types).toEqual([FrameType.HELLO]);
    at(0).lose(CloseCode.REPLACED);
    expect(channel.state).toBe('open');
    at(1).welcome();
    expect(log).toEqual(['open', 'open']);
    expect(opened).toHaveLength(2);
  });

  it('should be told where the later HELLO that replaced it comes to nothing', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    at(1).open();
    at(0).lose(CloseCode.REPLACED);
    at(1).lose(1006);
    expect(log).toEqual(['open', 'waiting-to-retry 1006']);
    clock.advance(400);
    openOn(last());
    expect(channel.state).toBe('open');
  });

  it('should be the end where somebody else replaced it', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    openOn(at(1));
    at(1).lose(CloseCode.REPLACED);
    expect(log.at(-1)).toBe('closed 4409');
  });

  it('should be raced every 300 ms for 60 s, then ever more rarely, up to every 5 s', () => {
    start();
    openOn(at(0));
    at(0).lose();
    clock.advance(60_000);
    const raced = opened.length;
    // 200 times, and each fourth time by both kinds.
    expect(raced).toBeGreaterThan(240);
    clock.advance(60_000);
    expect(opened.length - raced).toBeLessThan(24);
    clock.advance(10_000);
    const before = opened.length;
    clock.advance(20_000);
    expect(opened.length - before).toBe(5);
  });

  it('should be tried for at once when the network is back', () => {
    start();
    openOn(at(0));
    at(0).lose();
    clock.advance(110_100);
    const before = opened.length;
    network.dispatchEvent(new Event('online'));
    clock.advance(0);
    expect(opened).toHaveLength(before + 1);
    clock.advance(800);
    expect(opened).toHaveLength(before + 3);
  });
});
