import { beforeEach, describe, expect, it } from 'vitest';
import { retryMillis } from '../../src/connection/back-off.ts';
import { type Channel, type ChannelChange, openChannel } from '../../src/connection/channel.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { decodeControl, type Hello } from '../../src/protocol/control.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { fakeClock, FakeSocket } from './fake-socket.ts';

let clock: ReturnType<typeof fakeClock>;
let channel: Channel;
let changes: ChannelChange[];
let frames: Frame[];

const hello = (): Hello => ({
  protocol: [1, 1],
  role: 'consumer',
  client: 'test',
  lz4: true,
  brand: 'demo',
  continues: channel.epoch !== 0,
});
const socket = (): FakeSocket => FakeSocket.opened.at(-1)!;

beforeEach(() => {
  FakeSocket.opened = [];
  clock = fakeClock();
  changes = [];
  frames = [];
  channel = openChannel({ url: 'ws://relay/x', hello, WebSocket: FakeSocket as unknown as typeof WebSocket, clock, random: () => 0.5 });
  channel.onState((change) => changes.push(change));
  channel.onFrame((frame) => frames.push(frame));
  clock.advance(0);
});

function open(epoch = 1): void {
  socket().onopen?.();
  socket().welcome(epoch);
}

describe('channel', () => {
  it('should say HELLO first and be open only after WELCOME', () => {
    expect(socket().protocol).toBe('tandem.v1');
    socket().onopen?.();
    expect(socket().sent.map(({ type }) => type)).toEqual([FrameType.HELLO]);
    expect(channel.send(FrameType.CURSOR)).toBe(-1);
    socket().welcome(7);
    expect(changes.map(({ state }) => state)).toEqual(['opening', 'open']);
    expect(channel.epoch).toBe(7);
    expect(frames.map(({ type }) => type)).toEqual([FrameType.WELCOME]);
  });

  it('should count sequences per lane, and the page lane from 1 again in a new epoch', () => {
    open(1);
    const types = [FrameType.KEYFRAME, FrameType.MUTATIONS, FrameType.CURSOR, FrameType.VERDICT, FrameType.CURSOR, FrameType.PAUSE];
    expect(types.map((type) => channel.send(type))).toEqual([1, 2, 1, 1, 2, 0]);
    channel.setEpoch(2);
    expect([channel.send(FrameType.KEYFRAME), channel.send(FrameType.CURSOR)]).toEqual([1, 3]);
    expect(socket().sent.at(-1)).toMatchObject({ epoch: 2, sequence: 3, sender: 0 });
  });

  it('should go on counting when only the carrier is new', () => {
    open(3);
    channel.send(FrameType.KEYFRAME);
    socket().break(1006);
    clock.advance(5_000);
    open(3);
    expect(decodeControl<Hello>(socket().sent[0]!.payload).continues).toBe(true);
    expect(channel.send(FrameType.MUTATIONS)).toBe(2);
  });

  it('should answer PING by its echo and keep both from listeners', () => {
    open();
    socket().receive(FrameType.PING, new Uint8Array([4, 2]), 9);
    expect(socket().sent.at(-1)).toMatchObject({ type: FrameType.PONG, sequence: 9, payload: new Uint8Array([4, 2]) });
    socket().receive(FrameType.PONG);
    expect(frames).toHaveLength(1);
  });

  it.each([1001, 1006, 1011, 4001, 4101])('should retry after %i', (code) => {
    open();
    socket().break(code);
    expect(changes.at(-1)).toMatchObject({ state: 'waiting-to-retry', code, retryMillis: 375 });
    clock.advance(375);
    expect(FakeSocket.opened).toHaveLength(2);
  });

  it.each([1002, 1003, 1009, 4400, 4401, 4403, 4404, 4406, 4408, 4409, 4410, 4415, 4422])('should stop after %i', (code) => {
    open();
    socket().break(code, 'why');
    expect(changes.at(-1)).toEqual({ state: 'closed', code, reason: 'why' });
    clock.advance(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('should wait longer with each failure and start small again once it was open', () => {
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      socket().break(1006);
      const change = changes.at(-1)!;
      waits.push('retryMillis' in change ? change.retryMillis : 0);
      clock.advance(10_000);
    }
    expect(waits).toEqual([375, 750, 1_500, 3_000, 3_750, 3_750]);
    open();
    socket().break(1006);
    expect(changes.at(-1)).toMatchObject({ retryMillis: 375 });
  });

  it('should give up a carrier that stays silent, though no close event ever comes', () => {
    open();
    clock.advance(20_000);
    expect(socket().sent.at(-1)?.type).toBe(FrameType.PING);
    clock.advance(20_000);
    expect(socket().closedWith).toBe(CloseCode.HEARTBEAT_MISSED);
    expect(changes.at(-1)).toMatchObject({ state: 'waiting-to-retry', code: CloseCode.HEARTBEAT_MISSED });
  });

  it('should try again when WELCOME does not come', () => {
    socket().onopen?.();
    clock.advance(10_000);
    expect(changes.at(-1)).toMatchObject({ state: 'waiting-to-retry' });
  });

  it.each([
    ['text', 'hello', CloseCode.MALFORMED],
    ['a short frame', new ArrayBuffer(9), CloseCode.MALFORMED],
    ['an unknown type', new Uint8Array([0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0]).buffer, CloseCode.UNKNOWN_TYPE],
    ['a WELCOME that is no JSON', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7b]).buffer, CloseCode.MALFORMED],
  ])('should close for good on %s', (_, data, code) => {
    socket().onopen?.();
    socket().onmessage?.({ data });
    expect(socket().closedWith).toBe(code);
    expect(changes.at(-1)).toMatchObject({ state: 'closed', code });
  });

  it('should leave no timer behind when closed', () => {
    open();
    channel.close();
    expect(socket().closedWith).toBe(1000);
    expect(clock.pending).toBe(0);
    expect(channel.send(FrameType.CURSOR)).toBe(-1);
  });
});

describe('back-off', () => {
  it('should stay between half and whole of the exponential wait, and at 5 s or more when overloaded', () => {
    expect([retryMillis(0, 1006, 0), retryMillis(0, 1006, 1)]).toEqual([250, 500]);
    expect([retryMillis(20, 1006, 0), retryMillis(20, 1006, 1)]).toEqual([2_500, 5_000]);
    expect(retryMillis(0, CloseCode.OVERLOADED, 0)).toBe(5_000);
  });
});
