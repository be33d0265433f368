import type { EndReason } from '../../protocol/control.ts';
import { element } from './element.ts';
import type { Host } from './host.ts';
import { addTalkStyles } from './talk-styles.ts';

/** `failed`: the relay no longer knows the session, or cannot be had; `moved`: a copy of this tab has taken it over. */
export type Ending = EndReason | 'failed' | 'moved';

/** Long enough to be read twice. */
const SHOWN_MILLIS = 8_000;

function explainEnding(ending: Ending, agent: string): string {
  switch (ending) {
    case 'consumer-ended':
      return 'You ended the session.';
    case 'agent-ended':
      return `${agent} ended the session.`;
    case 'agent-gone':
      return `The session has ended: the connection to ${agent} was lost.`;
    case 'idle':
      return 'The session has ended because nothing happened for a while.';
    case 'maximum-time':
      return 'The session has ended: its maximum time is over.';
    case 'moved':
      return 'The session has ended here and goes on in another tab.';
    case 'consumer-gone':
    case 'node-stopped':
    case 'not-served':
    case 'failed':
      return 'The session has ended: the connection was lost.';
  }
}

/** Says why the session ended, then disappears. @returns what it says */
export function showEnding(host: Host, ending: Ending, agent: string): string {
  addTalkStyles(host.root);
  const notice = element('div', { class: 'ended', role: 'status', 'data-testid': 'end-reason', popover: 'manual' });
  host.add(notice);
  // Text that arrives in a region that is there already is read out.
  const text = explainEnding(ending, agent);
  notice.textContent = text;
  setTimeout(() => host.remove(notice), SHOWN_MILLIS);
  return text;
}
