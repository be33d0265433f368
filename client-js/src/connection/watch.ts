import type { Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Clock } from './clock.ts';

/** Something was sent and nothing heard since: the relay is asked after this time. With {@link PONG_MILLIS} it makes 1 s of silence. */
const ANSWER_MILLIS = 400;
/** A PING is answered within this time, or three round trips where those are longer. */
const PONG_MILLIS = 600;
const PONG_ROUND_TRIPS = 3;
/** Longer, and a path is of no use for working together. */
const MAX_PONG_MILLIS = 5_000;
/**
 * What comes says nothing of whether what goes arrives. So long after something went out, the relay is asked for a PONG although it speaks; and though it
 * speaks, it owes that PONG within this time: longer than silence, for a link that is full one way is slow and not broken.
 */
const UPSTREAM_MILLIS = 2_000;
/** Traffic that only comes in has stopped: the relay is asked after this time, then after twice as long each time, so that an idle session costs next to nothing. */
const IDLE_MILLIS = 1_000;
/** A timer that is later than this was held back: a hidden tab, a machine that slept. What came meanwhile may not have been handed out yet. */
const LATE_MILLIS = 250;
/** So often in a row a late timer asks again instead of concluding: where timers are always late, silence must still be found. */
const MAX_LATE = 2;
/** The middle one of so many round trips stands for all: one that a blackout made long does not. */
const ROUND_TRIPS = 5;
const ECHO_BYTES = 8;

/** Tells when a carrier that looks open says nothing. */
export interface Watch {
  /** Something went out that is more than an answer to the relay's PING. */
  sent(): void;
  /** Anything came. */
  heard(frame?: Frame): void;
  /** Asks now: something happened to the network. */
  ask(): void;
  stop(): void;
}

export interface WatchEvents {
  ping(echo: Uint8Array): void;
  /** A PING was not answered in time. Nothing more is asked until something is heard. */
  suspected(): void;
  /** It speaks again. */
  trusted(): void;
}

/** @param roundTripMillis a first guess */
export function createWatch(clock: Clock, heartbeatMillis: number, roundTripMillis: number, events: WatchEvents): Watch {
  const roundTrips = [roundTripMillis];
  let heardAt = clock.now();
  /** When the first frame went out that nothing was heard since. */
  let sentAt: number | undefined;
  /** When the first frame went out that no PONG was heard since. */
  let unprovenAt: number | undefined;
  let pingAt: number | undefined;
  let idleMillis = IDLE_MILLIS;
  let timesLate = 0;
  let isSuspected = false;
  let armedAt = Infinity;
  let cancel = (): void => undefined;

  function dueAt(): number {
    if (pingAt !== undefined) return heardAt > pingAt ? pingAt + Math.max(UPSTREAM_MILLIS, pongMillis()) : pingAt + pongMillis();
    return Math.min(heardAt + idleMillis, (sentAt ?? Infinity) + ANSWER_MILLIS, (unprovenAt ?? Infinity) + UPSTREAM_MILLIS);
  }

  function pongMillis(): number {
    const middle = [...roundTrips].sort((a, b) => a - b)[roundTrips.length >> 1] ?? 0;
    return Math.min(MAX_PONG_MILLIS, Math.max(PONG_MILLIS, middle * PONG_ROUND_TRIPS));
  }

  function arm(): void {
    cancel();
    armedAt = dueAt();
    cancel = clock.after(Math.max(0, armedAt - clock.now()), fired);
  }

  function fired(): void {
    const lateMillis = clock.now() - armedAt;
    if (dueAt() > clock.now()) arm();
    else if (pingAt === undefined) ask();
    else if (lateMillis > LATE_MILLIS && timesLate++ < MAX_LATE) ask();
    else suspect();
  }

  function ask(): void {
    if (isSuspected) return;
    // Asked for nothing's sake: the next time later.
    if (pingAt === undefined && unprovenAt === undefined) idleMillis = Math.min(heartbeatMillis, idleMillis * 2);
    pingAt = clock.now();
    const echo = new Uint8Array(ECHO_BYTES);
    new DataView(echo.buffer).setFloat64(0, pingAt);
    events.ping(echo);
    arm();
  }

  function suspect(): void {
    isSuspected = true;
    events.suspected();
  }

  function heard(frame?: Frame): void {
    const isPong = frame?.type === FrameType.PONG;
    const wasDeaf = pingAt !== undefined && heardAt > pingAt;
    heardAt = clock.now();
    sentAt = undefined;
    if (isPong) {
      unprovenAt = pingAt = undefined;
      timesLate = 0;
      measure(frame.payload);
    } else if (frame && frame.type !== FrameType.PING) idleMillis = IDLE_MILLIS;
    if (isSuspected && (isPong || !wasDeaf)) {
      isSuspected = false;
      events.trusted();
      arm();
    } else if (!isSuspected && dueAt() < armedAt) arm();
  }

  function measure(echo: Uint8Array): void {
    if (echo.length !== ECHO_BYTES) return;
    roundTrips.push(clock.now() - new DataView(echo.buffer, echo.byteOffset).getFloat64(0));
    if (roundTrips.length > ROUND_TRIPS) roundTrips.shift();
  }

  arm();
  return {
    sent() {
      idleMillis = IDLE_MILLIS;
      unprovenAt ??= clock.now();
      sentAt ??= clock.now();
      if (!isSuspected && dueAt() < armedAt) arm();
    },
    heard,
    ask,
    stop: () => cancel(),
  };
}
