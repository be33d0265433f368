/** The viewer's sentences. */
export const WORDS = {
  surface: "The consumer's page. Shift and Escape leave it.",
  waitingForPage: 'Waiting for the page…',
  inviting: 'Waiting for the consumer to accept…',
  away: 'The consumer left the page, or is reconnecting. You will see them again as soon as they are back.',
  reconnecting: 'Reconnecting to the relay…',
  paused: 'The consumer paused sharing.',
  ended: 'The session is over.',
  viewOnly: 'View only: you can point, scroll and highlight.',
  masked: 'This field is private: only the consumer can fill it in.',
  fit: 'Fit',
  actual: 'Actual size',
  fullScreen: 'Full screen',
  openList: 'The list that the consumer has open',
  notShown: 'Content of this frame is not shown',
  notShownOf: (host: string): string => `Content of ${host} is not shown`,
  typing: (name: string): string => `${name} is typing`,
} as const;
