import { FrameType } from '../../protocol/frame-type.ts';
import { editableAround, isLocked, isMasked, isTextField, type TextField } from './fields.ts';
import type { Surface } from './surface.ts';

/** Keystrokes closer together than this travel as one value. */
const COALESCE_MILLIS = 50;
/** Once the agent has not typed for this long, what the page made of the text (a formatted number) shows in the editor. */
const QUIET_MILLIS = 600;
/** The typing hint is repeated this often while the agent types; receivers let it expire. */
const HINT_MILLIS = 2_000;

/**
 * A real text field of the agent's own document, laid over a field of the mirror: caret, selection, clipboard, undo and input
 * methods work, and what comes of it travels as the field's whole value.
 */
export interface Typing {
  /** Opens an editor over a text field or an editable element; an open one is committed first. */
  edit(field: Element): void;
  readonly isOpen: boolean;
  /** The page changed: the editor follows its field, and goes with it. */
  refresh(): void;
  close(): void;
}

interface Editor {
  readonly control: TextField;
  /** Of the page in sight: another element of the same node once a keyframe has replaced the page. */
  field: Element;
  readonly node: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  typedAt: number;
  hintedAt: number;
  changed: boolean;
}

export interface TypingEvents {
  /** A key that is the page's, not the editor's. */
  key(node: number, event: KeyboardEvent): void;
}

export function createTyping(surface: Surface, events: TypingEvents): Typing {
  const { session, mirror, editors, overlay } = surface;
  let editor: Editor | undefined;

  function edit(field: Element): void {
    const node = mirror.idOf(field);
    if (node === null || editor?.field === field) return;
    close();
    const control = controlFor(field);
    const opened: Editor = { control, field, node, timer: undefined, typedAt: 0, hintedAt: Number.NEGATIVE_INFINITY, changed: false };
    editor = opened;
    control.addEventListener('input', (event) => typed(opened, (event as InputEvent).isComposing));
    control.addEventListener('compositionend', () => typed(opened, false));
    control.addEventListener('blur', () => commit(opened));
    control.addEventListener('keydown', (event) => pressed(opened, event as KeyboardEvent));
    editors.append(control);
    place(opened);
    control.focus({ preventScroll: true });
    caretToEnd(control);
  }

  function typed(one: Editor, isComposing: boolean): void {
    one.typedAt = performance.now();
    one.changed = true;
    hint(one);
    if (!isComposing) one.timer ??= setTimeout(() => flush(one), COALESCE_MILLIS);
  }

  function flush(one: Editor, isCommit = false): void {
    const pending = one.timer !== undefined;
    clearTimeout(one.timer);
    one.timer = undefined;
    if (pending || (isCommit && one.changed)) session.input(one.node, one.control.value, { commit: isCommit });
    if (isCommit) one.changed = false;
  }

  function hint(one: Editor): void {
    if (one.typedAt - one.hintedAt < HINT_MILLIS) return;
    one.hintedAt = one.typedAt;
    session.point({ type: FrameType.TYPING, node: one.node });
  }

  function pressed(one: Editor, event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing) return;
    const isBreak = event.key === 'Enter' && one.control.localName === 'textarea';
    if ((event.key !== 'Enter' || isBreak) && event.key !== 'Tab' && event.key !== 'Escape') return;
    event.preventDefault();
    flush(one, true);
    if (event.key !== 'Enter') close();
    events.key(one.node, event);
  }

  function commit(one: Editor): void {
    if (editor !== one) return;
    editor = undefined;
    flush(one, true);
    session.point({ type: FrameType.TYPING, node: 0 });
    one.control.remove();
  }

  function close(): void {
    if (editor === undefined) return;
    const hadFocus = editor.control.matches(':focus');
    commit(editor);
    if (hadFocus) overlay.focus({ preventScroll: true });
  }

  function place({ control, field, node }: Editor): void {
    const box = mirror.boxOf(node);
    const look = field.ownerDocument.defaultView?.getComputedStyle(field);
    if (!box || !look) return;
    for (const property of COPIED) control.style.setProperty(property, look.getPropertyValue(property));
    Object.assign(control.style, {
      left: `${box.left}px`,
      top: `${box.top}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
      boxSizing: 'border-box',
      borderStyle: 'solid',
      borderColor: 'transparent',
      backgroundColor: backgroundBehind(field),
    });
  }

  return {
    edit,
    close,
    get isOpen() {
      return editor !== undefined;
    },
    refresh() {
      if (editor === undefined) return;
      const field = mirror.nodeOf(editor.node) as Element | null;
      if (field === null || !isStillFor(field, editor)) {
        close();
        return;
      }
      editor.field = field;
      place(editor);
      const shown = textOf(editor.field);
      if (editor.timer !== undefined || performance.now() - editor.typedAt < QUIET_MILLIS || isShowing(editor, shown)) return;
      setKeepingCaret(editor.control, shown);
    },
  };
}

const COPIED = [
  'font-family',
  'font-size',
  'font-weight',
  'font-style',
  'letter-spacing',
  'line-height',
  'color',
  'text-align',
  'text-indent',
  'text-transform',
  'direction',
  'padding-top',
  'padding-right',
  'padding-bottom',
  'padding-left',
  'border-top-width',
  'border-right-width',
  'border-bottom-width',
  'border-left-width',
  'border-radius',
];

/** A control of the same kind, without name or form: nothing fills it in. */
function controlFor(field: Element): TextField {
  const control = document.createElement(field.localName === 'input' ? 'input' : 'textarea');
  control.className = 'editor';
  control.dataset['testid'] = 'editor';
  control.autocomplete = 'off';
  control.spellcheck = false;
  control.setAttribute('aria-label', field.getAttribute('aria-label') ?? field.getAttribute('placeholder') ?? 'Text of the field');
  if (control.localName === 'input') (control as HTMLInputElement).type = (field as HTMLInputElement).type;
  for (const name of ['min', 'max', 'step', 'maxlength', 'placeholder', 'inputmode', 'wrap', 'dir', 'lang']) {
    const value = field.getAttribute(name);
    if (value !== null) control.setAttribute(name, value);
  }
  control.value = textOf(field);
  return control;
}

const textOf = (field: Element): string => (isTextField(field) ? field.value : field.textContent);

/** Whether the editor can go on: a keyframe brings every element anew, and a page may put something else in a field's place or lock it. */
function isStillFor(field: Element, { field: before }: Editor): boolean {
  if (field === before) return field.isConnected;
  const isEditable = isTextField(field) ? !isLocked(field) : editableAround(field) === field;
  return field.isConnected && field.localName === before.localName && isEditable && !isMasked(field);
}

/** In an editable element a line break of the agent's text has become a paragraph, which its text does not tell. */
function isShowing({ control, field }: Editor, text: string): boolean {
  return control.value === text || (!isTextField(field) && control.value.replaceAll('\n', '') === text);
}

function caretToEnd(control: TextField): void {
  // Fields of numbers and dates have no caret to be set.
  if (control.selectionStart !== null) control.setSelectionRange(control.value.length, control.value.length);
}

function setKeepingCaret(control: TextField, value: string): void {
  const { selectionStart: start, selectionEnd: end, value: before } = control;
  const wasAtEnd = end === before.length;
  control.value = value;
  if (start !== null && end !== null && !wasAtEnd) control.setSelectionRange(start, end);
}

/** The first colour behind a field that covers something; the mirror's own text must not shine through. */
function backgroundBehind(field: Element): string {
  for (let at: Element | null = field; at; at = at.parentElement) {
    const color = at.ownerDocument.defaultView?.getComputedStyle(at).backgroundColor ?? '';
    if (color !== '' && color !== 'transparent' && !/^rgba\(.*,\s*0\)$|\/\s*0\)$/.test(color)) return color;
  }
  return '#fff';
}
