import { beforeEach, describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import type { SessionInfo } from '../../src/protocol/control.ts';
import { HEARTBEAT_MILLIS, WELCOME } from './fake-carrier.ts';
import {
  at,
  channel,
  clock,
  kinds,
  last,
  log,
  network,
  openOn,
  opened,
  outstanding,
  reset,
  rides,
  start,
  untilSuspect,
} from './path-lab.ts';

beforeEach(reset);

describe('silence', () => {
  it('should be found within 1 s of traffic that nothing answers, and raced at once by both kinds, the other first', () => {
    start();
    untilSuspect();
    clock.advance(0);
    expect(kinds()).toEqual(['websocket', 'long-poll', 'websocket']);
    expect(channel.state).toBe('open');
  });

  it('should be raced by long-polls, twice as fast at first, and by a WebSocket as well every fourth time', () => {
    start();
    untilSuspect();
    const round = ['long-poll', 'long-poll', 'long-poll', 'long-poll', 'websocket'];
    clock.advance(700);
    expect(kinds().slice(1)).toEqual(['long-poll', 'websocket', 'long-poll', 'long-poll', 'long-poll', 'long-poll', 'websocket']);
    clock.advance(1_000);
    expect(kinds().slice(8)).toEqual(round);
    clock.advance(1_200);
    expect(kinds().slice(13)).toEqual(round);
  });

  it('should be over when the old carrier speaks first: it stays, and nothing is lost', () => {
    start();
    const carrier = untilSuspect();
    clock.advance(500);
    carrier.receive(FrameType.CURSOR);
    expect(log.slice(-2)).toEqual(['silent', 'heard again']);
    expect(outstanding()).toEqual([carrier]);
    channel.send(FrameType.CURSOR);
    expect(carrier.types.at(-1)).toBe(FrameType.CURSOR);
  });

  it('should keep an attempt that has said HELLO though the old carrier speaks: the place may be there already', () => {
    start();
    const carrier = untilSuspect();
    clock.advance(0);
    at(1).open();
    carrier.receive(FrameType.CURSOR);
    expect(outstanding()).toEqual([carrier, at(1)]);
    at(1).welcome();
    expect(outstanding()).toEqual([at(1)]);
  });

  it('should be found of a relay that speaks and does not hear', () => {
    start();
    openOn(at(0));
    for (let i = 0; i < 14; i++) {
      channel.send(FrameType.CURSOR);
      clock.advance(300);
      at(0).receive(FrameType.CURSOR);
    }
    expect(log.at(-1)).toBe('silent');
    expect(kinds()[1]).toBe('long-poll');
    openOn(at(1));
    expect(log.slice(-2)).toEqual(['heard again', 'open']);
  });

  it('should leave nothing open when the relay ends the session on another carrier', () => {
    start();
    const carrier = untilSuspect();
    clock.advance(0);
    at(1).open();
    at(1).lose(4410, 'ended');
    expect(log.at(-1)).toBe('closed 4410');
    expect(carrier.isClosed).toBe(true);
    expect(outstanding()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('should end with the first new carrier that is welcomed', () => {
    start();
    const carrier = untilSuspect();
    clock.advance(0);
    openOn(at(1));
    expect(log.slice(-3)).toEqual(['silent', 'heard again', 'open']);
    expect(carrier.isClosed).toBe(true);
  });

  it('should lose the carrier after two heartbeats', () => {
    start();
    untilSuspect();
    clock.advance(2 * HEARTBEAT_MILLIS);
    expect(log.slice(-2)).toEqual(['heard again', 'waiting-to-retry 4101']);
  });

  it('should be looked for when the network says that it is back', () => {
    start();
    openOn(at(0));
    network.dispatchEvent(new Event('online'));
    expect(at(0).types.at(-1)).toBe(FrameType.PING);
  });
});

describe('the latest pointer frames', () => {
  const pointerTypes = (index: number): number[] => at(index).types.filter((type) => type >>> 6 === 3);

  it('should be sent again when a carrier took them down, each kind once and as it was', () => {
    start();
    openOn(at(0));
    for (const type of [FrameType.CURSOR, FrameType.TYPING, FrameType.CURSOR]) channel.send(type);
    at(0).lose();
    clock.advance(125);
    openOn(at(1));
    expect(at(1).sent.slice(1)).toEqual(at(0).sent.slice(2));
  });

  it('should be those of the time without a carrier, too', () => {
    start();
    openOn(at(0));
    at(0).lose();
    channel.send(FrameType.CURSOR);
    expect(channel.send(FrameType.PAGE_ACK)).toBe(-1);
    clock.advance(125);
    openOn(at(1));
    expect(pointerTypes(1)).toEqual([FrameType.CURSOR]);
  });

  it('should not mark a click of 2 s ago', () => {
    start();
    openOn(at(0));
    channel.send(FrameType.CLICK_MARK);
    at(0).lose();
    clock.advance(125);
    openOn(at(1));
    expect(pointerTypes(1)).toEqual([FrameType.CLICK_MARK]);
    at(1).lose();
    clock.advance(1_875);
    openOn(last());
    expect(pointerTypes(opened.indexOf(last()))).toEqual([]);
  });

  it('should be sent again when somebody else may have changed carriers, though this one did not', () => {
    start();
    openOn(at(0));
    channel.send(FrameType.CURSOR);
    at(0).receive(FrameType.SESSION, WELCOME.session);
    const [first, again] = at(0).sent.slice(1);
    expect(again).toEqual(first);
  });

  it('should wait while the consumer pauses: the relay would refuse them', () => {
    const paused: SessionInfo = { ...WELCOME.session, state: 'paused' };
    start();
    openOn(at(0));
    channel.send(FrameType.CURSOR);
    at(0).receive(FrameType.SESSION, paused);
    expect(pointerTypes(0)).toHaveLength(1);
    at(0).lose();
    clock.advance(125);
    at(1).open();
    at(1).receive(FrameType.WELCOME, { ...WELCOME, session: paused });
    expect(pointerTypes(1)).toEqual([]);
    at(1).receive(FrameType.SESSION, WELCOME.session);
    expect(pointerTypes(1)).toEqual([FrameType.CURSOR]);
  });
});

describe('moving up', () => {
  const ups = (): number[] => {
    const times: number[] = [];
    for (let second = 1; second <= 200; second++) {
      const before = opened.length;
      clock.advance(1_000);
      at(0).pong();
      if (opened.length > before) times.push(second);
    }
    return times;
  };

  it('should be tried 1 s after opening on a long-poll, then after 2, 4, ... 60 s', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    expect(ups()).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);
    expect(new Set(kinds().slice(1))).toEqual(new Set(['websocket']));
    expect(channel.state).toBe('open');
  });

  it('should be made when WELCOME comes on the WebSocket, and not before', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    at(1).open();
    channel.send(FrameType.CURSOR);
    expect(at(0).types.at(-1)).toBe(FrameType.CURSOR);
    at(1).welcome();
    expect(rides).toEqual(['long-poll', 'websocket']);
    expect(at(0).closedWith).toBeUndefined();
    expect(at(0).isClosed).toBe(true);
    channel.send(FrameType.CURSOR);
    expect(at(1).types.at(-1)).toBe(FrameType.CURSOR);
  });

  it('should be tried more rarely where the WebSocket dies early, and soon again after a good one', () => {
    start({ first: 'long-poll' });
    openOn(at(0));
    clock.advance(1_000);
    openOn(at(1));
    at(1).lose();
    clock.advance(125);
    at(2).lose();
    clock.advance(0);
    openOn(at(3));
    expect(at(3).kind).toBe('long-poll');
    clock.advance(1_000);
    at(3).pong();
    clock.advance(999);
    expect(opened).toHaveLength(4);
    clock.advance(1);
    openOn(at(4));
    for (let i = 0; i < 60; i++) {
      clock.advance(500);
      at(4).pong();
    }
    at(4).lose();
    clock.advance(125);
    at(5).lose();
    clock.advance(0);
    openOn(at(6));
    clock.advance(1_000);
    expect(opened).toHaveLength(8);
  });
});

describe('closing', () => {
  it('should close what it rides on with the code, drop the rest and leave no timer behind', () => {
    start();
    const carrier = untilSuspect();
    clock.advance(500);
    channel.close();
    expect(carrier.closedWith).toBe(1000);
    expect(outstanding()).toEqual([]);
    expect(clock.pending).toBe(0);
    network.dispatchEvent(new Event('online'));
    expect(clock.pending).toBe(0);
  });
});
