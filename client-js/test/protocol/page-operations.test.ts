import { describe, expect, it } from 'vitest';
import vectors from '../../../protocol/vectors/page-operations.json' with { type: 'json' };
import { type AnimationInfo, writeAnimation, writeAnimationState } from '../../src/protocol/animation.ts';
import { MalformedBytes } from '../../src/protocol/bytes.ts';
import type { AnimationState } from '../../src/protocol/page-op.ts';
import { type PageVisitor, readPageBatch } from '../../src/protocol/page-reader.ts';
import { PageWriter } from '../../src/protocol/page-writer.ts';

type Call = readonly [name: string, ...args: readonly unknown[]];

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** JSON has no such number. */
const withInfinity = (calls: unknown): Call[] =>
  JSON.parse(JSON.stringify(calls), (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as Call[];

function read(hex: string): Call[] {
  const calls: Call[] = [];
  const visitor = new Proxy({} as PageVisitor, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        void calls.push([String(name), ...args]),
  });
  readPageBatch(bytesOf(hex), visitor);
  return calls;
}

function write(calls: readonly Call[]): string {
  const writer = new PageWriter();
  for (const [name, number, ...args] of calls) {
    if (name === 'animation') writeAnimation(writer, number as number, args[0] as AnimationInfo);
    else writeAnimationState(writer, number as number, ...(args as [AnimationState, number, number]));
  }
  return Buffer.from(writer.finish()).toString('hex');
}

describe('the shared vectors of page batches', () => {
  it.each(vectors.batches)('should be read and written: $name', ({ batchHex, calls }) => {
    expect(read(batchHex)).toEqual(withInfinity(calls));
    expect(write(withInfinity(calls))).toBe(batchHex);
  });

  it.each(vectors.bad)('should be refused: $name', ({ batchHex }) => {
    expect(() => read(batchHex)).toThrow(MalformedBytes);
  });

  it.each(vectors.batches)('should be refused wherever they break off: $name', ({ batchHex }) => {
    for (let length = 2; length < batchHex.length; length += 2) expect(() => read(batchHex.slice(0, length))).toThrow(MalformedBytes);
  });
});
