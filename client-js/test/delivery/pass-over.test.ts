import { describe, expect, it } from 'vitest';
import { passOverMalformed } from '../../src/delivery/pass-over.ts';
import { decodeNumber, encodeNumber } from '../../src/protocol/feedback.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';

describe('a malformed payload', () => {
  const heard: number[] = [];
  const receive = passOverMalformed(({ payload }) => heard.push(decodeNumber(payload)));
  const frame = (sender: number, payload: Uint8Array): Frame => ({
    ...{ type: FrameType.KEYFRAME_REQUEST, flags: 0, sender, epoch: 1, sequence: 1, payload },
  });

  it('should be passed over when another participant sent it, and what follows heard', () => {
    receive(frame(3, new Uint8Array(0)));
    receive(frame(3, encodeNumber(7)));
    expect(heard).toEqual([7]);
  });

  it('should be the end of the carrier when the relay sent it', () => {
    expect(() => {
      receive(frame(0, new Uint8Array(0)));
    }).toThrow('ended after 0 bytes');
  });

  it('should hide no other fault', () => {
    const fails = passOverMalformed(() => {
      throw new TypeError('a mistake');
    });
    expect(() => {
      fails(frame(3, new Uint8Array(0)));
    }).toThrow('a mistake');
  });
});
