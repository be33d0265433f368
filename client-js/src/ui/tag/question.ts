import { deepestFocus, shadowsOf } from '../../inner-roots.ts';
import { element } from './element.ts';
import type { Host } from './host.ts';
import { addTalkStyles } from './talk-styles.ts';

/** Where the question is asked. */
export interface Around {
  readonly host: Host;
  readonly witness: { readonly closed: WeakMap<Node, ShadowRoot> };
}

/** A page that takes the focus away more often keeps it inside of something of its own: only a modal dialog is stronger. */
const MOST_RETURNS = 2;

/** What the consumer is asked. */
export interface Question {
  /** Of the dialog; its buttons have it with `-accept` and `-decline` behind. */
  readonly testId: string;
  readonly title: string;
  readonly about: readonly string[];
  readonly accept: string;
  readonly decline: string;
}

/**
 * Asks the consumer. Escape declines; the focus stays inside, and goes back afterwards.
 *
 * Not a modal dialog of the browser's unless the page shows one, or keeps the focus to itself: that makes the whole page inert, which on a large one is a long task at its begin and one at its end.
 *
 * @returns what takes the question back without an answer
 */
export function ask({ host, witness }: Around, question: Question, answer: (accept: boolean) => void): () => void {
  addTalkStyles(host.root);
  const { testId } = question;
  const accept = element('button', { 'data-testid': `${testId}-accept`, class: 'main', type: 'button' }, question.accept);
  const decline = element('button', { 'data-testid': `${testId}-decline`, type: 'button' }, question.decline);
  const dialog = element(
    'dialog',
    { 'data-testid': testId, 'aria-labelledby': 'title', 'aria-describedby': 'about', 'aria-modal': 'true', tabindex: '-1' },
    element('h2', { id: 'title' }, question.title),
    element('div', { id: 'about' }, ...question.about.map((text) => element('p', {}, text))),
    element('div', { class: 'buttons' }, accept, decline),
  );
  const cover = element('div', { class: 'cover', popover: 'manual' }, dialog);
  const focusedBefore = deepestFocus(shadowsOf(witness.closed)) as HTMLElement | null;

  function close(): void {
    if (!cover.isConnected) return;
    const isModal = dialog.matches(':modal');
    letGo();
    if (isModal) dialog.close();
    host.remove(cover);
    if (!isModal) focusedBefore?.focus({ preventScroll: true });
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
  dialog.onkeydown = (event) => {
    // Keys typed here are not the page's: its own handlers would close its own dialogs on Escape.
    event.stopPropagation();
    if (dialog.matches(':modal')) return;
    if (event.key === 'Escape') settle(false);
    else if (event.key === 'Tab') turn([accept, decline], host.root.activeElement, event.shiftKey);
    else return;
    event.preventDefault();
  };

  host.add(cover);
  dialog.open = true;
  const letGo = keepFocus(host.root, cover, dialog);
  return close;
}

/** From one button to the other; from the dialog itself to the first, or backwards to the last. */
function turn(buttons: readonly HTMLElement[], from: Element | null, isBackwards: boolean): void {
  const at = buttons.indexOf(from as HTMLElement);
  buttons.at(at < 0 && isBackwards ? -1 : (at + 1) % buttons.length)?.focus();
}

/**
 * Neither answer has the focus, but what holds them: a stray Enter or space of somebody who is typing must not give one.
 *
 * @returns what ends it
 */
function keepFocus(root: ShadowRoot, cover: HTMLElement, dialog: HTMLDialogElement): () => void {
  let returns = 0;

  function take(): void {
    dialog.focus();
    // Nothing outside the page's own modal dialog can have it; and browsers from before popovers show nothing above that.
    if (!dialog.contains(root.activeElement) || !cover.popover) rise();
  }
  function rise(): void {
    if (cover.popover) cover.hidePopover();
    cover.removeAttribute('popover');
    dialog.open = false;
    dialog.showModal();
    dialog.focus();
  }

  function look(): void {
    const isGone = dialog.isConnected && document.hasFocus() && !dialog.contains(root.activeElement);
    if (!isGone || dialog.matches(':modal')) return;
    if (returns++ < MOST_RETURNS) take();
    else rise();
  }

  const listening = new AbortController();
  const { signal } = listening;
  const lookLater = (): unknown => setTimeout(look);
  dialog.addEventListener('focusout', lookLater);
  // A script may move it while nobody is in this window.
  window.addEventListener('focus', lookLater, { signal });
  // A click beside the dialog leaves the focus where it is.
  cover.addEventListener('mousedown', (event) => {
    if (event.target === cover) event.preventDefault();
  });
  take();
  return () => listening.abort();
}
