import { describe, expect, it } from 'vitest';
import { createLatePlanner } from '../../src/delivery/late-planner.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';

const frame = (type: FrameType, sequence: number): Frame => ({ type, flags: 0, sender: 2, epoch: 1, sequence, payload: new Uint8Array(0) });

describe('what plans actions before it is loaded', () => {
  it('should keep them in order, as many as an agent sends without an answer, and nothing else', () => {
    const planner = createLatePlanner();
    for (let sequence = 1; sequence <= 70; sequence++) expect(planner.keeps(frame(FrameType.CLICK, sequence))).toBe(true);
    expect(planner.keeps(frame(FrameType.PAGE_ACK, 1))).toBe(false);
    const again: number[] = [];
    planner.begin({ plan: () => 'not-active', keeps: () => false }, ({ sequence }) => again.push(sequence));
    expect(again).toEqual(Array.from({ length: 64 }, (_, i) => i + 7));
    expect(planner.keeps(frame(FrameType.CLICK, 71))).toBe(false);
  });

  it('should carry out nothing once the session is over', () => {
    const planner = createLatePlanner();
    planner.keeps(frame(FrameType.CLICK, 1));
    planner.stop();
    const again: Frame[] = [];
    planner.begin({ plan: () => () => undefined, keeps: () => false }, (kept) => again.push(kept));
    expect(again).toEqual([]);
    expect(planner.plan(frame(FrameType.CLICK, 1) as Parameters<typeof planner.plan>[0])).toBe('not-active');
  });
});
