import { CloseCode } from '../protocol/close-code.ts';

/** Wait before the first retry; it doubles with each further one. */
const BASE_MILLIS = 500;
/** The wait never grows beyond this: people are watching. */
const CAP_MILLIS = 5_000;

/**
 * How long to wait before the next attempt: half of the exponential wait is certain, half is drawn, so that the clients of a node that died do
 * not come back in step.
 *
 * @param failures attempts that failed before this one, since the channel was last open
 * @param draw 0 (inclusive) to 1 (exclusive)
 */
export function retryMillis(failures: number, code: number, draw: number): number {
  // 4002 asks for 5 s or more.
  if (code === CloseCode.OVERLOADED) return CAP_MILLIS * (1 + draw);
  const wait = Math.min(CAP_MILLIS, BASE_MILLIS * 2 ** failures);
  return wait * (0.5 + draw / 2);
}
