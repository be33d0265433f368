/** Close codes of a channel (protocol section 5.3). 40xx, 41xx and 4408: retry; 44xx: the same attempt would fail again. */
export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  INVALID_PAYLOAD: 1007,
  MESSAGE_TOO_BIG: 1009,
  INTERNAL_ERROR: 1011,
  DRAINING: 4001,
  OVERLOADED: 4002,
  HEARTBEAT_MISSED: 4101,
  ANSWER_LOST: 4102,
  MALFORMED: 4400,
  NOT_AUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  NO_SUCH_SESSION: 4404,
  VERSION: 4406,
  HELLO_DEADLINE: 4408,
  REPLACED: 4409,
  SESSION_ENDED: 4410,
  UNKNOWN_TYPE: 4415,
  LYING_LENGTH: 4422,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** Whether a client should try again after a close: everything but the 44xx range and faults that it would only repeat. */
export function mayRetry(code: number): boolean {
  // A client that was too slow to say HELLO (a page that blocks, a machine that slept) is as good as any at its next attempt.
  if (code >= 4000) return code < 4200 || code === CloseCode.HELLO_DEADLINE;
  return code !== CloseCode.PROTOCOL_ERROR && code !== CloseCode.UNSUPPORTED_DATA && code !== CloseCode.MESSAGE_TOO_BIG;
}
