import { CloseCode, mayRetry } from '../protocol/close-code.ts';
import { decodeControl, type SessionInfo, type Welcome } from '../protocol/control.ts';
import { decodeFrame, encodeFrame, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import type { Carrier, CarrierEvents, CarrierKind } from './carrier.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { Connect, Connector, ConnectorEvents } from './connector.ts';
import { type Fetch, openLongPoll } from './long-poll.ts';
import { createPointers } from './pointers.ts';
import { createSearch, RACE_MILLIS } from './search.ts';
import { createWatch, type Watch } from './watch.ts';
import { openWebSocket } from './websocket.ts';

/** The clients of a node that died come back within this time, not all at once. */
const SPREAD_MILLIS = 250;
/** As much, for those who only wait to be invited. */
const CALM_SPREAD_MILLIS = 2_000;
/** 4002 asks for 5 s or more. */
const OVERLOADED_MILLIS = 5_000;
/** On a long-poll, a WebSocket is tried after this time, then after twice as long each time ... */
const UPGRADE_MILLIS = 1_000;
/** ... up to this. */
const MAX_UPGRADE_MILLIS = 60_000;
/** A WebSocket that lived for so long was a good one: the next is tried soon. One that dies early again and again is tried ever more rarely. */
const GOOD_MILLIS = 30_000;
/** A carrier that was silent for so many heartbeats is over, though nothing else was found. */
const SILENT_HEARTBEATS = 2;

export interface PathOptions {
  /** `wss://relay/v1/sessions/{session}/channel`; the long-poll's address stands beside it. */
  readonly url: string;
  /** What is tried first: what worked last. */
  readonly first?: CarrierKind | undefined;
  /** When the carrier that is taken over was begun, on the clock. */
  readonly startedAt?: number;
  /** Told what the channel rides on now. */
  readonly rides?: (kind: CarrierKind) => void;
  /** Whether people are waiting: then a broken path is replaced as fast as can be. */
  readonly isUrgent?: () => boolean;
  readonly WebSocket?: typeof WebSocket;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random?: () => number;
  /** Says `online`. */
  readonly network?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  readonly open?: (kind: CarrierKind, events: CarrierEvents) => Carrier;
}

/** What the channel rides on, since WELCOME. */
interface Ride {
  readonly carrier: Carrier;
  readonly hello: number;
  readonly roundTripMillis: number;
  readonly since: number;
  watch?: Watch;
  isSuspect: boolean;
}

const other = (kind: CarrierKind): CarrierKind => (kind === 'websocket' ? 'long-poll' : 'websocket');

function opener(options: PathOptions, clock: Clock): (kind: CarrierKind, events: CarrierEvents) => Carrier {
  const { url: address, fetch = (url: string, request: RequestInit) => globalThis.fetch(url, request) } = options;
  const pollUrl = address.replace(/^ws/, 'http').replace(/channel$/, 'poll');
  return (kind, events) =>
    kind === 'websocket'
      ? openWebSocket(options.WebSocket ?? WebSocket, address, events)
      : openLongPoll({ url: pollUrl, fetch, clock }, events);
}

/** Connects by WebSocket or long-poll, whichever works, watches what it rides on, and replaces it in mid-session by one that works or is better. */
export function viaPath(options: PathOptions): Connect {
  return (events, carrier, heartbeatMillis = 0) => createPath(options, events, carrier, heartbeatMillis);
}

function createPath(options: PathOptions, events: ConnectorEvents, taken: Carrier | undefined, takenHeartbeatMillis: number): Connector {
  const { clock = steadyClock, random = Math.random, network = globalThis, isUrgent = () => true } = options;
  const open = options.open ?? opener(options, clock);
  const search = createSearch(clock, random, isUrgent, start);
  const attempts = createAttempts(clock, { hello: events.hello, frame: answered, failed });
  const pointers = createPointers(clock);
  let current: Ride | undefined;
  let upgradeMillis = UPGRADE_MILLIS;
  let cancelUpgrade = (): void => undefined;
  let cancelEnd = (): void => undefined;

  function start(kind: CarrierKind): void {
    attempts.start((listener) => open(kind, listener));
  }

  function answered(attempt: Attempt, frame: Frame): void {
    if (frame.type !== FrameType.WELCOME) return;
    attempts.chosen(attempt);
    leave();
    search.stop();
    ride(attempt.carrier, attempt.hello, clock.now() - attempt.helloAt);
    events.frame(frame);
    pointAgain(decodeControl<Welcome>(frame.payload).session);
  }

  function pointAgain({ state }: SessionInfo): void {
    // While the consumer pauses, the relay refuses it.
    if (state !== 'active') return;
    for (const bytes of pointers.latest()) current?.carrier.send(bytes);
  }

  function ride(carrier: Carrier, hello: number, roundTripMillis: number): void {
    const ride: Ride = { carrier, hello, roundTripMillis, since: clock.now(), isSuspect: false };
    current = ride;
    carrier.events = {
      opened: () => undefined,
      message(bytes) {
        const frame = decodeFrame(bytes);
        ride.watch?.heard(frame);
        events.frame(frame);
        // Perhaps somebody came back on a new carrier: what was on its way to the old one is lost.
        if (frame.type === FrameType.SESSION) pointAgain(decodeControl(frame.payload));
      },
      heard: () => ride.watch?.heard(),
      lost,
    };
    options.rides?.(carrier.kind);
    if (carrier.kind === 'long-poll') planUpgrade();
  }

  /** The carrier that the channel rode on is of no more use. */
  function leave(): Ride | undefined {
    const left = current;
    current = undefined;
    cancelUpgrade();
    cancelEnd();
    left?.watch?.stop();
    left?.carrier.close();
    if (left?.carrier.kind === 'websocket' && clock.now() - left.since >= GOOD_MILLIS) upgradeMillis = UPGRADE_MILLIS;
    if (left?.isSuspect) events.silent(false);
    return left;
  }

  function planUpgrade(): void {
    cancelUpgrade = clock.after(upgradeMillis, () => {
      upgradeMillis = Math.min(MAX_UPGRADE_MILLIS, upgradeMillis * 2);
      if (!search.isOn && attempts.count === 0) start('websocket');
      planUpgrade();
    });
  }

  function welcomed(heartbeatMillis: number): void {
    const ride = current;
    if (!ride) return;
    ride.watch = createWatch(clock, heartbeatMillis, ride.roundTripMillis, {
      ping: (echo) => ride.carrier.send(encodeFrame(FrameType.PING, 0, 0, echo)),
      suspected() {
        ride.isSuspect = true;
        events.silent(true);
        search.begin(other(ride.carrier.kind), 0, true);
        cancelEnd = clock.after(heartbeatMillis * SILENT_HEARTBEATS, () => lost(CloseCode.HEARTBEAT_MISSED, ''));
      },
      trusted() {
        ride.isSuspect = false;
        cancelEnd();
        search.stop();
        attempts.rest();
        events.silent(false);
      },
    });
  }

  /** Whether a close that says stop means it: a HELLO of our own that went out later has replaced the one that is closed. */
  function stops(code: number, hello: number): boolean {
    return !mayRetry(code) && !(code === CloseCode.REPLACED && hello < attempts.lastHello);
  }

  function lost(code: number, reason: string): void {
    const left = leave();
    if (!left) return;
    if (stops(code, left.hello)) {
      end(code, reason);
      return;
    }
    heed(code);
    // The relay closes the old carrier of a move while its WELCOME is on the way on the new one.
    const isMoving = code === CloseCode.REPLACED && attempts.count > 0;
    const spreadMillis = isUrgent() ? SPREAD_MILLIS : CALM_SPREAD_MILLIS;
    search.begin(left.carrier.kind, isMoving ? RACE_MILLIS : random() * spreadMillis);
    if (!isMoving) tellLost(code, reason);
  }

  function failed(attempt: Attempt, code: number, reason: string): void {
    const hasGoodCarrier = current !== undefined && !current.isSuspect;
    if (stops(code, attempt.hello) && !hasGoodCarrier) {
      end(code, reason);
      return;
    }
    heed(code);
    // What was tried first is refused at once: no need to give it a head start.
    if (attempts.count === 0) search.skipHeadStart();
    if (!current && (attempt.hello > 0 || attempts.count === 0)) tellLost(code, reason);
  }

  function heed(code: number): void {
    if (code === CloseCode.OVERLOADED) search.holdUntil(clock.now() + OVERLOADED_MILLIS * (1 + random()));
  }

  function tellLost(code: number, reason: string): void {
    // The place went to an attempt of our own that came to nothing: for the channel a loss like any other.
    events.lost(mayRetry(code) ? code : CloseCode.GOING_AWAY, reason);
  }

  function end(code: number, reason: string): void {
    close();
    events.lost(code, reason);
  }

  function online(): void {
    search.hurry();
    if (!search.isOn) current?.watch?.ask();
  }

  function close(code?: number): void {
    search.stop();
    cancelUpgrade();
    cancelEnd();
    attempts.close();
    network.removeEventListener('online', online);
    current?.watch?.stop();
    current?.carrier.close(code);
    current = undefined;
  }

  network.addEventListener('online', online);
  if (taken && takenHeartbeatMillis > 0) {
    ride(taken, 0, 0);
    welcomed(takenHeartbeatMillis);
  } else {
    const { startedAt = clock.now(), first = 'websocket' } = options;
    if (taken) attempts.adopt(taken, startedAt);
    search.begin(taken ? other(taken.kind) : first, taken ? startedAt + RACE_MILLIS - clock.now() : 0);
  }
  return {
    send(bytes) {
      pointers.note(bytes);
      current?.carrier.send(bytes);
      if (bytes[0] !== FrameType.PONG) current?.watch?.sent();
    },
    welcomed,
    close,
  };
}
