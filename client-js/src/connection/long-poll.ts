import { CloseCode } from '../protocol/close-code.ts';
import { type Carrier, type CarrierEvents, deliver, NO_WORD } from './carrier.ts';
import type { Clock } from './clock.ts';
import { createOutbox } from './outbox.ts';
import { type Answer, readRecords, writeRecords } from './records.ts';

/** An answer without frames that comes earlier is none of the relay's, which holds a request for seconds: it is not asked again sooner than this. */
const MIN_HOLD_MILLIS = 250;
/** A browser lets at most 64 KiB outlive the page. */
const MAX_KEEPALIVE_BYTES = 60_000;

/** The last words may take so long on a path that may be dead: a browser would wait for minutes. */
export const LAST_WORDS_MILLIS = 10_000;

/** As a page has it; a test has its own. */
export type Fetch = (url: string, request: RequestInit) => Promise<Response>;

export interface LongPollOptions {
  /** `https://relay/v1/sessions/{session}/poll` */
  readonly url: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/**
 * Opens one long-poll carrier (protocol section 5.2). It counts as open as soon as the relay has answered at all, so that several can be tried at once
 * and only one says HELLO: the first frame that is sent.
 */
export function openLongPoll({ url, fetch, clock }: LongPollOptions, events: CarrierEvents): Carrier {
  const abort = new AbortController();
  const outbox = createOutbox();
  let token: string | undefined;
  let hasSpoken = false;
  let gets = 0;
  let posts = 0;
  /** Bytes in the POST under way; 0 when there is none. */
  let leavingBytes = 0;
  let cancelAsk = (): unknown => undefined;
  let cancelDrop = (): void => undefined;
  /** Nothing is reported any more. */
  let isClosed = false;
  /** What the relay has not been told yet. */
  let closeCode: number | undefined;
  const carrier: Carrier = {
    kind: 'long-poll',
    isOpen: false,
    events,
    send,
    close,
  };

  async function request(method: string, number = 0, body?: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const response = await fetch(url, {
      method,
      credentials: 'omit',
      // A request that passes a browser's cache over passes its memory of preflights over as well, and a preflight outlives what it is for: on a dead path
      // each would keep a connection. What needs none passes it over, for a cache has the like wait for each other; the relay's answers are `no-store` anyhow.
      ...(number === 0 ? { cache: 'no-store' as const } : {}),
      signal: abort.signal,
      // The last words may outlive the page.
      keepalive: isClosed && (body?.length ?? 0) < MAX_KEEPALIVE_BYTES,
      ...(number > 0 ? { headers: { 'Tandem-Token': token ?? '', 'Tandem-Request': String(number) } } : {}),
      // Without a type of its own: the opening needs no preflight then.
      ...(body ? { body } : {}),
    });
    if (!response.ok) {
      // The relay says when to come again where it has no room; a balancer whose servers are gone for a moment does not.
      const closeCode = response.status === 503 && response.headers.has('Retry-After') ? CloseCode.OVERLOADED : NO_WORD;
      throw Object.assign(new Error(`HTTP ${response.status}`), { closeCode });
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  function fail(fault: unknown): void {
    if (isClosed) drop();
    // An answer that is none of the relay's, too, is the path's fault: another may be better.
    else lost((fault as { closeCode?: number }).closeCode ?? NO_WORD, String(fault));
  }

  function lost(code: number, reason: string): void {
    close();
    carrier.events.lost(code, reason);
  }

  function take({ frames, close }: Answer): void {
    for (const frame of frames) if (!isClosed) deliver(carrier, frame);
    if (close && !isClosed) lost(close.code, close.reason);
  }

  async function probe(): Promise<void> {
    await request('GET');
    if (isClosed) return;
    carrier.isOpen = true;
    carrier.events.opened();
  }

  async function sayHello(hello: Uint8Array<ArrayBuffer>): Promise<void> {
    const answer = readRecords(await request('POST', 0, writeRecords([hello])));
    if (isClosed) return;
    token = answer.token;
    if (token === undefined && !answer.close) throw new Error('an opening without a token');
    if (!answer.close) ask();
    take(answer);
    void pump();
  }

  function ask(): void {
    listen().catch(fail);
  }

  async function listen(): Promise<void> {
    const askedAt = clock.now();
    const answer = readRecords(await request('GET', ++gets));
    if (isClosed) return;
    const wait = answer.frames.length > 0 ? 0 : askedAt + MIN_HOLD_MILLIS - clock.now();
    // The next question is on its way before the listeners take their time.
    if (!answer.close) {
      if (wait > 0) cancelAsk = clock.after(wait, ask);
      else ask();
    }
    carrier.events.heard?.();
    take(answer);
  }

  function send(bytes: Uint8Array<ArrayBuffer>): void {
    if (hasSpoken) {
      outbox.add(bytes);
      // What is sent in one turn goes out together.
      queueMicrotask(() => void pump());
    } else {
      hasSpoken = true;
      sayHello(bytes).catch(fail);
    }
  }

  async function pump(): Promise<void> {
    if (token === undefined || leavingBytes > 0 || abort.signal.aborted) return;
    const frames = outbox.take();
    const isLast = closeCode !== undefined && outbox.bytes() === 0;
    if (frames.length === 0 && !isLast) return;
    const body = writeRecords(frames, isLast ? closeCode : undefined);
    if (isLast) closeCode = undefined;
    leavingBytes = body.length;
    const leftAt = clock.now();
    try {
      await request('POST', ++posts, body);
    } catch (fault) {
      fail(fault);
      return;
    } finally {
      leavingBytes = 0;
    }
    outbox.took(body.length, clock.now() - leftAt);
    if (isLast) drop();
    else void pump();
  }

  function close(code?: number): void {
    if (isClosed && code !== undefined) return;
    isClosed = true;
    cancelAsk();
    closeCode = code;
    // The question stays until the last words are out: the relay takes its end for the carrier's.
    if (code === undefined || token === undefined) drop();
    else {
      cancelDrop = clock.after(LAST_WORDS_MILLIS, drop);
      void pump();
    }
  }

  function drop(): void {
    cancelDrop();
    abort.abort();
  }

  probe().catch(fail);
  return carrier;
}
