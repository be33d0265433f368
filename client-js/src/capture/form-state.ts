import { CheckedBit } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { maskValue } from './mask.ts';
import type { NodeTable } from './node-table.ts';

/*
 * Form state lives in properties that no observer reports. Nothing of the page's is patched: the known controls are compared with
 * what was sent, at each batch and on a slow timer.
 */

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Inputs whose value is no state: it is the attribute, or must not leave the page. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['hidden', 'submit', 'image', 'reset', 'button', 'file']);

export interface FormState {
  /** A control went to the mirror. */
  track(control: Control): void;
  /** The next batch sends the control's state whatever was sent before (an attribute that gives its default has changed). */
  resend(control: Control): void;
  /** Writes what differs from what was sent. */
  write(writer: PageWriter): void;
  forget(node: Node): void;
  reset(): void;
  controls(): Iterable<Control>;
}

/** What was sent of a control, or what the mirror must do with it. */
const NEW = null;
const CHANGED = undefined;

export function createFormState(table: NodeTable): FormState {
  const sent = new Map<Control, string | null | undefined>();

  function writeOne(writer: PageWriter, control: Control, before: string | null | undefined): void {
    const entry = table.known(control);
    if (entry === undefined) return;
    const state = stateOf(control, entry.masked);
    if (state === before) return;
    sent.set(control, state);
    if (before === NEW && state === defaultOf(control, entry.masked)) return;
    switch (kindOf(control)) {
      case 'checkable':
        return writer.checked(entry.id, Number(state));
      case 'select':
        return writer.selected(entry.id, state === '' ? [] : state.split(',').map(Number));
      case 'text':
        return writer.value(entry.id, state);
      case 'none':
    }
  }

  return {
    track: (control) => void sent.set(control, NEW),
    resend(control) {
      if (sent.has(control)) sent.set(control, CHANGED);
    },
    write(writer) {
      for (const [control, before] of sent) writeOne(writer, control, before);
    },
    forget: (node) => void sent.delete(node as Control),
    reset: () => {
      sent.clear();
    },
    controls: () => sent.keys(),
  };
}

export function isControl(tag: string): boolean {
  return tag === 'input' || tag === 'textarea' || tag === 'select';
}

function kindOf(control: Control): 'checkable' | 'select' | 'text' | 'none' {
  if (control.localName === 'select') return 'select';
  const type = control.type;
  if (type === 'checkbox' || type === 'radio') return 'checkable';
  return control.localName === 'input' && WITHOUT_VALUE.has(type) ? 'none' : 'text';
}

function stateOf(control: Control, masked: boolean): string {
  switch (kindOf(control)) {
    case 'checkable':
      return masked ? '0' : String(bitsOf(control as HTMLInputElement));
    case 'select':
      return masked ? '' : selectionOf(control as HTMLSelectElement, (option) => option.selected);
    case 'text':
      return masked ? maskValue(control.value) : control.value;
    case 'none':
      return '';
  }
}

/** The state that the mirror has from the attributes and children alone. */
function defaultOf(control: Control, masked: boolean): string {
  switch (kindOf(control)) {
    case 'checkable':
      return !masked && (control as HTMLInputElement).defaultChecked ? String(CheckedBit.CHECKED) : '0';
    case 'select':
      return masked ? '' : defaultSelection(control as HTMLSelectElement);
    case 'text':
      return masked ? maskValue((control as HTMLInputElement).defaultValue) : (control as HTMLInputElement).defaultValue;
    case 'none':
      return '';
  }
}

function bitsOf(input: HTMLInputElement): number {
  return (input.checked ? CheckedBit.CHECKED : 0) | (input.indeterminate ? CheckedBit.INDETERMINATE : 0);
}

function selectionOf(select: HTMLSelectElement, isSelected: (option: HTMLOptionElement) => boolean): string {
  if (!select.multiple && isSelected !== isDefault) return select.selectedIndex < 0 ? '' : String(select.selectedIndex);
  const indices: number[] = [];
  const { options } = select;
  for (let i = 0; i < options.length; i++) if (isSelected(options[i] as HTMLOptionElement)) indices.push(i);
  return indices.join();
}

const isDefault = (option: HTMLOptionElement): boolean => option.defaultSelected;

/** Of a drop-down without `selected` attributes the first option that is not disabled shows; of several the last one. */
function defaultSelection(select: HTMLSelectElement): string {
  const marked = selectionOf(select, isDefault);
  if (select.multiple) return marked;
  if (marked !== '') return marked.slice(marked.lastIndexOf(',') + 1);
  return select.size > 1 || select.options[0]?.disabled !== false ? '' : '0';
}
