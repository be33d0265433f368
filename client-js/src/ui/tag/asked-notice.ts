import type { Asked } from '../../protocol/control.ts';
import { element } from './element.ts';
import type { Host } from './host.ts';
import { addTalkStyles } from './talk-styles.ts';

/** In two groups, as it is read out: 042 917. */
const GROUP = 3;

/** Shows the consumer the code, or that an agent is looked for. @returns what takes it away */
export function showAsked(host: Host, { want, code = '' }: Asked, cancel: () => void): () => void {
  if (want === 'nothing') return () => undefined;
  addTalkStyles(host.root);
  const digits = element('strong', { 'data-testid': 'code' }, `${code.slice(0, GROUP)} ${code.slice(GROUP)}`);
  const stop = element('button', { type: 'button', 'data-testid': 'asked-cancel' }, 'Cancel');
  const said = element('span', { role: 'status' });
  const notice = element('div', { class: 'ended asked', 'data-testid': 'asked', popover: 'manual' }, said, stop);
  stop.onclick = cancel;
  host.add(notice);
  // Text that arrives in a region that is there already is read out.
  if (want === 'code') said.append('Read this code to the person on the phone: ', digits);
  else said.append('Somebody will be with you in a moment.');
  return () => host.remove(notice);
}
