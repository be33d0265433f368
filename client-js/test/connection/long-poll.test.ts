import { setMaxListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Carrier, CarrierEvents } from '../../src/connection/carrier.ts';
import { LAST_WORDS_MILLIS, openLongPoll } from '../../src/connection/long-poll.ts';
import { BODY_BYTES } from '../../src/connection/outbox.ts';
import { readRecords, writeRecords } from '../../src/connection/records.ts';
import { decodeFrame, encodeFrame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { type FakeClock, fakeClock, turn } from './fake-socket.ts';

const POLL = 'https://relay/v1/sessions/x/poll';
const TOKEN = 3;

/** One request under way; the test is the relay. */
interface Call {
  readonly request: Omit<RequestInit, 'headers' | 'body'> & { headers?: Record<string, string>; body?: Uint8Array };
  answer(body?: Uint8Array<ArrayBuffer>, status?: number, headers?: Record<string, string>): Promise<void>;
  fail(): Promise<void>;
}

let clock: FakeClock;
let calls: Call[];
let log: string[];
let carrier: Carrier;

const frame = (type: FrameType, sequence = 0, bytes = 0): Uint8Array<ArrayBuffer> => encodeFrame(type, 0, sequence, new Uint8Array(bytes));
const hello = frame(FrameType.HELLO);
const last = (method: string): Call => calls.findLast(({ request }) => request.method === method)!;
const count = (method: string): number => calls.filter(({ request }) => request.method === method).length;
const said = (call: Call): string[] =>
  readRecords(call.request.body!).frames.map((bytes) => {
    const { type, sequence } = decodeFrame(bytes);
    return `${type}:${sequence}`;
  });

function fetch(url: string, request: RequestInit): Promise<Response> {
  expect(url).toBe(POLL);
  return new Promise((resolve, reject) => {
    calls.push({
      request: request as Call['request'],
      async answer(body, status = body ? 200 : 204, headers = {}) {
        resolve(new Response(body ?? null, { status, headers }));
        await turn();
      },
      async fail() {
        reject(new TypeError('Failed to fetch'));
        await turn();
      },
    });
    if (request.signal) setMaxListeners(0, request.signal);
    request.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });
}

/** TOKEN `token`, then WELCOME. */
function opening(): Uint8Array<ArrayBuffer> {
  const token = new TextEncoder().encode('token');
  const welcome = writeRecords([frame(FrameType.WELCOME)]);
  const bytes = new Uint8Array(4 + token.length + welcome.length);
  bytes.set([TOKEN, 0, 0, token.length, ...token]);
  bytes.set(welcome, 4 + token.length);
  return bytes;
}

const closing = (code: number, reason: string): Uint8Array<ArrayBuffer> => {
  const text = new TextEncoder().encode(reason);
  return new Uint8Array([2, 0, 0, 2 + text.length, code >>> 8, code & 0xff, ...text]);
};

beforeEach(() => {
  clock = fakeClock();
  calls = [];
  log = [];
  const events: CarrierEvents = {
    opened: () => log.push('opened'),
    message: (bytes) => log.push(`frame ${decodeFrame(bytes).type}`),
    heard: () => log.push('heard'),
    lost: (code, reason) => log.push(`lost ${code} ${reason}`.trim()),
  };
  carrier = openLongPoll({ url: POLL, fetch, clock }, events);
});

async function open(): Promise<void> {
  await last('GET').answer();
  carrier.send(hello);
  await last('POST').answer(opening());
  log = [];
}

async function send(...frames: Uint8Array<ArrayBuffer>[]): Promise<void> {
  for (const bytes of frames) carrier.send(bytes);
  await turn();
}

describe('opening a long-poll', () => {
  it('should find out whether the path is open, by a request that needs nobody’s leave', async () => {
    expect(calls).toHaveLength(1);
    expect(calls[0]!.request).toMatchObject({ method: 'GET', credentials: 'omit', cache: 'no-store', keepalive: false });
    expect(calls[0]!.request.headers).toBeUndefined();
    expect(carrier.isOpen).toBe(false);
    await calls[0]!.answer();
    expect(log).toEqual(['opened']);
    expect(carrier.isOpen).toBe(true);
  });

  it('should be lost for seconds where the relay has no room', async () => {
    await calls[0]!.answer();
    carrier.send(hello);
    await turn();
    await calls[1]!.answer(new Uint8Array(), 503, { 'Retry-After': '5' });
    expect(log.at(-1)).toBe('lost 4002 Error: HTTP 503');
  });

  it.each([403, 404, 502, 503])('should be lost where the probe is answered by %i', async (status) => {
    await calls[0]!.answer(new Uint8Array(), status);
    expect(log).toEqual([`lost 1006 Error: HTTP ${status}`]);
  });

  it('should say HELLO in a request without headers or a type, and ask from then on under the token', async () => {
    await calls[0]!.answer();
    carrier.send(hello);
    const post = last('POST').request;
    expect(post.headers).toBeUndefined();
    expect([...post.body!]).toEqual([1, 0, 0, hello.length, ...hello]);
    await last('POST').answer(opening());
    expect(log).toEqual(['opened', `frame ${FrameType.WELCOME}`]);
    expect(last('GET').request.headers).toEqual({ 'Tandem-Token': 'token', 'Tandem-Request': '1' });
  });

  it('should be lost by CLOSE instead of WELCOME, with its code and reason', async () => {
    await calls[0]!.answer();
    carrier.send(hello);
    await last('POST').answer(closing(4401, 'who are you'));
    expect(log).toEqual(['opened', 'lost 4401 who are you']);
    expect(count('GET')).toBe(1);
  });

  it('should be lost, not end the channel, where something else than the relay answers', async () => {
    await calls[0]!.answer();
    carrier.send(hello);
    await last('POST').answer(new TextEncoder().encode('<html>Please sign in'));
    expect(log.at(-1)).toMatch(/^lost 1006/);
  });

  it('should say nothing when it is dropped', async () => {
    carrier.close();
    await turn();
    expect(calls[0]!.request.signal!.aborted).toBe(true);
    expect([log, calls.length]).toEqual([[], 1]);
  });
});

describe('what comes down', () => {
  it('should be asked for again before it is handed on, with the next number', async () => {
    await open();
    await last('GET').answer(writeRecords([frame(FrameType.CURSOR), frame(FrameType.TYPING)]));
    expect(log).toEqual(['heard', `frame ${FrameType.CURSOR}`, `frame ${FrameType.TYPING}`]);
    expect(last('GET').request.headers!['Tandem-Request']).toBe('2');
  });

  it('should be asked for again when there was nothing for 25 s', async () => {
    await open();
    clock.advance(25_000);
    await last('GET').answer();
    expect(log).toEqual(['heard']);
    expect(count('GET')).toBe(3);
  });

  it('should not be asked for faster than every 250 ms where answers are empty', async () => {
    await open();
    clock.advance(10);
    await last('GET').answer();
    expect(count('GET')).toBe(2);
    clock.advance(240);
    expect(count('GET')).toBe(3);
  });

  it('should end with CLOSE, behind the frames before it', async () => {
    await open();
    const frames = writeRecords([frame(FrameType.SESSION)]);
    const close = closing(4410, 'ended');
    const both = new Uint8Array(frames.length + close.length);
    both.set(frames);
    both.set(close, frames.length);
    await last('GET').answer(both);
    expect(log).toEqual(['heard', `frame ${FrameType.SESSION}`, 'lost 4410 ended']);
    expect(count('GET')).toBe(2);
  });

  it('should be lost with its connection', async () => {
    await open();
    await last('GET').fail();
    expect(log).toEqual(['lost 1006 TypeError: Failed to fetch']);
  });

  it('should be lost where the relay does not know the token any more', async () => {
    await open();
    await last('GET').answer(new Uint8Array(), 404);
    expect(log).toEqual(['lost 1006 Error: HTTP 404']);
  });

  it.each([
    ['half a header', [1, 0]],
    ['a length beyond the end', [1, 0, 0, 9, 1]],
    ['an unknown kind', [7, 0, 0, 0]],
    ['a CLOSE without a code', [2, 0, 0, 1, 9]],
    ['something behind CLOSE', [2, 0, 0, 2, 3, 232, 1, 0, 0, 0]],
  ])('should be lost by %s', async (_, bytes) => {
    await open();
    await last('GET').answer(new Uint8Array(bytes));
    expect(log.at(-1)).toMatch(/^lost 1006/);
  });
});

describe('what goes up', () => {
  it('should go together that was sent in one turn, one request at a time', async () => {
    await open();
    await send(frame(FrameType.CURSOR, 1), frame(FrameType.CURSOR, 2));
    expect(last('POST').request.headers).toEqual({ 'Tandem-Token': 'token', 'Tandem-Request': '1' });
    expect(said(last('POST'))).toEqual([`${FrameType.CURSOR}:1`, `${FrameType.CURSOR}:2`]);
    await send(frame(FrameType.CURSOR, 3));
    expect(count('POST')).toBe(2);
    await last('POST').answer();
    expect(said(last('POST'))).toEqual([`${FrameType.CURSOR}:3`]);
    expect(last('POST').request.headers!['Tandem-Request']).toBe('2');
  });

  it('should let everything else pass the pages that wait, each lane in its order', async () => {
    await open();
    await send(frame(FrameType.CURSOR, 1));
    const waiting = [FrameType.MUTATIONS, FrameType.VERDICT, FrameType.MUTATIONS, FrameType.CURSOR, FrameType.PONG];
    await send(...waiting.map((type, i) => frame(type, i)));
    await last('POST').answer();
    expect(said(last('POST'))).toEqual([
      `${FrameType.VERDICT}:1`,
      `${FrameType.CURSOR}:3`,
      `${FrameType.PONG}:4`,
      `${FrameType.MUTATIONS}:0`,
      `${FrameType.MUTATIONS}:2`,
    ]);
  });

  it('should be cut into bodies of 16 KiB, or one frame that is larger', async () => {
    await open();
    await send(...[6_000, 6_000, 6_000, 40_000, 10].map((bytes, i) => frame(FrameType.MUTATIONS, i, bytes)));
    const bodies: string[][] = [];
    for (let i = 0; i < 3; i++) {
      bodies.push(said(last('POST')).map((text) => text.split(':')[1]!));
      clock.advance(200 + 200 * i);
      await last('POST').answer();
    }
    expect(bodies).toEqual([['0', '1'], ['2'], ['3']]);
    expect(said(last('POST'))).toEqual([`${FrameType.MUTATIONS}:4`]);
  });

  it('should grow its bodies where they take no longer than small ones, and shrink them again', async () => {
    await open();
    const sizes: number[] = [];
    await send(...Array.from({ length: 60 }, (_, i) => frame(FrameType.MUTATIONS, i, 8_000)));
    const round = async (millis: number): Promise<void> => {
      sizes.push(last('POST').request.body!.length);
      clock.advance(millis);
      await last('POST').answer();
    };
    for (const millis of [30, 30, 30, 30, 200, 200, 200]) await round(millis);
    expect(sizes[0]).toBeLessThanOrEqual(BODY_BYTES + 16);
    expect(sizes[3]).toBeGreaterThan(90_000);
    expect(sizes[6]).toBeLessThan(sizes[4]!);
  });

  it('should be no sign of life by itself: a path may be open one way only', async () => {
    await open();
    await send(frame(FrameType.CURSOR));
    await last('POST').answer();
    expect(log).toEqual([]);
  });
});

describe('closing a long-poll', () => {
  it('should say CLOSE behind what waits, outlive the page, and hold its question until that is out', async () => {
    await open();
    carrier.send(frame(FrameType.END));
    carrier.close(1000);
    await turn();
    const { request } = last('POST');
    expect(request.keepalive).toBe(true);
    expect([...request.body!.slice(-6)]).toEqual([2, 0, 0, 2, 3, 232]);
    expect(said(last('POST'))).toEqual([`${FrameType.END}:0`]);
    expect(last('GET').request.signal!.aborted).toBe(false);
    await last('POST').answer();
    expect(last('GET').request.signal!.aborted).toBe(true);
    expect([log, clock.pending]).toEqual([[], 0]);
  });

  it('should not wait for ever on a path that takes its last words nowhere', async () => {
    await open();
    carrier.close(1000);
    await clock.run(LAST_WORDS_MILLIS - 1);
    expect(calls.slice(2).map(({ request }) => request.signal!.aborted)).toEqual([false, false]);
    await clock.run(1);
    expect(calls.slice(2).map(({ request }) => request.signal!.aborted)).toEqual([true, true]);
    expect([log, clock.pending]).toEqual([[], 0]);
  });

  it('should wait for the request under way', async () => {
    await open();
    await send(frame(FrameType.CURSOR));
    carrier.close(1000);
    await turn();
    expect(count('POST')).toBe(2);
    await last('POST').answer();
    expect(readRecords(last('POST').request.body!).close).toEqual({ code: 1000, reason: '' });
  });

  it('should hand nothing on any more', async () => {
    await open();
    carrier.close(1000);
    await last('GET').answer(writeRecords([frame(FrameType.CURSOR)]));
    expect([log, count('GET')]).toEqual([[], 2]);
  });

  it('should be silent when it is dropped', async () => {
    await open();
    await send(frame(FrameType.CURSOR));
    carrier.close();
    await turn();
    expect(calls.every(({ request }) => request.signal!.aborted)).toBe(true);
    expect([log, count('POST'), clock.pending]).toEqual([[], 2, 0]);
  });
});
