/*
 * Compares two documents that live in two browsers: each is written down as lines, in document order, inside its own page
 * ({@link canonicalLines}), and the lines are compared anywhere ({@link firstDifference}).
 *
 * Compared: every element's namespace, name and attributes; every text node, one by one; doctype and compatibility mode;
 * open shadow roots; documents of same-origin frames, nested; the rules of style sheets (style, link, adopted), imported ones
 * included, their URLs resolved, and whether a sheet is disabled; live form state (value, checked, indeterminate, selected
 * options); open dialogs and popovers; scroll positions of viewports and boxes.
 *
 * What is left out, each with its reason, and nothing else:
 *
 * 1. Comments, processing instructions: the protocol does not send them; nothing of them is ever painted.
 * 2. Attributes and content of script, noscript and template: the protocol sends the bare element (code and dead markup
 *    have no place in a mirror). The elements themselves are compared: sibling selectors count them.
 * 3. Event attributes (on…): code.
 * 4. `tandem-ui`, at its place below <html>: the consumer's own user interface, never captured.
 * 5. A style sheet's link may be a style element in the mirror, which loads nothing: name, text and the attributes that only
 *    say what to load (SHEET_LOADING) are left out; the rules are compared instead, and every other attribute.
 * 6. `nonce`: a secret of the page's policy that browsers hide from scripts.
 * 7. Attributes that navigate, submit, call out or run (INERT): a mirror must not have them. `href` of links is compared,
 *    resolved, unless its scheme is one that runs code.
 * 8. URLs are compared resolved against their document's base: a mirror's document has another address.
 * 9. Documents of frames that the source cannot read (another origin): the protocol sends a frame's document only where the
 *    page itself can read it.
 * 10. base: the mirror resolves against the base that the tag reports; meta other than the viewport: they only act.
 * 11. Values of password fields, and value and inner text of what the caller says is masked ({@link CompareOptions.masked}): the
 *    mirror holds the mask. That nothing else left the page is what the masking tests look for.
 */

/** One node: its depth, what it is, and facts about it as "name = value". */
export type Line = readonly [depth: number, label: string, facts: readonly string[]];

export interface CompareOptions {
  /** CSS selector of elements whose value and inner text the tag masks; applied to both documents. */
  readonly masked?: string;
}

const DEAD = new Set(['script', 'noscript', 'template']);
const SHEET_LOADING = new Set(['href', 'rel', 'type', 'crossorigin', 'integrity', 'referrerpolicy', 'as', 'fetchpriority', 'blocking', 'hreflang', 'sizes', 'imagesizes', 'imagesrcset']);
const URL_ATTRIBUTES = new Set(['href', 'src', 'poster', 'background', 'cite', 'longdesc', 'xlink:href']);
const INERT: Readonly<Record<string, readonly string[]>> = {
  iframe: ['src', 'srcdoc', 'sandbox', 'allow', 'name', 'csp', 'loading'],
  form: ['action', 'target'],
  a: ['ping', 'target', 'download'],
  area: ['ping', 'target', 'download'],
  button: ['formaction', 'formtarget'],
  input: ['formaction', 'formtarget'],
  object: ['data', 'classid', 'codebase', 'archive'],
  embed: ['src'],
};

const absolute = (url: string, base: string): string => {
  const trimmed = url.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  try {
    return new URL(trimmed, base).href;
  } catch {
    return trimmed;
  }
};

const absoluteCss = (css: string, base: string): string =>
  css.replace(/url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"']*))\s*\)/g, (_whole, double?: string, single?: string, bare?: string) => {
    const url = double ?? single ?? bare ?? '';
    return `url("${absolute(url, base)}")`;
  });

const absoluteSet = (set: string, base: string): string =>
  set.replace(/(^|,)(\s*)(\S+)/g, (_whole, comma: string, space: string, url: string) => `${comma}${space}${absolute(url, base)}`);

/** Replaces lone surrogates, as UTF-8 on the wire does. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

/** The rules of a sheet as text; an imported sheet stands where it is imported. Undefined: the page cannot read it. */
function rulesOf(sheet: CSSStyleSheet, base: string): string | undefined {
  let rules: CSSRuleList;
  try {
    rules = sheet.cssRules;
  } catch {
    return undefined;
  }
  const own = sheet.href ?? base;
  let text = '';
  for (const rule of Array.from(rules)) {
    const imported = (rule as CSSImportRule).styleSheet as CSSStyleSheet | null | undefined;
    if (imported) text += `/* ${(rule as CSSImportRule).media.mediaText} */ ${rulesOf(imported, own) ?? 'unreadable'}\n`;
    else text += `${absoluteCss(rule.cssText, own)}\n`;
  }
  return text;
}

const isSheetElement = (element: Element): boolean =>
  element.localName === 'style' || (element.localName === 'link' && /(^|\s)stylesheet(\s|$)/i.test(element.getAttribute('rel') ?? ''));

/** Writes a document down. Runs inside the page; reads layout (scroll positions), changes nothing. */
export function canonicalLines(root: Document, options: CompareOptions = {}): Line[] {
  const lines: Line[] = [];
  writeDocument(root, 0, options, lines);
  return lines;
}

function writeDocument(document: Document, depth: number, options: CompareOptions, lines: Line[]): void {
  const facts = [`mode = ${document.compatMode}`];
  const viewport = document.scrollingElement ?? document.documentElement;
  facts.push(`scroll = ${scrollOf(viewport)}`);
  facts.push(...adoptedFacts(document, document.baseURI));
  lines.push([depth, '#document', facts]);
  for (const child of Array.from(document.childNodes)) writeNode(child, depth + 1, options, lines, false);
}

// The position is rounded: a fraction of a pixel is the zoom's, not the page's.
const scrollOf = (element: Element | null): string => (element ? `${Math.round(element.scrollLeft)},${Math.round(element.scrollTop)}` : '0,0');

const adoptedFacts = (root: DocumentOrShadowRoot, base: string): string[] =>
  root.adoptedStyleSheets.map((sheet, i) => `adopted sheet ${i} = ${sheet.disabled ? '(disabled) ' : ''}${rulesOf(sheet, base) ?? 'unreadable'}`);

function writeNode(node: Node, depth: number, options: CompareOptions, lines: Line[], masked: boolean): void {
  switch (node.nodeType) {
    case Node.DOCUMENT_TYPE_NODE: {
      const doctype = node as DocumentType;
      lines.push([depth, '#doctype', [`doctype = ${doctype.name} "${doctype.publicId}" "${doctype.systemId}"`]]);
      return;
    }
    case Node.TEXT_NODE:
    case Node.CDATA_SECTION_NODE:
      lines.push([depth, '#text', [masked ? 'text is masked' : `text = ${wellFormed((node as Text).data)}`]]);
      return;
    case Node.ELEMENT_NODE:
      writeElement(node as Element, depth, options, lines, masked);
      return;
    default:
      return;
  }
}

function writeElement(element: Element, depth: number, options: CompareOptions, lines: Line[], inherited: boolean): void {
  const name = element.localName;
  if (name === 'tandem-ui') return;
  const label = isSheetElement(element) ? 'style' : name;
  const masked = inherited || (options.masked !== undefined && element.matches(options.masked));
  const facts = [`namespace = ${element.namespaceURI}`];
  lines.push([depth, label, facts]);
  if (DEAD.has(name)) return;
  facts.push(...attributeFacts(element, label, masked));
  if (label === 'style') {
    facts.push(...sheetFacts(element as HTMLStyleElement));
    return;
  }
  facts.push(...stateFacts(element, masked));
  if (element.shadowRoot) {
    lines.push([depth + 1, '#shadow-root', adoptedFacts(element.shadowRoot, element.baseURI)]);
    for (const child of Array.from(element.shadowRoot.childNodes)) writeNode(child, depth + 2, options, lines, masked);
  }
  const frame = name === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
  if (frame) writeDocument(frame, depth + 1, options, lines);
  for (const child of Array.from(element.childNodes)) writeNode(child, depth + 1, options, lines, masked);
}

function attributeFacts(element: Element, label: string, masked: boolean): string[] {
  const name = element.localName;
  const facts: string[] = [];
  if (name === 'base' || (name === 'meta' && element.getAttribute('name') !== 'viewport')) return facts;
  const inert = INERT[name] ?? [];
  for (const attribute of Array.from(element.attributes)) {
    const key = attribute.name;
    if (/^on/i.test(key) || key === 'nonce' || inert.includes(key)) continue;
    if (label === 'style' && SHEET_LOADING.has(key)) continue;
    if (key === 'value' && (masked || (name === 'input' && element.getAttribute('type')?.toLowerCase() === 'password'))) continue;
    const value = attributeValue(element, key, attribute.value);
    if (value !== undefined) facts.push(`${key} = ${value}`);
  }
  return facts.sort();
}

function attributeValue(element: Element, key: string, value: string): string | undefined {
  const base = element.baseURI;
  if (URL_ATTRIBUTES.has(key)) {
    const url = absolute(value, base);
    return /^\s*(javascript|vbscript):/i.test(url) ? undefined : wellFormed(url);
  }
  if (key === 'srcset') return wellFormed(absoluteSet(value, base));
  if (key === 'style') return wellFormed(absoluteCss(value, base));
  return wellFormed(value);
}

function sheetFacts(element: HTMLStyleElement): string[] {
  const sheet = element.sheet;
  if (!sheet) return ['sheet = none'];
  const facts = [`rules = ${wellFormed(rulesOf(sheet, element.baseURI) ?? 'unreadable')}`];
  if (sheet.disabled) facts.push('sheet is disabled');
  return facts;
}

function stateFacts(element: Element, masked: boolean): string[] {
  const facts: string[] = [];
  switch (element.localName) {
    case 'input': {
      const input = element as HTMLInputElement;
      if (input.type === 'checkbox' || input.type === 'radio') facts.push(`checked = ${input.checked}`, `indeterminate = ${input.indeterminate}`);
      else if (!masked && input.type !== 'file' && input.type !== 'password') facts.push(`live value = ${wellFormed(input.value)}`);
      break;
    }
    case 'textarea':
      if (!masked) facts.push(`live value = ${wellFormed((element as HTMLTextAreaElement).value)}`);
      break;
    case 'select':
      if (!masked) facts.push(`selected = ${Array.from((element as HTMLSelectElement).selectedOptions, (option) => option.index).join(',')}`);
      break;
    case 'dialog':
      facts.push(`modal = ${element.matches(':modal')}`);
      break;
  }
  if (element.hasAttribute('popover')) facts.push(`popover open = ${element.matches(':popover-open')}`);
  const isViewport = element === (element.ownerDocument.scrollingElement ?? element.ownerDocument.documentElement);
  if (!isViewport && (element.scrollLeft !== 0 || element.scrollTop !== 0)) facts.push(`scroll = ${scrollOf(element)}`);
  return facts;
}

/** The first place where the mirror is not the source, as path and what differs; null when they are equal. */
export function firstDifference(source: readonly Line[], mirror: readonly Line[]): string | null {
  const length = Math.max(source.length, mirror.length);
  for (let i = 0; i < length; i++) {
    const left = source[i];
    const right = mirror[i];
    if (!left || !right || left[0] !== right[0] || left[1] !== right[1]) {
      const place = i > 0 ? pathOf(source, left && left[0] >= (right?.[0] ?? 0) ? i : i - 1) : '#document';
      return `${place}: source has ${nodeName(left, left?.[0])}, mirror has ${nodeName(right, left?.[0])}`;
    }
    const fact = firstFact(left[2], right[2]);
    if (fact !== null) return `${pathOf(source, i)}: ${fact}`;
  }
  return null;
}

function nodeName(line: Line | undefined, depth: number | undefined): string {
  if (!line) return 'no more nodes';
  const relation = depth === undefined || line[0] === depth ? '' : line[0] > depth ? ' deeper' : ' further up';
  return `${line[1]}${line[2][1] !== undefined || line[1] === '#text' ? ` (${shorten(line[2].slice(0, 4).join('; '), 0)})` : ''}${relation}`;
}

function firstFact(source: readonly string[], mirror: readonly string[]): string | null {
  for (const fact of source) {
    if (mirror.includes(fact)) continue;
    const name = fact.split(' = ')[0] as string;
    const other = mirror.find((candidate) => candidate.split(' = ')[0] === name);
    if (other === undefined) return `mirror lacks ${shorten(fact, 0)}`;
    const at = Math.max(0, commonPrefix(fact, other) - 20);
    return `source ${name}${at > 0 ? ` (from character ${at})` : ''}: ${shorten(fact, at)} | mirror: ${shorten(other, at)}`;
  }
  const extra = mirror.find((fact) => !source.includes(fact));
  return extra === undefined ? null : `mirror has ${shorten(extra, 0)} in addition`;
}

function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

const shorten = (text: string, at: number): string => JSON.stringify(text.slice(at, at + 120));

function pathOf(lines: readonly Line[], index: number): string {
  const parts: string[] = [];
  let depth = Number.POSITIVE_INFINITY;
  for (let i = index; i >= 0; i--) {
    const line = lines[i] as Line;
    if (line[0] >= depth) continue;
    depth = line[0];
    parts.unshift(`${line[1]}${sortNumber(lines, i)}`);
  }
  return parts.join(' > ');
}

/** Which of its parent's children of the same name a line is, from 1, or nothing when it is the first. */
function sortNumber(lines: readonly Line[], index: number): string {
  const [depth, label] = lines[index] as Line;
  let number = 1;
  for (let i = index - 1; i >= 0; i--) {
    const line = lines[i] as Line;
    if (line[0] < depth) break;
    if (line[0] === depth && line[1] === label) number++;
  }
  return number === 1 ? '' : `[${number}]`;
}
