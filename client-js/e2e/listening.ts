import type { Page } from '@playwright/test';
import { inflateRawSync } from 'node:zlib';
import { readRecords } from '../src/connection/records.ts';
import { AssetCoding, decodeAssetPart, HASH_BYTES } from '../src/protocol/asset.ts';
import { decodeFrame, Flag } from '../src/protocol/frame.ts';
import { FrameType, laneOf } from '../src/protocol/frame-type.ts';
import { Lz4Decoder } from '../src/protocol/lz4.ts';
import { unpackBatch } from '../src/protocol/packed-batch.ts';
import { type BatchJoiner, createBatchJoiner } from '../src/delivery/batch-joiner.ts';
import { type PageVisitor, readPageBatch } from '../src/protocol/page-reader.ts';

/** Everything that left a page: the bytes of each frame as sent and as expanded, the strings of page batches, plain requests. */
export interface Heard {
  /** Whether a text is in any of it, in UTF-8 or UTF-16. @returns where */
  find(text: string): string[];
  /** The live values that were sent, in order. */
  readonly values: readonly string[];
  readonly frames: number;
}

const isBatch = (type: number): boolean => type === FrameType.KEYFRAME || type === FrameType.MUTATIONS;

/** Listens to a page from before its first request on. */
export function listenTo(page: Page): Heard {
  const pieces: { readonly where: string; readonly bytes: Buffer }[] = [];
  const values: string[] = [];
  let frames = 0;
  const ear = createEar((where, bytes) => pieces.push({ where, bytes: Buffer.from(bytes) }), values);
  const hear = (bytes: Uint8Array): void => {
    frames++;
    ear(bytes);
  };
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    const body = new Uint8Array(request.postDataBuffer() ?? []);
    pieces.push({
      where: `request ${pathname}`,
      bytes: Buffer.concat([new TextEncoder().encode(pathname + decodeURIComponent(search)), body]),
    });
    if (pathname.endsWith('/poll')) readRecords(body).frames.forEach(hear);
  });
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (typeof payload === 'string') throw new Error('a text message');
      hear(new Uint8Array(payload));
    });
  });
  return {
    find(text) {
      const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()];
      return pieces.filter(({ bytes }) => needles.some((needle) => bytes.includes(needle))).map(({ where }) => where);
    },
    values,
    get frames() {
      return frames;
    },
  };
}

/** Reads frames as they leave, over whatever carrier; what is sent again was heard before. */
function createEar(note: (where: string, bytes: Uint8Array) => void, values: string[]): (bytes: Uint8Array) => void {
  let decoder = new Lz4Decoder();
  let epoch = -1;
  let sequence = 0;
  let chunks: Uint8Array[] = [];
  const assets = new Map<number, Uint8Array[]>();
  const joiners = new Map<number, BatchJoiner>();

  function hearAsset(where: string, payload: Uint8Array): void {
    const { number, isLast, bytes } = decodeAssetPart(payload);
    const parts = assets.get(number) ?? [];
    assets.set(number, [...parts, bytes]);
    if (!isLast) return;
    assets.delete(number);
    const whole = Buffer.concat([...parts, bytes]);
    if (whole[HASH_BYTES] === AssetCoding.DEFLATED)
      note(`${where}, inflated`, new Uint8Array(inflateRawSync(new Uint8Array(whole.subarray(HASH_BYTES + 1)))));
  }

  return (bytes) => {
    const frame = decodeFrame(bytes);
    const where = `frame 0x${frame.type.toString(16)} of the ${laneOf(frame.type)} lane`;
    note(where, bytes);
    if (frame.type === FrameType.ASSET && frame.sequence > sequence) hearAsset(where, frame.payload);
    if (!isBatch(frame.type) || (frame.epoch === epoch && frame.sequence <= sequence)) return;
    if (frame.epoch !== epoch) decoder = new Lz4Decoder();
    ({ epoch, sequence } = frame);
    const expanded = frame.flags & Flag.COMPRESSED ? decoder.expand(frame.payload, (frame.flags & Flag.LINKED) !== 0) : frame.payload;
    chunks.push(expanded);
    if (frame.flags & Flag.MORE) return;
    const batch = unpackBatch(new Uint8Array(Buffer.concat(chunks)));
    chunks = [];
    note(`${where}, expanded`, batch);
    readPageBatch(batch, onlyValues(values, framed(where)));
  };

  /** What documents of other origins told of themselves. */
  function framed(where: string): Pick<PageVisitor, 'frame' | 'framePart'> {
    return {
      frame: (number) => void joiners.delete(number),
      framePart(number, type, flags, payload) {
        const joiner = joiners.get(number) ?? createBatchJoiner();
        joiners.set(number, joiner);
        const part = { type: type as FrameType, flags, payload: payload.slice() };
        const whole = joiner.expand(part);
        note(`${where}, part of framed document ${number}`, whole);
        if (!isBatch(type)) return;
        const batch = joiner.join(part, whole, type === FrameType.KEYFRAME && !(flags & Flag.LINKED));
        if (batch === undefined) return;
        note(`${where}, batch of framed document ${number}`, batch);
        readPageBatch(batch, onlyValues(values));
      },
    };
  }
}

/** A visitor that notes live values, does this besides, and lets everything else pass. */
const onlyValues = (values: string[], besides: Partial<PageVisitor> = {}): PageVisitor =>
  new Proxy(besides as PageVisitor, {
    get: (does, name) =>
      (Reflect.get(does, name) as PageVisitor[keyof PageVisitor] | undefined) ??
      ((_id: number, value: string) => {
        if (name === 'value') values.push(value);
      }),
  });
