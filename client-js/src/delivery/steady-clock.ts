export { steadyClock } from '../connection/clock.ts';

/**
 * Since the document began: whichever says more, for the one stands still while some machines sleep, and the other may be set back. A clock that runs ahead lets actions expire
 * early, one that lags lets them come late.
 */
export function createDocumentClock(): () => number {
  let latest = 0;
  return () => (latest = Math.max(latest, performance.now(), Date.now() - performance.timeOrigin));
}
