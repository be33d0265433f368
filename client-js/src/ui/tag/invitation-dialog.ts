import type { Invitation, Mode } from '../../protocol/control.ts';
import { element } from './element.ts';
import type { Host } from './host.ts';
import { addTalkStyles } from './talk-styles.ts';

function explain(agent: string, mode: Mode): string {
  return mode === 'shared'
    ? `${agent} will see this page as you see it, and can point, click and type in it together with you.`
    : `${agent} will see this page as you see it and can point at things, but cannot change anything (view only).`;
}

/**
 * Asks the consumer. Escape declines; the browser keeps the focus inside and gives it back afterwards.
 *
 * @returns what takes the question back without an answer
 */
export function askConsent(host: Host, { agent, mode }: Invitation, answer: (accept: boolean) => void): () => void {
  addTalkStyles(host.root);
  const accept = element('button', { 'data-testid': 'invitation-accept', class: 'main', type: 'button' }, 'Browse together');
  const decline = element('button', { 'data-testid': 'invitation-decline', type: 'button' }, 'No, thanks');
  const reassurance = 'Passwords are never shown, nothing is recorded, and you can stop at any time.';
  const dialog = element(
    'dialog',
    { 'data-testid': 'invitation', 'aria-labelledby': 'title', 'aria-describedby': 'about', tabindex: '-1' },
    element('h2', { id: 'title' }, `${agent} would like to browse this page with you`),
    element('div', { id: 'about' }, element('p', {}, explain(agent, mode)), element('p', {}, reassurance)),
    element('div', { class: 'buttons' }, accept, decline),
  );

  function close(): void {
    if (!dialog.open) return;
    dialog.close();
    host.remove(dialog);
  }
  function settle(accepted: boolean): void {
    close();
    answer(accepted);
  }
  accept.onclick = () => settle(true);
  decline.onclick = () => settle(false);
  // Also when the browser closes it unasked, as it may at a second Escape.
  dialog.oncancel = dialog.onclose = () => {
    if (dialog.isConnected) settle(false);
  };
  // Keys typed here are not the page's: its own handlers would close its own dialogs on Escape.
  dialog.onkeydown = (event) => event.stopPropagation();

  host.add(dialog);
  dialog.showModal();
  // Neither answer has the focus: a stray Enter or space of somebody who is typing must not give it.
  dialog.focus();
  return close;
}
