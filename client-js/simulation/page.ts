import { type BatchType, createFrameSender } from '../src/capture/frame-sender.ts';
import type { Clock } from '../src/connection/clock.ts';
import { ByteReader, ByteWriter } from '../src/protocol/bytes.ts';
import { FrameType } from '../src/protocol/frame-type.ts';
import { Lz4Encoder } from '../src/protocol/lz4.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';

/** Its tables take longer to make than a scenario takes; each keyframe begins anew, and there is one page at a time. */
const encoder = new Lz4Encoder();
/** A page is this many numbers. */
const CELLS = 12;
const FLUSH_MILLIS = 50;
const WALK_MILLIS = 40;
const MAX_CHUNKS = 4;
const KEYFRAME = 1;
const MUTATIONS = 2;

/** Stands in for the capture: keeps back, coalesces and gives up keyframes by the same rules. */
export interface SyntheticPage {
  /** The page as it is. */
  readonly text: string;
  /** Whether all of it was sent. */
  readonly isSent: boolean;
  /** Whether there will be a keyframe that has not begun to go. */
  readonly isComing: boolean;
  change(): void;
  keyframe(): void;
  goOn(): void;
  stop(): void;
}

export interface SyntheticPageOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly ledger: Ledger;
  readonly document: number;
  /** Bytes that a batch carries along, at most. */
  readonly fatBytes: number;
  readonly hasRoom: () => boolean;
  readonly send: (type: FrameType, payload: Uint8Array, flags: number) => void;
}

/** idle, walking, sending, live, stopped: as the capture's own. */
type Phase = 'idle' | 'walking' | 'sending' | 'live' | 'stopped';

export function createSyntheticPage(options: SyntheticPageOptions): SyntheticPage {
  const { clock, chance, ledger, document, send } = options;
  const cells = Array.from({ length: CELLS }, () => chance.between(0, 999));
  const dirty = new Set<number>();
  const sender = createFrameSender(send, encoder);
  let phase: Phase = 'idle';
  let chunks: Uint8Array[] = [];
  let partsType: BatchType = FrameType.KEYFRAME;
  let isKeptBack = false;
  let isOnItsWay = false;
  let cancel: (() => void) | undefined;

  function next(millis: number, work: () => void): void {
    cancel?.();
    cancel = clock.after(millis, () => {
      cancel = undefined;
      work();
    });
  }

  function batchOf(kind: number, named: Iterable<number>): Uint8Array {
    const out = new ByteWriter(64);
    out.varint(kind);
    out.varint(ledger.produced(document, kind === KEYFRAME ? 'keyframe' : 'mutations', cells.join(' ')));
    const those = [...named];
    out.varint(those.length);
    for (const cell of those) {
      out.varint(cell);
      out.varint(cells[cell] as number);
    }
    const fat = options.fatBytes === 0 ? 0 : chance.between(0, options.fatBytes);
    // Every fourth byte differs: it shrinks, but not to nothing.
    for (let i = 0; i < fat; i++) out.uint8(i % 4 === 0 ? chance.between(0, 255) : 7);
    return out.toBytes();
  }

  const isComing = (): boolean => phase === 'walking' || (phase === 'sending' && !isOnItsWay);

  function mustWait(): boolean {
    isKeptBack = !options.hasRoom();
    return isKeptBack;
  }

  function beginKeyframe(): void {
    phase = 'walking';
    isOnItsWay = false;
    chunks = [];
    isKeptBack = false;
    next(chance.between(1, WALK_MILLIS), () => {
      dirty.clear();
      const whole = batchOf(KEYFRAME, cells.keys());
      sender.restart();
      sendParts(FrameType.KEYFRAME, whole);
    });
  }

  function sendParts(type: BatchType, whole: Uint8Array): void {
    const chunkBytes = Math.ceil(whole.length / chance.between(1, MAX_CHUNKS));
    for (let at = 0; at < whole.length; at += chunkBytes) chunks.push(whole.subarray(at, at + chunkBytes));
    partsType = type;
    phase = 'sending';
    sendChunk();
  }

  function sendChunk(): void {
    if (mustWait()) return;
    isOnItsWay = true;
    const chunk = chunks.shift();
    if (chunk) sender.part(partsType, chunk, chunks.length === 0, false);
    if (phase !== 'sending') return;
    if (chunks.length > 0) {
      next(1, sendChunk);
    } else {
      phase = 'live';
      next(1, writeBatch);
    }
  }

  function writeBatch(): void {
    if (dirty.size === 0 || mustWait()) return;
    const batch = batchOf(MUTATIONS, dirty);
    dirty.clear();
    sendParts(FrameType.MUTATIONS, batch);
  }

  function schedule(): void {
    if (phase === 'live' && !cancel) next(FLUSH_MILLIS, writeBatch);
  }

  function goOn(): void {
    if (!isKeptBack) return;
    isKeptBack = false;
    if (phase === 'sending') next(0, sendChunk);
    else schedule();
  }

  return {
    get text() {
      return cells.join(' ');
    },
    get isSent() {
      return phase === 'live' && dirty.size === 0;
    },
    get isComing() {
      return isComing();
    },
    change() {
      const cell = chance.between(0, CELLS - 1);
      cells[cell] = chance.between(0, 999);
      dirty.add(cell);
      schedule();
    },
    keyframe() {
      if (phase === 'stopped') return;
      if (isComing()) goOn();
      else beginKeyframe();
    },
    goOn,
    stop() {
      phase = 'stopped';
      cancel?.();
      cancel = undefined;
    },
  };
}

/** What a viewer makes of the batches. */
export interface SyntheticMirror {
  readonly text: string;
  /** @returns the batch's number */
  apply(batch: Uint8Array): number;
}

export function createSyntheticMirror(): SyntheticMirror {
  let cells: number[] = [];
  return {
    get text() {
      return cells.join(' ');
    },
    apply(batch) {
      const bytes = new ByteReader(batch);
      if (bytes.varint() === KEYFRAME) cells = [];
      const number = bytes.varint();
      for (let left = bytes.varint(); left > 0; left--) cells[bytes.varint()] = bytes.varint();
      return number;
    },
  };
}
