import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';
import { FrameType } from './frame-type.ts';
import { MAX_ACTION_STRING_BYTES } from './limits.ts';
import { readTextRanges, type TextRange, writeTextRanges } from './text-range.ts';

/** A place on an element: fractions of its border box, 0 to 65,535 (protocol section 7). */
export interface Spot {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** Keys held down during an action. */
export const Modifier = { ALT: 1, CTRL: 2, META: 4, SHIFT: 8 } as const;

/** What an agent asks the tag to do (protocol section 7). */
export type Action =
  | (Spot & { readonly type: typeof FrameType.CLICK; readonly button: number; readonly modifiers: number; readonly clicks: number })
  | { readonly type: typeof FrameType.INPUT; readonly node: number; readonly value: string; readonly commit: boolean }
  | { readonly type: typeof FrameType.SELECT; readonly node: number; readonly indices: readonly number[] }
  | { readonly type: typeof FrameType.KEY; readonly node: number; readonly key: string; readonly modifiers: number }
  | { readonly type: typeof FrameType.NAVIGATE; readonly to: Destination }
  | { readonly type: typeof FrameType.SCROLL_TO; readonly node: number; readonly left: number; readonly top: number }
  | {
      readonly type: typeof FrameType.HIGHLIGHT;
      readonly node: number;
      /** Of texts in the element, which are highlighted in its place. */
      readonly ranges?: readonly TextRange[];
    }
  | { readonly type: typeof FrameType.FOCUS | typeof FrameType.WIGGLE; readonly node: number };

export type ActionType = Action['type'];

export type Destination = { readonly kind: 'url'; readonly url: string } | { readonly kind: 'back' | 'forward' | 'reload' };

const DESTINATIONS = ['url', 'back', 'forward', 'reload'] as const;

/** Why a tag refuses an action; the list is protocol section 7's. */
export const REFUSALS = [
  'no-such-node',
  'masked',
  'agent-proof',
  'consumer-typing',
  'not-editable',
  'mode-forbids',
  'stale-epoch',
  'not-allowed-url',
  'file-input',
  'not-active',
  'malformed',
  'not-remembered',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** The tag's answer to one action of the agent with this participant number. */
export type Verdict =
  | { readonly participant: number; readonly sequence: number; readonly outcome: 'applied' }
  | { readonly participant: number; readonly sequence: number; readonly outcome: 'refused' | 'expired'; readonly reason: string };

/** An action, and the time on the tag's clock (that of SYNC) at which it is too late for it. */
export interface TimedAction {
  readonly deadlineMillis: number;
  readonly action: Action;
}

const OUTCOMES = ['applied', 'refused', 'expired'] as const;

export function encodeAction(action: Action, deadlineMillis: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(32);
  out.varint(deadlineMillis);
  switch (action.type) {
    case FrameType.CLICK:
      writeSpot(out, action);
      out.varint(action.button);
      out.varint(action.modifiers);
      out.varint(action.clicks);
      break;
    case FrameType.INPUT:
      out.varint(action.node);
      out.string(action.value);
      out.varint(action.commit ? 1 : 0);
      break;
    case FrameType.SELECT:
      out.varint(action.node);
      out.varint(action.indices.length);
      for (const index of action.indices) out.varint(index);
      break;
    case FrameType.KEY:
      out.varint(action.node);
      out.string(action.key);
      out.varint(action.modifiers);
      break;
    case FrameType.NAVIGATE:
      out.varint(DESTINATIONS.indexOf(action.to.kind));
      out.string(action.to.kind === 'url' ? action.to.url : '');
      break;
    case FrameType.SCROLL_TO:
      out.varint(action.node);
      out.zigzag(Math.round(action.left));
      out.zigzag(Math.round(action.top));
      break;
    case FrameType.HIGHLIGHT:
      out.varint(action.node);
      if (action.ranges) writeTextRanges(out, action.ranges);
      break;
    case FrameType.FOCUS:
    case FrameType.WIGGLE:
      out.varint(action.node);
      break;
  }
  return out.toBytes();
}

export function isActionType(type: number): type is ActionType {
  return (type >= FrameType.CLICK && type <= FrameType.FOCUS) || type === FrameType.HIGHLIGHT || type === FrameType.WIGGLE;
}

/** @throws MalformedBytes when the payload is not what its type says */
export function decodeAction(type: ActionType, payload: Uint8Array): TimedAction {
  const bytes = new ByteReader(payload);
  const deadlineMillis = bytes.varint();
  const action = readAction(type, bytes);
  bytes.finish();
  return { deadlineMillis, action };
}

function readAction(type: ActionType, bytes: ByteReader): Action {
  switch (type) {
    case FrameType.CLICK:
      return {
        type,
        ...readSpot(bytes),
        button: atMost('button', bytes.varint(), 2),
        modifiers: atMost('modifiers', bytes.varint(), 15),
        clicks: atMost('clicks', bytes.varint(), 2),
      };
    case FrameType.INPUT:
      return { type, node: bytes.varint(), value: bytes.string(MAX_ACTION_STRING_BYTES), commit: bytes.varint() !== 0 };
    case FrameType.SELECT: {
      const node = bytes.varint();
      const count = atMost('count', bytes.varint(), bytes.remaining);
      return { type, node, indices: Array.from({ length: count }, () => bytes.varint()) };
    }
    case FrameType.KEY:
      return { type, node: bytes.varint(), key: bytes.string(64), modifiers: atMost('modifiers', bytes.varint(), 15) };
    case FrameType.NAVIGATE: {
      const kind = DESTINATIONS[atMost('kind', bytes.varint(), 3)] as Destination['kind'];
      const url = bytes.string(MAX_ACTION_STRING_BYTES);
      return { type, to: kind === 'url' ? { kind, url } : { kind } };
    }
    case FrameType.SCROLL_TO:
      return { type, node: bytes.varint(), left: bytes.zigzag(), top: bytes.zigzag() };
    case FrameType.HIGHLIGHT: {
      const node = bytes.varint();
      return bytes.remaining > 0 ? { type, node, ranges: readTextRanges(bytes) } : { type, node };
    }
    case FrameType.FOCUS:
    case FrameType.WIGGLE:
      return { type, node: bytes.varint() };
  }
}

export function encodeVerdict(verdict: Verdict): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(32);
  out.varint(verdict.participant);
  out.varint(verdict.sequence);
  out.varint(OUTCOMES.indexOf(verdict.outcome));
  out.string(verdict.outcome === 'applied' ? '' : verdict.reason);
  return out.toBytes();
}

/** @throws MalformedBytes when the payload is no verdict */
export function decodeVerdict(payload: Uint8Array): Verdict {
  const bytes = new ByteReader(payload);
  const participant = bytes.varint();
  const sequence = bytes.varint();
  const outcome = OUTCOMES[atMost('outcome', bytes.varint(), 2)] as Verdict['outcome'];
  const reason = bytes.string(256);
  bytes.finish();
  return outcome === 'applied' ? { participant, sequence, outcome } : { participant, sequence, outcome, reason };
}

export function writeSpot(out: ByteWriter, spot: Spot): void {
  out.varint(spot.node);
  out.uint16(spot.x);
  out.uint16(spot.y);
}

export function readSpot(bytes: ByteReader): Spot {
  return { node: bytes.varint(), x: bytes.uint16(), y: bytes.uint16() };
}

function atMost(what: string, value: number, most: number): number {
  if (value > most) throw new MalformedBytes(`${what} ${value}; at most ${most}`);
  return value;
}
