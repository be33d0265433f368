import { Modifier, type Refusal } from '../../protocol/action.ts';
import type { ShadowOf } from '../../inner-roots.ts';
import { refuseClick } from './click.ts';
import { formAddress, inThisTab, mayGoTo } from './destination.ts';
import { editingHost, edit, execute, isTextField, select, setText } from './edit.ts';
import { isTag, nearest, realmOf, type Scope, untouchable } from './reach.ts';

/** Legacy key codes that pages still ask for. */
const KEY_CODES: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ' ': 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Delete: 46,
};
const SINGLE_LINE =
  'input:not([type=hidden],[type=checkbox],[type=radio],[type=button],[type=submit],[type=reset],[type=image],[type=file],[type=color],[type=range])';
const TABBABLE =
  'a[href],area[href],button,input,select,textarea,summary,iframe,[tabindex],[contenteditable]:not([contenteditable=false i])';

/** Elements that Enter activates as a click does. */
const ACTIVATED = 'button,summary,a[href],area[href],input[type=submit i],input[type=button i],input[type=reset i],input[type=image i]';
const DEFAULT_BUTTON = 'button:not([type]),button[type=submit i],input[type=submit i],input[type=image i]';

/** Why a key is not pressed; undefined when it may be. A key can click and submit, so what it would set off counts too. */
export function refuseKey(scope: Scope, element: Element, key: string): Refusal | undefined {
  const refusal = untouchable(scope, element);
  if (refusal) return refusal;
  if ((key === 'Enter' && element.matches(ACTIVATED)) || key === ' ') return refuseClick(scope, element);
  if (key !== 'Enter' || !element.matches(SINGLE_LINE)) return undefined;
  const { form } = element as HTMLInputElement;
  if (!form) return undefined;
  const button = defaultButton(form);
  if (!mayGoTo(formAddress(form, button), scope.origins)) return 'not-allowed-url';
  return button && untouchable(scope, button);
}

function defaultButton(form: HTMLFormElement): Element | undefined {
  return [...form.elements].find((one) => one.matches(DEFAULT_BUTTON));
}

/** Presses a key on an element: the events that the page hears, and what the browser itself would do, which it does not do for scripts. */
export function press(element: Element, key: string, modifiers: number, shadowOf: ShadowOf): void {
  const { KeyboardEvent } = realmOf(element);
  const keyCode = KEY_CODES[key] ?? (key.length === 1 ? key.toUpperCase().charCodeAt(0) : 0);
  const init: KeyboardEventInit = {
    key,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- pages still ask for it
    ...{ keyCode },
    code: codeOf(key),
    bubbles: true,
    cancelable: true,
    composed: true,
    view: realmOf(element),
    altKey: (modifiers & Modifier.ALT) !== 0,
    ctrlKey: (modifiers & Modifier.CTRL) !== 0,
    metaKey: (modifiers & Modifier.META) !== 0,
    shiftKey: (modifiers & Modifier.SHIFT) !== 0,
  };
  const isChord = (modifiers & (Modifier.ALT | Modifier.CTRL | Modifier.META)) !== 0;
  let goesOn = element.dispatchEvent(new KeyboardEvent('keydown', init));
  if (goesOn && !isChord && (key.length === 1 || key === 'Enter')) {
    const legacy = { charCode: key === 'Enter' ? 13 : key.charCodeAt(0) };
    goesOn = element.dispatchEvent(new KeyboardEvent('keypress', { ...init, ...legacy }));
  }
  if (goesOn && !isChord) carryOut(element, key, init.shiftKey === true, shadowOf);
  if (element.isConnected) element.dispatchEvent(new KeyboardEvent('keyup', init));
}

function codeOf(key: string): string {
  if (/^[a-z]$/i.test(key)) return `Key${key.toUpperCase()}`;
  if (/^\d$/.test(key)) return `Digit${key}`;
  return key === ' ' ? 'Space' : key.length > 1 ? key : '';
}

/** Whether a key would take the focus from where it is. */
export function movesFocus(element: Element, key: string): boolean {
  return key === 'Tab' || (key.startsWith('Arrow') && isTag(element, 'input') && element.type === 'radio');
}

function carryOut(element: Element, key: string, shift: boolean, shadowOf: ShadowOf): void {
  switch (key) {
    case 'Enter':
      enter(element, shift);
      break;
    case 'Tab':
      tab(element, shift ? -1 : 1, shadowOf);
      break;
    case 'Escape':
      cancelDialog(element);
      break;
    case 'Backspace':
    case 'Delete':
      erase(element, key === 'Backspace');
      break;
    case 'ArrowUp':
    case 'ArrowDown':
    case 'ArrowLeft':
    case 'ArrowRight':
      step(element, key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1, key === 'ArrowUp' || key === 'ArrowDown');
      break;
    case ' ':
      if (isTextField(element) || editingHost(element)) insert(element, key);
      else if (element.matches('button,summary,input')) (element as HTMLElement).click();
      break;
    default:
      if (key.length === 1) insert(element, key);
  }
}

function enter(element: Element, shift: boolean): void {
  if (isTag(element, 'textarea')) insert(element, '\n');
  else if (element.matches(SINGLE_LINE)) submitImplicitly(element as HTMLInputElement);
  else if (editingHost(element)) execute(element, shift ? 'insertLineBreak' : 'insertParagraph');
  else if (element.matches(ACTIVATED)) {
    inThisTab(element, () => (element as HTMLElement).click());
  }
}

/** The form submission that Enter in a field means (HTML, "implicit submission"). */
function submitImplicitly(field: HTMLInputElement): void {
  const { form } = field;
  if (!form) return;
  const button = defaultButton(form);
  field.dispatchEvent(new (realmOf(field).Event)('change', { bubbles: true }));
  if (button) inThisTab(button, () => (button as HTMLElement).click());
  else if ([...form.elements].filter((one) => one.matches(SINGLE_LINE)).length === 1) inThisTab(field, () => form.requestSubmit());
}

function tab(element: Element, step: 1 | -1, shadowOf: ShadowOf): void {
  const candidates = tabbable(element.ownerDocument, shadowOf).filter(
    (one) => one === element || (one.tabIndex >= 0 && !one.matches(':disabled') && one.checkVisibility()),
  );
  // Positive indices come first, in their order; the sort is stable.
  const order = (one: HTMLElement): number => one.tabIndex || Number.MAX_SAFE_INTEGER;
  candidates.sort((a, b) => order(a) - order(b));
  candidates[candidates.indexOf(element as HTMLElement) + step]?.focus();
}

/** In the order of the tree; what a host shows of its own stands before its children. */
function tabbable(root: ParentNode, shadowOf: ShadowOf): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].flatMap((one) => {
    const inner = shadowOf(one);
    return [...(one.matches(TABBABLE) ? [one] : []), ...(inner ? tabbable(inner, shadowOf) : [])];
  });
}

function cancelDialog(element: Element): void {
  const dialog = nearest(element, 'dialog[open]') ?? [...element.ownerDocument.querySelectorAll('dialog:modal')].at(-1);
  if (!isTag(dialog, 'dialog') || !dialog.matches(':modal')) return;
  if (dialog.dispatchEvent(new (realmOf(dialog).Event)('cancel', { cancelable: true }))) dialog.close();
}

function insert(element: Element, text: string): void {
  if (!isTextField(element)) {
    if (editingHost(element)) execute(element, 'insertText', text);
    return;
  }
  if (element.readOnly || element.disabled) return;
  const start = element.selectionStart ?? element.value.length;
  const end = element.selectionEnd ?? element.value.length;
  replace(element, start, end, text);
}

function erase(element: Element, backward: boolean): void {
  if (!isTextField(element)) {
    if (editingHost(element)) execute(element, backward ? 'delete' : 'forwardDelete');
    return;
  }
  if (element.readOnly || element.disabled) return;
  const { value } = element;
  let start = element.selectionStart ?? value.length;
  let end = element.selectionEnd ?? value.length;
  if (start === end) {
    if (backward) start = Math.max(0, start - 1);
    else end = Math.min(value.length, end + 1);
  }
  replace(element, start, end, '');
}

function replace(field: HTMLInputElement | HTMLTextAreaElement, start: number, end: number, text: string): void {
  setText(field, field.value.slice(0, start) + text + field.value.slice(end));
  // Fields of numbers and dates have no caret.
  if (field.selectionStart !== null) field.setSelectionRange(start + text.length, start + text.length);
}

/** Arrow keys on what they change; in text they move a caret that the agent does not see. */
function step(element: Element, by: 1 | -1, vertical: boolean): void {
  if (isTag(element, 'select') && !element.multiple) {
    let index = element.selectedIndex + by;
    while (element.options[index]?.disabled) index += by;
    if (element.options[index]) select(element, [index]);
  } else if (isTag(element, 'input') && element.type === 'radio') {
    const group = [
      ...(element.form ?? (element.getRootNode() as ParentNode)).querySelectorAll<HTMLInputElement>('input[type=radio]:enabled'),
    ].filter(({ name, form }) => name === element.name && form === element.form);
    const next = group[(group.indexOf(element) + by + group.length) % group.length];
    next?.focus({ preventScroll: true });
    next?.click();
  } else if (isTag(element, 'input') && /^(number|range)$/.test(element.type) && (vertical || element.type === 'range')) {
    const before = element.value;
    const up = vertical ? by < 0 : by > 0;
    const probe = element.cloneNode() as HTMLInputElement;
    probe.value = before;
    // Without steps (`step=any`) a press of the arrow goes by one, as in the browser's own field.
    if (probe.step === 'any') probe.step = '1';
    if (up) probe.stepUp();
    else probe.stepDown();
    edit(element, probe.value, true);
  }
}
