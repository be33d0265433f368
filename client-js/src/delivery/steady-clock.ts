import { type Clock, pageClock } from '../connection/clock.ts';

/** Time that no setting of the machine's clock moves. */
export const steadyClock: Clock = { ...pageClock, now: () => performance.now() };

/**
 * Since the document began: whichever says more, for the one stands still while some machines sleep, and the other may be set back. A clock that runs ahead lets actions expire
 * early, one that lags lets them come late.
 */
export function createDocumentClock(): () => number {
  let latest = 0;
  return () => (latest = Math.max(latest, performance.now(), Date.now() - performance.timeOrigin));
}
