import { enclosing } from '../inner-roots.ts';

/*
 * What never leaves the page. Every rule of masking stands in this file: which elements are masked, and what is sent in place of
 * their values, texts and attributes.
 */

/** Stands for any masked text or value, so that not even its length is told. */
export const MASK_TEXT = '\u2022'.repeat(8);
/** Masks an element and everything in it, through shadow roots and frames. */
export const MASK_ATTRIBUTE = 'data-tandem-mask';

/** Attributes whose change may change whether an element is masked. */
export const MASKING_ATTRIBUTES: ReadonlySet<string> = new Set([MASK_ATTRIBUTE, 'type', 'autocomplete', 'name', 'id']);

const SECRET_AUTOCOMPLETE = /(?:^|\s)(?:current-password|new-password|one-time-code|cc-[a-z-]+)(?:\s|$)/i;
const PASSWORD_NAME = /(?:^|[^a-z])(?:pass(?:word|wd|wort|code|phrase)?|passwd|pwd)(?![a-z])|password|passwd|passcode|passphrase/;

/** Inputs that hold no text of the consumer's: a name like `show-password` does not make them secret. */
const NO_TEXT_TYPES: ReadonlySet<string> = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'image', 'file', 'range', 'color']);

/** Attributes that are sent of a masked element: what layout needs, nothing that could carry content. */
const ALLOWED_IN_MASK: ReadonlySet<string> = new Set([
  'class',
  'id',
  'name',
  'type',
  'style',
  'dir',
  'lang',
  'role',
  'width',
  'height',
  'rows',
  'cols',
  'size',
  'tabindex',
  'disabled',
  'readonly',
  'required',
  'hidden',
  'colspan',
  'rowspan',
  'span',
  'for',
  'align',
  'valign',
  'multiple',
  'contenteditable',
  'autocomplete',
  'slot',
  'part',
  'rel',
  'media',
  'viewBox',
  'preserveAspectRatio',
  MASK_ATTRIBUTE,
]);

/** Decides what is masked by itself; that a masked element masks its descendants is the walk's part. */
export interface Masks {
  /** Whether this element is masked for its own sake. */
  isOwn(element: Element, tag: string): boolean;
  /** Whether it is masked, for its own sake or for what it is in. */
  covers(element: Element): boolean;
  /** Remembers an element as a password field for good, and by its name and id whatever replaces it. */
  remember(element: Element): void;
  /** Looks for password fields below a node before any of it is sent. */
  scan(root: ParentNode): void;
  /** Grows whenever a name or id was learned that may mask elements which were sent already. */
  readonly learned: number;
}

export function createMasks(wasPassword: (element: Element) => boolean): Masks {
  const passwords = new WeakSet<Element>();
  const passwordKeys = new Set<string>();
  let learned = 0;

  function learn(key: string): void {
    if (key === '' || passwordKeys.has(key)) return;
    passwordKeys.add(key);
    learned++;
  }

  function remember(element: Element): void {
    passwords.add(element);
    learn(element.getAttribute('name') ?? '');
    learn(element.id);
  }

  function isSecretField(element: Element, tag: string): boolean {
    if (passwords.has(element)) return true;
    const type = tag === 'input' ? (element as HTMLInputElement).type : tag;
    if (type === 'password' || wasPassword(element)) {
      remember(element);
      return true;
    }
    const autocomplete = element.getAttribute('autocomplete');
    if (autocomplete !== null && SECRET_AUTOCOMPLETE.test(autocomplete)) {
      passwords.add(element);
      return true;
    }
    if (tag === 'select' || NO_TEXT_TYPES.has(type)) return false;
    const name = element.getAttribute('name') ?? '';
    return passwordKeys.has(name) || passwordKeys.has(element.id) || isPasswordName(name) || isPasswordName(element.id);
  }

  const isOwn = (element: Element, tag: string): boolean =>
    element.hasAttribute(MASK_ATTRIBUTE) || ((tag === 'input' || tag === 'textarea' || tag === 'select') && isSecretField(element, tag));

  return {
    isOwn,
    covers(element) {
      for (let node: Node | null = element; node !== null; node = enclosing(node)) {
        if (node.nodeType === 1 && isOwn(node as Element, (node as Element).localName)) return true;
      }
      return false;
    },
    remember,
    scan(root) {
      for (const field of root.querySelectorAll('input[type=password i]')) remember(field);
    },
    get learned() {
      return learned;
    },
  };
}

function isPasswordName(name: string): boolean {
  return name !== '' && PASSWORD_NAME.test(name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase());
}

/** Masked text: only whether there is any is told. */
export function maskText(data: string): string {
  return /\S/.test(data) ? MASK_TEXT : ' ';
}

/** A masked live value: only whether it is empty is told. */
export function maskValue(value: string): string {
  return value === '' ? '' : MASK_TEXT;
}

/** What is sent of a masked element's attribute; null: nothing. */
export function maskAttribute(name: string, value: string): string | null {
  if (name === 'value') return maskValue(value);
  if (!ALLOWED_IN_MASK.has(name)) return null;
  return name === 'style' ? maskCss(value) : value;
}

/** Declarations whose strings lay out and name what is known anyway (kept); all other strings. */
const CSS_STRING = /(\b(?:grid|font)[\w-]*\s*:[^;{}]*)|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/gi;

/** Style of a masked part: layout stays; texts, images, and properties of the page's own (which may hold anything) go. */
export function maskCss(css: string): string {
  return css
    .replace(CSS_STRING, (_, kept?: string) => kept ?? `"${MASK_TEXT}"`)
    .replace(/url\([^)]*\)/gi, 'none')
    .replace(/--[\w-]+\s*:[^;{}]*/g, '');
}
