/** Mistakes that can be planted around the machines, to show that the simulation would notice them. */
export const BUGS = {
  'no-dedupe': 'the tag carries out an action that it has answered before',
  'no-resume': 'the viewer does not ask for what was lost',
  'ack-all': 'the tag takes any acknowledgement for one of all that it has sent',
  'no-epoch': 'the tag takes an action for its own document, whatever it names',
  'no-deadline': 'the tag takes an action however late it comes',
  'late-memory': 'the tag remembers a verdict only after it was carried out',
  'no-quota': 'the tag carries out what it had no room to remember',
  'no-resend': 'the agent sends each action once',
} as const;

export type Bug = keyof typeof BUGS;
