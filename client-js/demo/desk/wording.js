/** The desk's sentences: what the wire says in short words, said to a person. */
const endings = {
  'consumer-ended': 'The consumer ended the session.',
  'agent-ended': 'You ended the session.',
  'consumer-gone': 'The session ended: the consumer left and did not come back.',
  'agent-gone': 'The session ended: the connection to your desk was lost for too long.',
  idle: 'The session ended: nothing happened for a long time.',
  'maximum-time': 'The session ended: it reached the longest time that a session may last.',
  'node-stopped': 'The session ended: the relay was stopped.',
  'not-served': 'The session ended: the site is not served any more.',
};

const invitationEndings = {
  declined: 'The consumer declined the invitation.',
  expired: 'The invitation expired: the consumer did not answer in time.',
  withdrawn: 'You withdrew the invitation.',
};

const refusals = {
  'mode-forbids': 'the session is view-only',
  'not-active': 'there is no active session',
  paused: 'the consumer paused sharing',
  'consent-needed': 'the consumer was asked for more than view-only often enough',
  'not-present': 'the consumer is not there right now',
  'no-such-node': 'that part of the page is gone',
  masked: 'that part is private',
  'agent-proof': 'the brand keeps agents from using that part',
  'consumer-typing': 'the consumer is typing; try again in a moment',
  'not-editable': 'that cannot be edited',
  'stale-epoch': 'the page has changed since',
  'not-allowed-url': "that address is outside the brand's pages",
  'file-input': 'files stay with the consumer',
};

const actions = {
  CLICK: 'clicking',
  INPUT: 'typing',
  SELECT: 'choosing',
  KEY: 'keys',
  NAVIGATE: 'navigating',
  SCROLL_TO: 'scrolling',
  FOCUS: 'focusing',
  HIGHLIGHT: 'highlighting',
  WIGGLE: 'wiggling',
  CURSOR: 'pointing',
  CLICK_MARK: 'marking clicks',
  TYPING: 'showing that you type',
};

export const states = { inviting: 'Inviting', active: 'Active', paused: 'Paused by the consumer', ended: 'Ended' };
export const modes = { 'view-only': 'View only', shared: 'Shared' };

export const whyItEnded = (reason) => endings[reason] ?? 'The session ended.';
export const whyNoSession = (invitation) => invitationEndings[invitation] ?? 'The invitation is over.';

/** A refusal says what was refused, why, and what is allowed instead. */
export function refusalText({ reason, message, allowed }) {
  const why = refusals[reason] ?? message ?? reason ?? 'the page does not allow it';
  const words = [...new Set((allowed ?? []).map((name) => actions[name] ?? name))];
  const instead = words.length > 0 ? ` You can go on ${words.join(', ').replace(/, ([^,]*)$/, ' and $1')}.` : '';
  const exact = message && message !== why ? ` (${message})` : '';
  return `Refused: ${why}${exact}.${instead}`;
}

/** A failed call: the relay's own title and detail, with what it allows. */
export function problemText(error) {
  const problem = error?.problem ?? error ?? {};
  const said = [problem.title, problem.detail].filter(Boolean).join(': ') || problem.message || 'The relay did not answer.';
  const allowed = Array.isArray(problem.allowed) && problem.allowed.length > 0 ? ` Allowed: ${problem.allowed.join(', ')}.` : '';
  return `${said}${allowed}`;
}

export function waitingText(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 60) return `here for ${seconds} s`;
  return seconds < 3600 ? `here for ${Math.floor(seconds / 60)} min` : `here for ${Math.floor(seconds / 3600)} h`;
}
