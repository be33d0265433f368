import { describe, expect, it } from 'vitest';
import vectors from '../../../protocol/vectors/payloads.json' with { type: 'json' };
import {
  type Action,
  decodeAction,
  decodeVerdict,
  encodeAction,
  encodeVerdict,
  isActionType,
  type TimedAction,
  type Verdict,
} from '../../src/protocol/action.ts';
import { decodeSync, encodeSync, type Sync } from '../../src/protocol/sync.ts';
import { MalformedBytes } from '../../src/protocol/bytes.ts';
import {
  decodeResource,
  decodeResourceRequest,
  encodeResource,
  encodeResourceRequest,
  type ResourceState,
} from '../../src/protocol/resource.ts';
import { decodePointer, encodePointer, isPointerType, type Pointer } from '../../src/protocol/pointer.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function decode(type: number, payload: Uint8Array): TimedAction | Pointer {
  if (isActionType(type)) return decodeAction(type, payload);
  if (isPointerType(type)) return decodePointer(type, payload);
  throw new Error(`vector of type ${type} is neither action nor pointer`);
}

describe('the shared payload vectors', () => {
  it.each(vectors.actions)('should read and write the action: $name', ({ type, payloadHex, deadlineMillis, value }) => {
    expect(decode(type, bytesOf(payloadHex))).toEqual({ deadlineMillis, action: value });
    expect(hexOf(encodeAction(value as Action, deadlineMillis))).toBe(payloadHex);
  });

  it.each(vectors.verdicts)('should read and write the verdict: $name', ({ payloadHex, value }) => {
    expect(decodeVerdict(bytesOf(payloadHex))).toEqual(value);
    expect(hexOf(encodeVerdict(value as Verdict))).toBe(payloadHex);
  });

  it.each(vectors.syncs)('should read and write the SYNC: $name', ({ payloadHex, value }) => {
    expect(decodeSync(bytesOf(payloadHex))).toEqual(value);
    expect(hexOf(encodeSync(value as unknown as Sync))).toBe(payloadHex);
  });

  it.each(vectors.badSyncs)('should refuse the SYNC: $name', ({ payloadHex }) => {
    expect(() => decodeSync(bytesOf(payloadHex))).toThrow(MalformedBytes);
  });

  it.each(vectors.resourceRequests)('should read and write the request for resources: $name', ({ payloadHex, value }) => {
    expect(decodeResourceRequest(bytesOf(payloadHex))).toEqual(value);
    expect(hexOf(encodeResourceRequest(value))).toBe(payloadHex);
  });

  it.each(vectors.badResourceRequests)('should refuse the request for resources: $name', ({ payloadHex }) => {
    expect(() => decodeResourceRequest(bytesOf(payloadHex))).toThrow(MalformedBytes);
  });

  it.each(vectors.resources)('should read and write the resource: $name', ({ payloadHex, value }) => {
    const { contentHex, state, ...rest } = value;
    const { content, ...read } = decodeResource(bytesOf(payloadHex));
    expect({ ...read, contentHex: hexOf(content) }).toEqual(value);
    expect(hexOf(encodeResource({ ...rest, state: state as ResourceState, content: bytesOf(contentHex) }))).toBe(payloadHex);
  });

  it.each(vectors.badResources)('should refuse the resource: $name', ({ payloadHex }) => {
    expect(() => decodeResource(bytesOf(payloadHex))).toThrow(MalformedBytes);
  });

  it.each(vectors.pointers)('should read and write the pointer: $name', ({ type, payloadHex, value }) => {
    expect(decode(type, bytesOf(payloadHex))).toEqual(value);
    expect(hexOf(encodePointer(value as Pointer))).toBe(payloadHex);
  });

  it.each(vectors.bad)('should refuse: $name', ({ type, payloadHex }) => {
    expect(() => decode(type, bytesOf(payloadHex))).toThrow(MalformedBytes);
  });
});
