/*
 * What the elements of a mirror are for. They belong to another window: they are told apart by name, never by `instanceof`.
 */

/** Input types that a click works, or that nothing works. */
const NO_TEXT = /^(checkbox|radio|button|submit|reset|image|hidden|file)$/;
/** What a tag sends in place of masked text. */
const MASK = /^\u2022+$/;

export type TextField = HTMLInputElement | HTMLTextAreaElement;

export const isTextField = (element: Element): element is TextField =>
  element.localName === 'textarea' || (element.localName === 'input' && !NO_TEXT.test((element as HTMLInputElement).type));

export const isSelect = (element: Element): element is HTMLSelectElement => element.localName === 'select';

/** The outermost editable element around one, if any. */
export function editableAround(element: Element): HTMLElement | null {
  let host: HTMLElement | null = null;
  for (let at = element.closest<HTMLElement>(EDITABLE); at; at = at.parentElement?.closest<HTMLElement>(EDITABLE) ?? null) host = at;
  return host;
}

const EDITABLE = '[contenteditable]:not([contenteditable=false i])';

/** The field that a click at this element is meant for: itself, or what is around it. */
export function fieldAround(element: Element): Element | null {
  if (isTextField(element) || isSelect(element)) return element;
  const select = element.closest('select');
  return select ?? editableAround(element);
}

/** Password fields, and whatever the tag sent a mask for: nothing can be typed there, and nobody shall believe it could. */
export const isMasked = (field: Element): boolean => {
  if (isTextField(field)) return field.getAttribute('type')?.toLowerCase() === 'password' || MASK.test(field.value);
  if (isSelect(field)) return field.options.length > 0 && Array.from(field.options).every((option) => MASK.test(option.text.trim()));
  return MASK.test(field.textContent.trim());
};

export const isLocked = (field: Element): boolean => {
  if (field.matches(':disabled')) return true;
  return isTextField(field) && field.readOnly;
};
