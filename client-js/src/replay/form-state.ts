import { CheckedBit, ModalState } from '../protocol/page-op.ts';
import { CannotApply, isDialog, isInput, isSelect, isTextarea } from './node-table.ts';

/** State that a page holds in properties: form fields, dialogs and popovers. */

export function setValue(field: Node, value: string): void {
  if (isTextarea(field)) field.value = value;
  else if (isInput(field)) setInputValue(field, value);
  else throw new CannotApply('a value for what is no text field');
}

function setInputValue(input: HTMLInputElement, value: string): void {
  // A file input's value cannot be set, and what a consumer chose from their disk is no part of a mirror.
  if (input.type !== 'file') input.value = value;
}

export function setChecked(input: Node, bits: number): void {
  if (!isInput(input)) throw new CannotApply('a check mark for what is no input');
  input.checked = (bits & CheckedBit.CHECKED) !== 0;
  input.indeterminate = (bits & CheckedBit.INDETERMINATE) !== 0;
}

export function setSelected(select: Node, indices: readonly number[]): void {
  if (!isSelect(select)) throw new CannotApply('a selection for what is no select');
  select.selectedIndex = -1;
  if (!select.multiple) {
    select.selectedIndex = indices[0] ?? -1;
    return;
  }
  for (const index of indices) {
    const option = select.options[index];
    if (option) option.selected = true;
  }
}

/** Opens and closes dialogs and popovers. The caller gives the keyboard back: a modal dialog takes the focus. */
export function setModal(element: Node, state: ModalState): void {
  if (isDialog(element)) setDialog(element, state);
  else if (isPopover(element)) setPopover(element, state);
  else throw new CannotApply('a modal state for what is no dialog');
}

function setDialog(dialog: HTMLDialogElement, state: ModalState): void {
  const isModal = dialog.matches(':modal');
  if (state === ModalState.MODAL && isModal) return;
  if (isModal || (state === ModalState.CLOSED && dialog.open)) dialog.close();
  switch (state) {
    case ModalState.CLOSED:
      return;
    case ModalState.OPEN:
      dialog.open = true;
      return;
    case ModalState.MODAL:
      if (!dialog.isConnected) throw new CannotApply('a modal dialog outside the page');
      dialog.open = false;
      dialog.showModal();
  }
}

const isPopover = (node: Node): node is HTMLElement => node.nodeType === 1 && (node as Element).hasAttribute('popover');

function setPopover(element: HTMLElement, state: ModalState): void {
  if (!element.isConnected) throw new CannotApply('a popover outside the page');
  const isOpen = element.matches(':popover-open');
  if (state === ModalState.CLOSED) {
    if (isOpen) element.hidePopover();
  } else if (!isOpen) element.showPopover();
}
