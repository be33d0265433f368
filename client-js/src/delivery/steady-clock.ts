export { steadyClock } from '../connection/clock.ts';

/** Where the time of day moves by so much against the page's time, the machine slept or was set; both are read to a millisecond, and drift apart more slowly. */
const JUMP_MILLIS = 100;

/**
 * Since the document began. The page's time stands still while some machines sleep, and the time of day may be set either way: what it leaps ahead counts, what it falls back
 * does not. A clock that runs ahead lets actions expire early, one that lags lets them come late.
 */
export function createDocumentClock(): () => number {
  let ahead = Date.now() - performance.now();
  let leapt = 0;
  return () => {
    const now = performance.now();
    const jump = Date.now() - now - ahead;
    if (Math.abs(jump) > JUMP_MILLIS) {
      ahead += jump;
      leapt += Math.max(0, jump);
    }
    return now + leapt;
  };
}
