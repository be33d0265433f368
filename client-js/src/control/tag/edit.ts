import type { Refusal } from '../../protocol/action.ts';
import { isTag, nearest, realmOf } from './reach.ts';

type TextField = HTMLInputElement | HTMLTextAreaElement;

const NOT_TEXT = /^(checkbox|radio|button|submit|reset|image|hidden|file)$/;

export function isTextField(element: Element): element is TextField {
  return isTag(element, 'textarea') || (isTag(element, 'input') && !NOT_TEXT.test(element.type));
}

/** The element whose content is edited when an element inside is; undefined when it is not editable. */
export function editingHost(element: Element): HTMLElement | undefined {
  const host = nearest(element, '[contenteditable]:not([contenteditable=false i])');
  return host instanceof realmOf(element).HTMLElement && host.isContentEditable ? host : undefined;
}

export function refuseEdit(element: Element): Refusal | undefined {
  if (isTextField(element)) return element.disabled || element.readOnly || nearest(element, ':disabled') ? 'not-editable' : undefined;
  return editingHost(element) ? undefined : 'not-editable';
}

export function refuseSelect(element: Element, indices: readonly number[]): Refusal | undefined {
  if (!isTag(element, 'select') || element.disabled || nearest(element, ':disabled')) return 'not-editable';
  const allowed = indices.every((index) => {
    const option = element.options[index];
    return option && !option.disabled && !nearest(option, 'optgroup:disabled');
  });
  return allowed ? undefined : 'not-editable';
}

/** Whether an edit needs the focus where it is not yet: editors are edited at the selection. */
export function movesFocusToEdit(element: Element): boolean {
  const host = isTextField(element) ? undefined : editingHost(element);
  return host !== undefined && !hasFocus(host);
}

/** Whether the selection that a command would act on is this editor's. */
function hasFocus(host: Element): boolean {
  const root = host.getRootNode() as Document | ShadowRoot;
  return root.activeElement !== null && host.contains(root.activeElement);
}

/** Gives a field or an editing host its new content as typing would: the page's own code hears of it. */
export function edit(element: Element, value: string, commit: boolean): void {
  if (isTextField(element)) {
    if (element.value !== value) typeInto(element, value);
    if (commit) element.dispatchEvent(new (realmOf(element).Event)('change', { bubbles: true }));
    return;
  }
  const host = editingHost(element);
  if (host) rewrite(host, value);
}

function typeInto(field: TextField, value: string): void {
  const before = field.value;
  const { KeyboardEvent } = realmOf(field);
  // One character is a key; some pages listen for nothing else.
  let key = value.length === before.length + 1 && value.startsWith(before) ? value.slice(-1) : '';
  if (key === '\n') key = 'Enter';
  if (value.length === before.length - 1 && before.startsWith(value)) key = 'Backspace';
  const init = { key, bubbles: true, cancelable: true, composed: true };
  if (key && !field.dispatchEvent(new KeyboardEvent('keydown', init))) return;
  setText(field, value);
  if (key) field.dispatchEvent(new KeyboardEvent('keyup', init));
}

/** Gives a text field its new value with the events that an edit has. */
export function setText(field: TextField, wanted: string): void {
  const before = field.value;
  const most = Math.max(field.maxLength, before.length);
  const value = field.maxLength >= 0 ? wanted.slice(0, most) : wanted;
  const inserted = value.startsWith(before) ? value.slice(before.length) : null;
  const shortened = before.startsWith(value) ? 'deleteContentBackward' : 'insertReplacementText';
  const inputType = inserted === null ? shortened : 'insertText';
  const data = inputType === 'insertReplacementText' ? value : inserted;
  const { InputEvent } = realmOf(field);
  const input = { bubbles: true, composed: true, inputType, data };
  // A page that cancels beforeinput writes the field itself.
  if (!field.dispatchEvent(new InputEvent('beforeinput', { ...input, cancelable: true }))) return;
  setValue(field, value);
  field.dispatchEvent(new InputEvent('input', input));
}

/**
 * Sets a value by the prototype's own setter: frameworks such as React lay their own over it on the instance, and take a value that came that way
 * for one they know already.
 */
function setValue(field: TextField, value: string): void {
  const realm = realmOf(field);
  const prototype = isTag(field, 'textarea') ? realm.HTMLTextAreaElement.prototype : realm.HTMLInputElement.prototype;
  // The consumer's caret stays where it is, unless it stood at the end.
  const caret =
    (field.getRootNode() as Document | ShadowRoot).activeElement === field && field.selectionStart !== field.value.length
      ? field.selectionStart
      : null;
  const end = field.selectionEnd;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  if (caret !== null) field.setSelectionRange(caret, end);
}

export function select(element: Element, indices: readonly number[]): void {
  if (!isTag(element, 'select')) return;
  const { Event } = realmOf(element);
  const chosen = new Set(indices);
  if (element.multiple) {
    for (const option of element.options) option.selected = chosen.has(option.index);
  } else {
    element.selectedIndex = indices[0] ?? -1;
  }
  element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  element.dispatchEvent(new Event('change', { bubbles: true }));
}

/** The agent's latest text of an editing host, what the page made of it, and where in the agent's text its caret stands. */
interface Written {
  readonly value: string;
  readonly text: string;
  readonly caret: number;
}

const written = new WeakMap<HTMLElement, Written>();

/**
 * Replaces what differs, through the editor's own door, which fires input and keeps its undo history. A line break of the
 * agent's text becomes a paragraph or whatever the editor makes of Enter, which is no character of the page's text.
 */
function rewrite(host: HTMLElement, value: string): void {
  const last = written.get(host);
  const isOurs = last?.text === host.textContent;
  const before = isOurs ? last.value : host.textContent;
  const longest = Math.min(before.length, value.length);
  let start = 0;
  while (start < longest && before[start] === value[start]) start++;
  let same = 0;
  while (same < longest - start && before[before.length - 1 - same] === value[value.length - 1 - same]) same++;
  const removed = before.slice(start, before.length - same);
  const inserted = value.slice(start, value.length - same);
  if (!removed && !inserted) return;

  host.focus({ preventScroll: true });
  // Typing goes on where it was: the end of a paragraph and the start of the next are one place in the text.
  if (removed || !isOurs || start !== last.caret) {
    const from = withoutBreaks(before.slice(0, start));
    selectText(host, from, from + withoutBreaks(removed));
    if (removed) execute(host, withoutBreaks(removed) > 0 ? 'delete' : 'forwardDelete');
  }
  inserted.split('\n').forEach((line, i) => {
    if (i > 0) execute(host, 'insertParagraph');
    if (line) execute(host, 'insertText', line);
  });
  written.set(host, { value, text: host.textContent, caret: start + inserted.length });
}

const withoutBreaks = (text: string): number => text.replaceAll('\n', '').length;

/** What a command is called in an `InputEvent`. */
const INPUT_TYPES = {
  insertText: 'insertText',
  insertParagraph: 'insertParagraph',
  insertLineBreak: 'insertLineBreak',
  delete: 'deleteContentBackward',
  forwardDelete: 'deleteContentForward',
} as const;

/** Edits at the selection. Typing would fire `beforeinput`, which browsers do not for commands, and which some editors live by. */
export function execute(host: Element, command: keyof typeof INPUT_TYPES, text = ''): void {
  const editor = editingHost(host);
  // A command acts on whatever has the focus, which may be a field that is not the agent's to touch.
  if (!editor || !hasFocus(editor)) return;
  const { InputEvent, StaticRange } = realmOf(host);
  const document = host.ownerDocument;
  const selection = document.getSelection();
  const targetRanges = selection?.rangeCount ? [new StaticRange(selection.getRangeAt(0))] : [];
  const data = command === 'insertText' ? text : null;
  const init = { inputType: INPUT_TYPES[command], data, targetRanges, bubbles: true, cancelable: true, composed: true };
  if (!host.dispatchEvent(new InputEvent('beforeinput', init)) || !hasFocus(editor)) return;
  // The only way into an editor that its own model notices; browsers keep it for that reason.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  document.execCommand(command, false, text);
}

/** Selects a range of an editing host's text, counted in UTF-16 units over all its text nodes. */
function selectText(host: HTMLElement, start: number, end: number): void {
  const document = host.ownerDocument;
  const range = document.createRange();
  range.selectNodeContents(host);
  const texts = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
  let at = 0;
  let started = false;
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const { length } = text as Text;
    if (!started && start <= at + length) {
      range.setStart(text, start - at);
      started = true;
    }
    if (end <= at + length) {
      range.setEnd(text, end - at);
      break;
    }
    at += length;
  }
  const selection = document.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}
