import { describe, expect, it } from 'vitest';
import badFrames from '../../../protocol/vectors/bad-frames.json' with { type: 'json' };
import control from '../../../protocol/vectors/control.json' with { type: 'json' };
import frames from '../../../protocol/vectors/frames.json' with { type: 'json' };
import lz4 from '../../../protocol/vectors/lz4.json' with { type: 'json' };
import permissions from '../../../protocol/vectors/permissions.json' with { type: 'json' };
import { ByteWriter } from '../../src/protocol/bytes.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import { decodeControl, type Mode, type Role, type SessionState } from '../../src/protocol/control.ts';
import type { FrameViolation } from '../../src/protocol/frame.ts';
import { decodeFrame, encodeFrame } from '../../src/protocol/frame.ts';
import { FrameType, type FrameTypeName, frameTypeName, isFrameType, laneOf } from '../../src/protocol/frame-type.ts';
import { Lz4Decoder } from '../../src/protocol/lz4.ts';
import { type ActionType, isActionType } from '../../src/protocol/action.ts';
import { permission, refuseAction } from '../../src/protocol/permission.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const repeated = (byteHex: string, count: number, prefixHex = ''): Uint8Array => bytesOf(prefixHex + byteHex.repeat(count));

describe('frames', () => {
  it.each(frames.rows)('should be read: $name', ({ hex, type, flags, sender, epoch, sequence, payloadHex }) => {
    const frame = decodeFrame(bytesOf(hex));
    expect({ ...frame, type: frameTypeName(frame.type), payload: hexOf(frame.payload) }).toEqual({
      type,
      flags,
      sender,
      epoch,
      sequence,
      payload: payloadHex,
    });
    const written = encodeFrame(frame.type, epoch, sequence, bytesOf(payloadHex), flags);
    // A client writes sender 0; the relay stamps it.
    expect(hexOf(written)).toBe(hex.slice(0, 4) + '00' + hex.slice(6));
  });
});

describe('types', () => {
  it('should be those of the table, and no other byte', () => {
    const listed = new Set<number>(Object.values(FrameType));
    for (let byte = 0; byte < 256; byte++) expect(isFrameType(byte), `0x${byte.toString(16)}`).toBe(listed.has(byte));
  });
});

interface Sender {
  readonly role: string;
  readonly state: string;
  readonly mode: string | null;
  readonly first?: boolean;
}

/** What a receiver finds before it reads the payload, in the order of section 5.4; undefined: nothing. */
function judge(bytes: Uint8Array, { role, state, mode, first = false }: Sender): number | string | undefined {
  const byRole = (type: number): ReturnType<typeof permission> =>
    permission(role as Role, state as SessionState, mode as Mode | null, type as FrameType, true);
  let frame;
  try {
    frame = decodeFrame(bytes);
  } catch (fault) {
    const { code } = fault as FrameViolation;
    return code === CloseCode.LYING_LENGTH && byRole(Number(bytes[0])) === 'close' ? CloseCode.FORBIDDEN : code;
  }
  if (frame.sender !== 0 || first !== (frame.type === FrameType.HELLO)) return CloseCode.MALFORMED;
  const verdict = byRole(frame.type);
  if (verdict === 'close') return CloseCode.FORBIDDEN;
  return verdict === 'allow' ? undefined : verdict.refuse;
}

describe('bad frames', () => {
  it.each(badFrames.rows)('should earn what they earn: $name', (row) => {
    const bytes = row.repeat ? repeated(row.repeat.byteHex, row.repeat.count, row.repeat.prefixHex) : bytesOf(row.hex);
    const found = judge(bytes, row);
    // What only the payload shows is the relay's to find: it reads the payloads of the control lane alone.
    if (found === undefined) expect(laneOf(Number(bytes[0]))).toBe('control');
    else expect(found).toBe(row.closeCode ?? row.error);
  });
});

describe('LZ4 blocks', () => {
  it.each(lz4.rows)('should expand, or be refused: $name', (row) => {
    const decoder = new Lz4Decoder();
    const history = row.historyRepeat ? repeated(row.historyRepeat.byteHex, row.historyRepeat.count) : bytesOf(row.historyHex ?? '');
    const isLinked = row.historyHex !== undefined || row.historyRepeat !== undefined;
    if (history.length > 0) decoder.expand(payloadOf(history.length, literally(history)), false);
    const expand = (): Uint8Array => decoder.expand(payloadOf(row.declared, bytesOf(row.blockHex)), isLinked);
    if (row.closeCode !== undefined) {
      expect(expand).toThrow(expect.objectContaining({ code: row.closeCode }) as Error);
      return;
    }
    const wanted = row.expandedRepeat
      ? repeated(row.expandedRepeat.byteHex, row.expandedRepeat.count)
      : row.expandedHex === undefined
        ? new TextEncoder().encode(row.expandedUtf8)
        : bytesOf(row.expandedHex);
    expect(Buffer.compare(expand(), wanted)).toBe(0);
  });
});

function payloadOf(declared: number, block: Uint8Array): Uint8Array {
  const out = new ByteWriter(block.length + 5);
  out.varint(declared);
  out.raw(block);
  return out.toBytes();
}

/** A block of nothing but literals. */
function literally(bytes: Uint8Array): Uint8Array {
  const out = new ByteWriter(bytes.length + 300);
  out.uint8(Math.min(bytes.length, 15) << 4);
  if (bytes.length >= 15) {
    let rest = bytes.length - 15;
    for (; rest >= 255; rest -= 255) out.uint8(255);
    out.uint8(rest);
  }
  out.raw(bytes);
  return out.toBytes();
}

describe('permissions', () => {
  const rows = permissions.rows.filter(({ type }) => type !== 'HELLO');

  it.each(['consumer', 'agent', 'observer'] as const)('should be those of the table: %s', (role) => {
    for (const row of rows.filter((one) => one.role === role)) {
      const state = row.state as SessionState;
      const found = permission(role, state, row.mode as Mode | null, FrameType[row.type as FrameTypeName], state === 'waiting');
      const wanted = row.verdict === 'refuse' ? { refuse: row.reason } : row.verdict;
      expect(found, JSON.stringify(row)).toEqual(wanted);
    }
  });

  it('should be the same where the tag asks for itself', () => {
    const actions = rows.filter(({ type }) => isActionType(FrameType[type as FrameTypeName]));
    expect(actions.length).toBeGreaterThan(0);
    for (const row of actions) {
      const type = FrameType[row.type as FrameTypeName] as ActionType;
      const refusal = refuseAction(row.role as Role, row.state as SessionState, row.mode as Mode | null, type);
      expect(refusal === undefined, JSON.stringify(row)).toBe(row.verdict === 'allow');
      expect(refusal === 'mode-forbids', JSON.stringify(row)).toBe(row.reason === 'mode-forbids');
    }
  });
});

describe('control payloads', () => {
  const read = (text: string): object => decodeControl<object>(new TextEncoder().encode(text));

  it.each(control.rows.filter(({ direction }) => direction === 'to-client'))(
    'should be understood: $name',
    ({ payload, expect: wanted }) => {
      expect(read(payload)).toEqual(wanted);
    },
  );

  it.each(['', 'HELLO', '[]', '"text"', 'null', '{"a":', '{} more'])('should be refused: %s', (text) => {
    expect(() => read(text)).toThrow('not a JSON object');
  });
});
