import { decodeFrame, type Frame } from '../protocol/frame.ts';
import { type Carrier, type CarrierEvents, NO_WORD } from './carrier.ts';
import type { Clock } from './clock.ts';

/** So many carriers are being opened at once at most: with the two requests of a long-poll that is in doubt they stay below the six connections that a browser opens to one host. */
export const MAX_ATTEMPTS = 3;
/** How long a carrier may take to open, and again to answer HELLO ... */
export const PATIENCE_MILLIS = 2_000;
/** ... doubled each time that one took longer, for links on which opening takes several slow round trips, up to this. */
const MAX_PATIENCE_MILLIS = 10_000;
/**
 * A HELLO that is not answered within this time (or the time that opening took) is not waited for any more: the next carrier that is open says one too.
 * Below 1 s, so that a client whose HELLO got lost just before the network returned is back within 1 s of it.
 */
export const HELLO_MILLIS = 750;

/** One carrier that is being opened. */
export interface Attempt {
  readonly carrier: Carrier;
  /** Which HELLO of this path went out on it; 0 before. At the relay, a higher one takes a lower one's place. */
  readonly hello: number;
  /** When that was. */
  readonly helloAt: number;
}

/** Carriers that are being opened side by side. The first that opens says HELLO, and no other while that is waited for. */
export interface Attempts {
  readonly count: number;
  /** The last HELLO that went out on any of them. */
  readonly lastHello: number;
  /** Opens one more. Where there are too many, the second oldest gives way: the oldest is the one that a slow link needs. */
  start(open: (events: CarrierEvents) => Carrier): void;
  /** Goes on with a carrier that somebody else has begun to open. */
  adopt(carrier: Carrier, startedAt: number): void;
  /** WELCOME came on this one: what said HELLO after it may still take its place, all others are given up. */
  chosen(attempt: Attempt): void;
  /** Gives up what has not said HELLO; what has may have the participant's place already, and is waited for. */
  rest(): void;
  close(): void;
}

export interface AttemptsEvents {
  hello(): Uint8Array<ArrayBuffer>;
  frame(attempt: Attempt, frame: Frame): void;
  /** It came to nothing, and is not counted any more. */
  failed(attempt: Attempt, code: number, reason: string): void;
}

interface Opening extends Attempt {
  carrier: Carrier;
  hello: number;
  helloAt: number;
  readonly startedAt: number;
  cancel(): void;
}

export function createAttempts(clock: Clock, events: AttemptsEvents): Attempts {
  const all: Opening[] = [];
  let lastHello = 0;
  let patienceMillis = PATIENCE_MILLIS;
  /** Whose answer to HELLO is waited for. */
  let speaker: Opening | undefined;
  let cancelHello = (): void => undefined;

  function start(open: (events: CarrierEvents) => Carrier): void {
    if (all.length >= MAX_ATTEMPTS) {
      const tooMany = all.slice(1).find((opening) => opening !== speaker);
      if (tooMany) fail(tooMany, NO_WORD, 'given up for another');
    }
    const opening = { hello: 0, helloAt: 0, startedAt: clock.now(), cancel: () => undefined } as unknown as Opening;
    all.push(opening);
    try {
      opening.carrier = open({
        opened: speak,
        message: (bytes) => events.frame(opening, decodeFrame(bytes)),
        lost: (code, reason) => fail(opening, code, reason),
      });
      expireAfter(opening, patienceMillis);
    } catch (fault) {
      fail(opening, NO_WORD, String(fault));
    }
  }

  function expireAfter(opening: Opening, millis: number): void {
    opening.cancel = clock.after(millis, () => {
      const left = Math.max(opening.startedAt, opening.helloAt) + patienceMillis - clock.now();
      if (left > 0) {
        expireAfter(opening, left);
        return;
      }
      patienceMillis = Math.min(MAX_PATIENCE_MILLIS, patienceMillis * 2);
      fail(opening, NO_WORD, 'no answer');
    });
  }

  function speak(): void {
    if (speaker) return;
    const next = all.find(({ hello, carrier }) => hello === 0 && carrier.isOpen);
    if (!next) return;
    next.hello = ++lastHello;
    next.helloAt = clock.now();
    waitFor(next, Math.max(HELLO_MILLIS, next.helloAt - next.startedAt));
    next.carrier.send(events.hello());
  }

  function waitFor(opening: Opening, millis: number): void {
    speaker = opening;
    cancelHello = clock.after(millis, () => {
      speaker = undefined;
      speak();
    });
  }

  function remove(opening: Opening): void {
    all.splice(all.indexOf(opening), 1);
    opening.cancel();
    if (speaker !== opening) return;
    cancelHello();
    speaker = undefined;
  }

  function drop(opening: Opening): void {
    remove(opening);
    opening.carrier.close();
  }

  function fail(opening: Opening, code: number, reason: string): void {
    if (!all.includes(opening)) return;
    remove(opening);
    // A carrier that could not even be made is none.
    (opening.carrier as Carrier | undefined)?.close();
    events.failed(opening, code, reason);
    speak();
  }

  return {
    get count() {
      return all.length;
    },
    get lastHello() {
      return lastHello;
    },
    start,
    adopt(carrier, startedAt) {
      start((listener) => {
        carrier.events = listener;
        return carrier;
      });
      const [adopted] = all;
      if (!adopted || !carrier.isOpen) return;
      adopted.hello = ++lastHello;
      adopted.helloAt = startedAt;
      waitFor(adopted, Math.max(0, startedAt + HELLO_MILLIS - clock.now()));
    },
    chosen(attempt) {
      patienceMillis = PATIENCE_MILLIS;
      for (const opening of [...all]) {
        if (opening === attempt) remove(opening);
        else if (opening.hello < attempt.hello) drop(opening);
      }
    },
    rest() {
      for (const opening of all.filter(({ hello }) => hello === 0)) drop(opening);
    },
    close() {
      for (const opening of [...all]) drop(opening);
    },
  };
}
