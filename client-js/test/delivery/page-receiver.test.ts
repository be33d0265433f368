import { beforeEach, describe, expect, it } from 'vitest';
import { createPageReceiver, type PageReceiver } from '../../src/delivery/page-receiver.ts';
import { ByteWriter } from '../../src/protocol/bytes.ts';
import { decodeNumber, KeyframeReason } from '../../src/protocol/feedback.ts';
import { Flag, type Frame } from '../../src/protocol/frame.ts';
import { FrameType, frameTypeName } from '../../src/protocol/frame-type.ts';
import { Lz4Encoder } from '../../src/protocol/lz4.ts';
import { fakeClock } from '../connection/fake-socket.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('the page lane at the viewer', () => {
  let clock: ReturnType<typeof fakeClock>;
  let receiver: PageReceiver;
  let batches: string[];
  let sent: string[];

  beforeEach(() => {
    clock = fakeClock();
    batches = [];
    sent = [];
    receiver = createPageReceiver({
      clock,
      batch: (batch, epoch) => batches.push(`${epoch}:${new TextDecoder().decode(batch)}`),
      asset: (payload) => batches.push(`asset:${new TextDecoder().decode(payload)}`),
      send: (type, epoch, payload) => sent.push(`${frameTypeName(type) ?? ''} ${epoch}:${decodeNumber(payload)}`),
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
    receiver.accept(frame(FrameType.KEYFRAME, sequence, body, options));
  const change = (sequence: number, body = `change ${sequence}`, options = {}): void =>
    receiver.accept(frame(FrameType.MUTATIONS, sequence, body, options));

  /** A keyframe of three words in as many frames, as a tag sends it, and a change that refers to it. */
  function linked(): Frame[] {
    const encoder = new Lz4Encoder();
    const compressed = (value: string, flags: number, type: FrameType, sequence: number): Frame => {
      const out = new ByteWriter();
      out.varint(text(value).length);
      out.raw(encoder.compress(text(value)));
      return frame(type, sequence, out.toBytes(), { flags: Flag.COMPRESSED | flags });
    };
    return [
      compressed('a page of words', Flag.MORE, FrameType.KEYFRAME, 1),
      compressed(', a page of words', Flag.LINKED | Flag.MORE, FrameType.KEYFRAME, 2),
      compressed(', words of a page', Flag.LINKED, FrameType.KEYFRAME, 3),
      compressed('more pages of words', Flag.LINKED, FrameType.MUTATIONS, 4),
    ];
  }
  const LINKED_BATCHES = ['1:a page of words, a page of words, words of a page', '1:more pages of words'];

  it('should pass batches on in order and join a keyframe that was cut', () => {
    for (const one of linked()) receiver.accept(one);
    expect(batches).toEqual(LINKED_BATCHES);
  });

  it('should expand each frame once, however often and from wherever it is sent again', () => {
    const [one, two, three, four] = linked() as [Frame, Frame, Frame, Frame];
    for (const next of [one, two, one, two, four, three, one, two, three, four, four, one]) receiver.accept(next);
    expect(batches).toEqual(LINKED_BATCHES);
    expect(sent.filter((what) => !what.startsWith('PAGE_ACK'))).toEqual(['RESUME 1:2']);
  });

  it('should join the parts of mutations, and give up those that a keyframe follows', () => {
    keyframe(1, 'page');
    change(2, 'a ', { flags: Flag.MORE });
    change(3, 'long ', { flags: Flag.MORE });
    change(4, 'text');
    change(5);
    change(6, 'given up', { flags: Flag.MORE });
    keyframe(8, 'next');
    change(9);
    expect(batches).toEqual(['1:page', '1:a long text', '1:change 5', '1:next', '1:change 9']);
    expect(sent.filter((what) => !what.startsWith('PAGE_ACK'))).toEqual([]);
  });

  it('should ask for a page where parts of two batches are mixed', () => {
    keyframe(1, 'page');
    change(2, 'a ', { flags: Flag.MORE });
    receiver.accept(linked()[1] as Frame);
    receiver.accept({ ...(linked()[1] as Frame), sequence: 3 });
    expect(batches).toEqual(['1:page']);
    expect(sent.at(-1)).toBe(`KEYFRAME_REQUEST 1:${KeyframeReason.CANNOT_APPLY}`);
  });

  it('should join the parts of a keyframe that the relay has expanded, and give up one that another follows', () => {
    keyframe(1, 'key', { flags: Flag.MORE });
    keyframe(2, 'fra', { flags: Flag.MORE });
    keyframe(3, 'me');
    keyframe(4, 'given up', { flags: Flag.MORE });
    keyframe(6, 'whole');
    expect(batches).toEqual(['1:keyframe', '1:whole']);
  });

  it('should begin with the begin of a keyframe, whatever its sequence', () => {
    change(5);
    receiver.accept({ ...linked()[1]!, sequence: 6 });
    keyframe(7, 'page');
    change(8);
    expect(batches).toEqual(['1:page', '1:change 8']);
    expect(sent).toEqual([]);
  });

  it('should ask for what is missing, ever more rarely while it does not come', () => {
    keyframe(1, 'page');
    change(3);
    change(4);
    expect(sent).toEqual(['RESUME 1:1']);
    clock.advance(1_000);
    change(5);
    clock.advance(1_000);
    change(6);
    expect(sent.filter((one) => one === 'RESUME 1:1')).toHaveLength(2);
    for (let sequence = 2; sequence <= 6; sequence++) change(sequence);
    expect(batches).toHaveLength(6);
    change(8);
    expect(sent.at(-1)).toBe('RESUME 1:6');
  });

  it('should go on with a keyframe beyond the gap', () => {
    keyframe(1, 'page');
    change(3);
    keyframe(9, 'another');
    change(10);
    expect(batches).toEqual(['1:page', '1:another', '1:change 10']);
  });

  it('should follow the consumer to the next document, and let stragglers of the one before go by', () => {
    keyframe(40, 'one', { epoch: 65_535 });
    keyframe(1, 'two', { epoch: 1 });
    change(41, 'late', { epoch: 65_535 });
    change(2);
    expect(batches).toEqual(['65535:one', '1:two', '1:change 2']);
    change(5, 'a document whose begin was lost', { epoch: 2 });
    expect(sent.at(-1)).toBe('RESUME 1:2');
  });

  it('should acknowledge within 50 ms, or for each 4 KiB', () => {
    keyframe(1, 'page');
    clock.advance(49);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual(['PAGE_ACK 1:1']);
    change(2, 'x'.repeat(4_096));
    expect(sent).toEqual(['PAGE_ACK 1:1', 'PAGE_ACK 1:2']);
    clock.advance(1_000);
    expect(sent).toHaveLength(2);
    change(2);
    clock.advance(50);
    expect(sent.at(-1)).toBe('PAGE_ACK 1:2');
  });

  it('should tell how far it is when asked, and that it has no page when it has none', () => {
    receiver.opened();
    expect(sent).toEqual([`KEYFRAME_REQUEST 0:${KeyframeReason.JOINED}`]);
    keyframe(3, 'page');
    receiver.opened();
    receiver.asked();
    expect(sent.slice(1)).toEqual(['RESUME 1:3', 'RESUME 1:3']);
  });

  it('should ask again for a keyframe that does not come, ever more rarely, and rest when told to', () => {
    receiver.expect();
    clock.advance(1_999);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toHaveLength(1);
    clock.advance(3_999);
    expect(sent).toHaveLength(1);
    clock.advance(1);
    expect(sent).toHaveLength(2);
    receiver.rest();
    clock.advance(1_000_000);
    expect(sent).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('should not ask in a loop for a page that cannot be applied', () => {
    const broken = (sequence: number): void =>
      receiver.accept(frame(FrameType.KEYFRAME, sequence, new Uint8Array(4), { flags: Flag.COMPRESSED }));
    broken(1);
    expect(sent).toEqual([`KEYFRAME_REQUEST 1:${KeyframeReason.CANNOT_APPLY}`]);
    for (let sequence = 2; sequence < 60; sequence++) {
      clock.advance(500);
      broken(sequence);
    }
    expect(sent.length).toBeLessThan(8);
    keyframe(70, 'page');
    expect(batches).toEqual(['1:page']);
  });
});
