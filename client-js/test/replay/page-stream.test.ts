import { beforeEach, describe, expect, it } from 'vitest';
import { createPageStream, KeyframeReason, type PageStream } from '../../src/control/agent/page-stream.ts';
import { ByteReader, ByteWriter } from '../../src/protocol/bytes.ts';
import { Flag, type Frame } from '../../src/protocol/frame.ts';
import { FrameType, frameTypeName } from '../../src/protocol/frame-type.ts';
import { Lz4Encoder } from '../../src/protocol/lz4.ts';
import { fakeClock } from '../connection/fake-socket.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('the page lane at the viewer', () => {
  let clock: ReturnType<typeof fakeClock>;
  let stream: PageStream;
  let batches: string[];
  let sent: string[];

  beforeEach(() => {
    clock = fakeClock();
    batches = [];
    sent = [];
    stream = createPageStream(clock, {
      batch: (batch, epoch) => batches.push(`${epoch}:${new TextDecoder().decode(batch)}`),
      send: (type, payload) => sent.push(`${frameTypeName(type) ?? ''} ${new ByteReader(payload).varint()}`),
    });
  });

  const frame = (type: FrameType, sequence: number, body: string | Uint8Array, { flags = 0, epoch = 1 } = {}): Frame => ({
    type,
    flags,
    sender: 1,
    epoch,
    sequence,
    payload: typeof body === 'string' ? text(body) : body,
  });
  const keyframe = (sequence: number, body: string, options = {}): void =>
    stream.accept(frame(FrameType.KEYFRAME, sequence, body, options));
  const change = (sequence: number, body = `change ${sequence}`, options = {}): void =>
    stream.accept(frame(FrameType.MUTATIONS, sequence, body, options));

  it('should pass batches on in order and join a keyframe that was cut', () => {
    keyframe(7, 'key', { flags: Flag.MORE });
    keyframe(8, 'fra', { flags: Flag.MORE });
    expect(batches).toEqual([]);
    keyframe(9, 'me');
    change(10);
    expect(batches).toEqual(['1:keyframe', '1:change 10']);
  });

  it('should expand linked blocks over the keyframe’s history', () => {
    const encoder = new Lz4Encoder();
    const compressed = (value: string, flags: number, type: FrameType, sequence: number): void => {
      const out = new ByteWriter();
      out.varint(text(value).length);
      out.raw(encoder.compress(text(value)));
      stream.accept(frame(type, sequence, out.toBytes(), { flags: Flag.COMPRESSED | flags }));
    };
    compressed('a page of words', Flag.MORE, FrameType.KEYFRAME, 1);
    compressed(', a page of words', Flag.LINKED, FrameType.KEYFRAME, 2);
    compressed('more pages of words', Flag.LINKED, FrameType.MUTATIONS, 3);
    expect(batches).toEqual(['1:a page of words, a page of words', '1:more pages of words']);
  });

  it('should drop what follows a gap, ask once, and go on with the next keyframe', () => {
    keyframe(1, 'a');
    change(3);
    change(4);
    expect(sent).toEqual([`KEYFRAME_REQUEST ${KeyframeReason.GAP}`]);
    keyframe(20, 'b');
    change(21);
    expect(batches).toEqual(['1:a', '1:b', '1:change 21']);
  });

  it('should drop a keyframe that has lost a part', () => {
    keyframe(1, 'a', { flags: Flag.MORE });
    keyframe(3, 'c', { flags: Flag.COMPRESSED | Flag.LINKED });
    expect(batches).toEqual([]);
    expect(sent).toEqual([`KEYFRAME_REQUEST ${KeyframeReason.GAP}`]);
  });

  it('should ask for a keyframe when bytes do not expand', () => {
    keyframe(1, 'a');
    change(2, '\u0005\u0001', { flags: Flag.COMPRESSED | Flag.LINKED });
    expect(sent).toEqual([`KEYFRAME_REQUEST ${KeyframeReason.CANNOT_APPLY}`]);
  });

  it('should follow the consumer’s next document, and let stragglers of the one before go by', () => {
    keyframe(1, 'a');
    keyframe(1, 'b', { epoch: 2 });
    change(2, 'too late');
    keyframe(3, 'too late');
    change(2, 'b2', { epoch: 2 });
    expect(batches).toEqual(['1:a', '2:b', '2:b2']);
    expect(sent).toEqual([]);
  });

  it('should ignore repeats', () => {
    keyframe(1, 'a');
    change(2);
    change(2);
    change(3);
    expect(batches).toEqual(['1:a', '1:change 2', '1:change 3']);
    expect(sent).toEqual([]);
  });

  it('should acknowledge after 100 ms or 32 frames, whichever comes first', () => {
    keyframe(1, 'a');
    clock.advance(99);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(['PAGE_ACK 1']);
    for (let sequence = 2; sequence <= 33; sequence++) change(sequence);
    expect(sent).toEqual(['PAGE_ACK 1', 'PAGE_ACK 33']);
    clock.advance(200);
    expect(sent).toHaveLength(2);
  });

  it('should ask again, ever more slowly, while no keyframe comes, and rest when told to', () => {
    stream.expect();
    expect(sent).toEqual([]);
    clock.advance(3_000);
    clock.advance(3_000);
    expect(sent).toHaveLength(1);
    clock.advance(3_000);
    expect(sent).toHaveLength(2);
    stream.rest();
    clock.advance(100_000);
    expect(sent).toHaveLength(2);
  });

  it('should not ask while a keyframe is coming in parts', () => {
    stream.ask(KeyframeReason.JOINED);
    for (let sequence = 1; sequence <= 5; sequence++) {
      clock.advance(2_000);
      keyframe(sequence, 'x', { flags: Flag.MORE });
    }
    expect(sent.filter((one) => one.startsWith('KEYFRAME_REQUEST'))).toHaveLength(1);
  });
});
