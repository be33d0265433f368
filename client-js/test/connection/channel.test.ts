import { beforeEach, describe, expect, it } from 'vitest';
import { type Channel, type ChannelChange, openChannel } from '../../src/connection/channel.ts';
import type { Connect } from '../../src/connection/connector.ts';
import { overWebSocket } from '../../src/connection/lobby.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { decodeControl, type Hello } from '../../src/protocol/control.ts';
import { encodeFrame, type Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { type FakeClock, fakeClock, FakeSocket } from './fake-socket.ts';

let clock: FakeClock;
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
const inLobby = (): Connect => overWebSocket('ws://relay/x', clock, FakeSocket as unknown as typeof WebSocket);
const socket = (): FakeSocket => FakeSocket.opened.at(-1)!;

beforeEach(() => {
  FakeSocket.opened = [];
  clock = fakeClock();
  changes = [];
  frames = [];
  channel = openChannel({ connect: inLobby(), hello, clock });
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
    expect(changes.map(({ state }) => state)).toEqual(['open']);
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
    channel.exchange(inLobby());
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

  it('should send an encoded frame as it is, when it is open', () => {
    const bytes = encodeFrame(FrameType.MUTATIONS, 9, 77, new Uint8Array([1, 2]));
    expect(channel.post(bytes)).toBe(false);
    open();
    expect(channel.post(bytes)).toBe(true);
    expect(socket().sent.at(-1)).toMatchObject({ type: FrameType.MUTATIONS, epoch: 9, sequence: 77, payload: new Uint8Array([1, 2]) });
  });

  it('should raise the attempt with every HELLO, over page loads and where the clock stands still', () => {
    const attempt = (): number => decodeControl<Hello>(socket().sent[0]!.payload).attempt!;
    clock.advance(1_000);
    socket().onopen?.();
    expect(attempt()).toBe(1_000);
    channel.exchange(inLobby());
    socket().onopen?.();
    expect(attempt()).toBe(1_001);
    openChannel({ connect: inLobby(), hello, clock, counts: [5_000, 1, 2, 3] });
    clock.advance(0);
    socket().onopen?.();
    expect(attempt()).toBe(5_001);
  });

  it.each([1001, 1006, 1011, 4001, 4101])('should wait for another connector after %i', (code) => {
    open();
    socket().break(code);
    expect(changes.at(-1)).toMatchObject({ state: 'waiting-to-retry', code });
    channel.exchange(inLobby());
    open();
    expect(changes.at(-1)).toMatchObject({ state: 'open' });
  });

  it.each([1002, 1003, 1009, 4400, 4401, 4403, 4404, 4406, 4409, 4410, 4415, 4422])('should stop after %i', (code) => {
    open();
    socket().break(code, 'why');
    expect(changes.at(-1)).toEqual({ state: 'closed', code, reason: 'why' });
    channel.exchange(inLobby());
    expect(FakeSocket.opened).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('should hand its carrier over to the connector that takes its place', () => {
    open();
    let taken: unknown[] = [];
    channel.exchange((...given) => {
      taken = given.slice(1);
      return { send: () => undefined, welcomed: () => undefined, close: () => undefined };
    });
    expect(taken).toEqual([expect.objectContaining({ kind: 'websocket', isOpen: true }), 20_000]);
    expect(clock.pending).toBe(0);
  });

  it('should give up a carrier that stays silent, though no close event ever comes', () => {
    open();
    clock.advance(40_000);
    socket().receive(FrameType.PING);
    clock.advance(59_000);
    expect(channel.state).toBe('open');
    clock.advance(1_000);
    expect(socket().closedWith).toBe(CloseCode.NORMAL);
    expect(changes.at(-1)).toMatchObject({ state: 'waiting-to-retry', code: CloseCode.HEARTBEAT_MISSED });
  });

  it('should be closed for good by an address that is none', () => {
    channel.exchange(() => {
      throw new SyntaxError('no address');
    });
    expect(changes.at(-1)).toMatchObject({ state: 'closed', code: CloseCode.FORBIDDEN });
  });

  it.each([
    ['text', 'hello', CloseCode.MALFORMED],
    ['a frame with flags', new Uint8Array([0x0b, 1, 0, 0, 0, 0, 0, 0, 0, 0]).buffer, CloseCode.MALFORMED],
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
