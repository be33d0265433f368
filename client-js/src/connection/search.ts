import type { CarrierKind } from './carrier.ts';
import type { Clock } from './clock.ts';

/** How long the first kind of carrier is tried alone. */
export const RACE_MILLIS = 400;
/** From one attempt to the next, a quarter more or less: often enough that 19 of 20 clients are back within 500 ms of the network, with what HELLO takes. */
const RETRY_MILLIS = 300;
const RACE_SPREAD = 0.5;
/**
 * On a path that looked open and is dead, the first attempts come twice as fast: the browser may put each on a connection that it kept from loading the
 * page, of up to six, all of them as dead.
 */
const KEPT_CONNECTIONS = 6;
/** Attempts are made at this rate for so long; the relay's grace for somebody who is gone is no longer. After it each waits twice as long as the one before ... */
const RACE_FOR_MILLIS = 60_000;
/** ... up to this. */
const MAX_PAUSE_MILLIS = 5_000;
/**
 * One attempt in so many is a WebSocket's: Chromium opens one at a time to an address, and holds the next one back after failures. The requests of a
 * long-poll it sends at once, and drops when told to: once both kinds have been tried, they are sent each time.
 */
const KINDS_PERIOD = 4;

/** When which carrier is tried, from a break to the next WELCOME. */
export interface Search {
  readonly isOn: boolean;
  /**
   * Nothing, where it is on already.
   *
   * @param isDark whether a path that looked open is dead: then both kinds are tried at once, for a browser may put a long-poll on a kept connection that is as dead
   */
  begin(first: CarrierKind, delayMillis: number, isDark?: boolean): void;
  /** The other kind is tried at once where so far only one was. */
  skipHeadStart(): void;
  /** At once, and fast from now on: the network is back. */
  hurry(): void;
  /** Asked by the relay: nothing before that. */
  holdUntil(at: number): void;
  stop(): void;
}

/** @param isUrgent whether people are waiting: others try more and more rarely from the beginning */
export function createSearch(clock: Clock, random: () => number, isUrgent: () => boolean, attempt: (kind: CarrierKind) => void): Search {
  let isOn = false;
  let webSocketsTurn = 0;
  let since = 0;
  let tried = 0;
  let hasHeadStart = true;
  let pauseMillis = RETRY_MILLIS;
  let earliestAt = 0;
  let cancel = (): void => undefined;

  function plan(delayMillis: number): void {
    cancel();
    cancel = clock.after(Math.max(0, delayMillis, earliestAt - clock.now()), next);
  }

  function next(): void {
    const isWebSockets = tried++ % KINDS_PERIOD === webSocketsTurn;
    const isRace = tried < 2 || (isUrgent() && clock.now() - since < RACE_FOR_MILLIS);
    if (!isRace) pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
    const mayBeKept = !hasHeadStart && tried <= KEPT_CONNECTIONS;
    const waitMillis = tried > 1 ? pauseMillis / (mayBeKept ? 2 : 1) : hasHeadStart ? RACE_MILLIS : 0;
    plan(waitMillis * (1 + (random() - 0.5) * RACE_SPREAD));
    // The last of several is kept longest.
    if (!isWebSockets || tried > KINDS_PERIOD) attempt('long-poll');
    if (isWebSockets && isOn) attempt('websocket');
  }

  function raceAgain(): void {
    since = clock.now();
    pauseMillis = RETRY_MILLIS;
  }

  return {
    get isOn() {
      return isOn;
    },
    begin(first, delayMillis, isDark = false) {
      if (isOn) return;
      isOn = true;
      tried = 0;
      hasHeadStart = !isDark;
      webSocketsTurn = first === 'websocket' ? 0 : 1;
      raceAgain();
      plan(delayMillis);
    },
    skipHeadStart() {
      if (isOn && tried === 1) plan(0);
    },
    hurry() {
      raceAgain();
      if (isOn) plan(0);
    },
    holdUntil(at) {
      earliestAt = at;
      if (isOn) plan(0);
    },
    stop() {
      isOn = false;
      cancel();
    },
  };
}
