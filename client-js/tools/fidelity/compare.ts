import { createMasks, MASK_TEXT } from '../../src/capture/mask.ts';

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
 * 3. `tandem-ui` below <html>: the consumer's own user interface, never captured.
 * 4. A style sheet's link may be a style element in the mirror, which loads nothing: link and style count as one name, and their
 *    text and the attributes that only say what to load (SHEET_LOADING) are left out; the rules are compared instead, and every
 *    other attribute. An import reads as the grouping rule that holds the imported rules in the mirror.
 * 5. Attributes that load code or documents, navigate, submit, run or take the focus (INERT, INERT_ON, on…), and URLs whose
 *    scheme runs code: a mirror must not have them. A link to code is compared as a link to code, whatever the code.
 *    Addresses of blobs are left out: they mean something in the page's own window alone, and so are those that stand for them in the mirror.
 * 6. `autocomplete` of fields: always off in a mirror, so that the agent's browser fills nothing in.
 * 7. URLs are compared resolved against their document's base: a mirror's document has another address. In CSS they are
 *    compared in one spelling: url("…").
 * 8. `:focus`, `:hover`, `:target` and `:defined`: no element of a mirror is focused, pointed at, a target or defined, so its sheets ask for a mark besides (MARKS).
 * 9. Documents of frames that the source cannot read (another origin), unless their own tag tells of them: then they are written down in their own
 *    windows, and stand in the place of FOREIGN. A frame's empty document is left out too: it is what the mirror shows for one that cannot be read.
 *    Sheets that the page cannot read (another origin, without CORS): their rules are not known to the tag either.
 * 10. Attributes of base and of meta (but the viewport's): they act, or describe the page to machines.
 * 11. The value of hidden inputs: masked always (tokens live there), painted never.
 * 12. Whether a shadow root is closed: a mirror's are open. What stands in a closed one is compared where the page gives it away, in
 *    `window.closedRoots`, a map by host.
 * 13. What the tag masks ({@link CompareOptions.masked} and the tag's own rules): the mirror must hold the mask, and of the
 *    element's attributes those that lay it out (MASKED_ATTRIBUTES) must be equal. That nothing else left the page is what
 *    the masking tests look for.
 */

/** One node: its depth, what it is, and facts about it as "name = value". */
export type Line = readonly [depth: number, label: string, facts: readonly string[]];

export interface CompareOptions {
  /** CSS selector of elements that are masked besides those which the tag masks by its own rules. */
  readonly masked?: string;
}

const DEAD = new Set(['script', 'noscript', 'template']);
const SHEET_LOADING = new Set([
  'href',
  'rel',
  'type',
  'crossorigin',
  'integrity',
  'referrerpolicy',
  'as',
  'fetchpriority',
  'blocking',
  'hreflang',
  'sizes',
  'imagesizes',
  'imagesrcset',
]);
const URL_ATTRIBUTES = new Set(['href', 'src', 'poster', 'background', 'cite', 'longdesc', 'xlink:href']);
const INERT = new Set([
  'nonce',
  'integrity',
  'crossorigin',
  'referrerpolicy',
  'autofocus',
  'accesskey',
  'ping',
  'xml:base',
  'attributionsrc',
  'fetchpriority',
]);
const INERT_ON: Readonly<Record<string, readonly string[]>> = {
  iframe: ['src', 'srcdoc', 'sandbox', 'allow', 'name', 'csp', 'allowfullscreen'],
  form: ['action', 'target'],
  a: ['target', 'download'],
  area: ['target', 'download'],
  button: ['formaction', 'formtarget', 'popovertarget', 'popovertargetaction', 'command', 'commandfor'],
  input: ['formaction', 'formtarget', 'popovertarget', 'popovertargetaction', 'dirname'],
  object: ['data', 'type', 'classid', 'codebase', 'archive', 'code'],
  embed: ['src', 'type'],
  video: ['autoplay'],
  audio: ['autoplay'],
  html: ['manifest'],
};
const FIELDS = new Set(['input', 'select', 'textarea', 'form']);
const MASKED_ATTRIBUTES = new Set([
  'class',
  'id',
  'type',
  'style',
  'dir',
  'width',
  'height',
  'rows',
  'cols',
  'size',
  'disabled',
  'readonly',
  'hidden',
  'colspan',
  'rowspan',
]);
/** Stands for a document that the page around it cannot read. */
export const FOREIGN = '#foreign';
/** The first fact of a line that the tag masks. */
const MASKED = 'masked';

/** How a mirror's sheets ask for states that it cannot have. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/:is\((:focus(?:-visible|-within)?), ?\[data-tandem-focus(?:-within)?\]\)/g, '$1'],
  [/:is\((:hover), ?\[data-tandem-hover\]\)/g, '$1'],
  [/:is\((:target), ?\[data-tandem-target\]\)/g, '$1'],
  [/:is\(:defined, ?:not\(\[data-tandem-undefined\]\)\)/g, ':defined'],
];
const MARK_ATTRIBUTES = new Set(['data-tandem-focus', 'data-tandem-focus-within', 'data-tandem-hover', 'data-tandem-target']);

const absolute = (url: string, base: string): string => {
  const trimmed = url.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  if (/^(?:data:,)?blob:/.test(trimmed)) return 'blob:';
  try {
    return new URL(trimmed, base).href;
  } catch {
    return trimmed;
  }
};

const absoluteCss = (css: string, base: string): string =>
  css.replace(
    /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"']*))\s*\)/g,
    (_whole, double?: string, single?: string, bare?: string) => {
      const url = double ?? single ?? bare ?? '';
      return `url("${cssUrl(url.replace(/\\(["'()\\])/g, '$1'), base)}")`;
    },
  );

/** A fragment of the sheet's own document is written as a fragment, whole or not. */
function cssUrl(url: string, base: string): string {
  const resolved = absolute(url, base);
  const hash = resolved.indexOf('#');
  return hash > 0 && resolved.slice(0, hash) === base.replace(/#.*/, '') ? resolved.slice(hash) : resolved;
}

/** The candidates of a `srcset`, each resolved, in one spelling. An address ends at a blank, or at commas before one. */
function absoluteSet(set: string, base: string): string {
  const candidates = set.matchAll(/[\s,]*(\S*[^\s,])(?:,|([^,(]*(?:\([^)]*\)[^,(]*)*))/g);
  return Array.from(candidates, ([, url = '', descriptor = '']) => `${absolute(url, base)} ${descriptor.trim()}`.trim()).join(', ');
}

/** Replaces lone surrogates, as UTF-8 on the wire does. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

/** The rules of a sheet as text. Undefined: the page cannot read it. */
function rulesOf(sheet: CSSStyleSheet, base: string): string | undefined {
  const own = sheet.href ?? base;
  let text = '';
  try {
    for (const rule of Array.from(sheet.cssRules)) text += ruleText(rule, own);
  } catch {
    return undefined;
  }
  for (const [mark, state] of MARKS) text = text.replace(mark, state);
  return text;
}

/** A rule as text; an import reads as the grouping rule that a mirror has in its place. */
function ruleText(rule: CSSRule, base: string): string {
  if (rule.constructor.name === 'CSSImportRule') {
    const { styleSheet, media, layerName, supportsText } = rule as CSSImportRule;
    let text = styleSheet ? rulesOf(styleSheet, base) : undefined;
    if (text === undefined) return `${absoluteCss(rule.cssText, base)}\n`;
    if (layerName !== null) text = `@layer ${layerName} {\n${text}}\n`;
    if (supportsText !== null) text = `@supports ${/^[\w-]+\s*:/.test(supportsText) ? `(${supportsText})` : supportsText} {\n${text}}\n`;
    return `@media ${media.mediaText || 'all'} {\n${text}}\n`;
  }
  const head = groupHead(rule);
  if (head === undefined) return `${absoluteCss(rule.cssText, base)}\n`;
  return `${head} {\n${Array.from((rule as CSSGroupingRule).cssRules, (inner) => ruleText(inner, base)).join('')}}\n`;
}

/** What stands before the braces of the rules that may stand for an import. */
function groupHead(rule: CSSRule): string | undefined {
  switch (rule.constructor.name) {
    case 'CSSMediaRule':
      return `@media ${(rule as CSSMediaRule).conditionText}`;
    case 'CSSSupportsRule':
      return `@supports ${(rule as CSSSupportsRule).conditionText}`;
    case 'CSSLayerBlockRule':
      return `@layer ${(rule as CSSLayerBlockRule).name}`;
    default:
      return undefined;
  }
}

const isSheetElement = (element: Element): boolean => element.localName === 'style' || element.localName === 'link';

/** Writes a document down. Runs inside the page; reads layout (scroll positions), changes nothing. */
export function canonicalLines(root: Document, options: CompareOptions = {}): Line[] {
  const lines: Line[] = [];
  const masks = createMasks(() => false);
  const isMasked = (element: Element): boolean =>
    masks.isOwn(element, element.localName) || (options.masked !== undefined && element.matches(options.masked));
  writeDocument(root, 0, { lines, isMasked }, false);
  const runsScripts = root.defaultView?.matchMedia('(scripting: enabled)').matches === true;
  return runsScripts ? lines.map(([depth, label, facts]) => [depth, label, facts.map(scriptingAnswered)]) : lines;
}

/** Nothing runs in a mirror: what its styles ask of scripting is answered in the sheets, as in the page that it mirrors. */
function scriptingAnswered(fact: string): string {
  const blank = /^(?:rules|adopted sheet \d+) = /.test(fact) ? ' ' : fact.startsWith('media = ') ? '' : undefined;
  if (blank === undefined) return fact;
  return fact
    .replace(/\(\s*scripting\s*(?::\s*enabled\s*)?\)/gi, `(min-width:${blank}0px)`)
    .replace(/\(\s*scripting\s*:\s*none\s*\)/gi, `(max-width:${blank}-1px)`);
}

interface Writing {
  readonly lines: Line[];
  readonly isMasked: (element: Element) => boolean;
  /** Takes the frames whose documents cannot be read, in their order. */
  readonly foreign?: Element[];
}

/** Where a frame stands among those whose documents cannot be read from the outermost document that can read this one's. */
export function foreignIndex(frame: Element): number {
  let document = frame.ownerDocument;
  for (let around = document.defaultView?.frameElement; around; around = document.defaultView?.frameElement)
    document = around.ownerDocument;
  const foreign: Element[] = [];
  writeDocument(document, 0, { lines: [], isMasked: () => false, foreign }, false);
  return foreign.indexOf(frame);
}

function writeDocument(document: Document, depth: number, writing: Writing, masked: boolean): void {
  const viewport = document.scrollingElement ?? document.documentElement;
  const facts = [`mode = ${document.compatMode}`, `scroll = ${scrollOf(viewport)}`, ...adoptedFacts(document, document.baseURI)];
  writing.lines.push([depth, '#document', facts]);
  for (const child of Array.from(document.childNodes)) writeNode(child, depth + 1, writing, masked);
}

// The position is rounded: a fraction of a pixel is the zoom's, not the page's.
const scrollOf = (element: Element | null): string =>
  element ? `${Math.round(element.scrollLeft)},${Math.round(element.scrollTop)}` : '0,0';

const adoptedFacts = (root: DocumentOrShadowRoot, base: string): string[] =>
  root.adoptedStyleSheets
    .filter((sheet) => !isMirrorsOwn(sheet))
    .map((sheet, i) => `adopted sheet ${i} = ${sheet.disabled ? '(disabled) ' : ''}${rulesOf(sheet, base) ?? 'unreadable'}`);

/** The sheet that keeps the mirror's boxes where they are. */
const isMirrorsOwn = (sheet: CSSStyleSheet): boolean => sheet.cssRules[0]?.cssText.startsWith('@layer tandem-') ?? false;

function writeNode(node: Node, depth: number, writing: Writing, masked: boolean): void {
  switch (node.nodeType) {
    case Node.DOCUMENT_TYPE_NODE: {
      const doctype = node as DocumentType;
      writing.lines.push([depth, '#doctype', [`doctype = ${doctype.name} "${doctype.publicId}" "${doctype.systemId}"`]]);
      return;
    }
    case Node.TEXT_NODE:
    case Node.CDATA_SECTION_NODE: {
      const text = wellFormed((node as Text).data);
      writing.lines.push([depth, '#text', masked ? [MASKED, `text = ${/\S/.test(text) ? MASK_TEXT : ' '}`] : [`text = ${text}`]]);
      return;
    }
    case Node.ELEMENT_NODE:
      writeElement(node as Element, depth, writing, masked);
      return;
    default:
      return;
  }
}

function writeElement(element: Element, depth: number, writing: Writing, inherited: boolean): void {
  const name = element.localName;
  if (name === 'tandem-ui') return;
  const { lines } = writing;
  const label = isSheetElement(element) ? 'style' : name;
  const masked = inherited || writing.isMasked(element);
  const facts = [...(masked ? [MASKED] : []), `namespace = ${element.namespaceURI}`];
  lines.push([depth, label, facts]);
  if (DEAD.has(name)) return;
  facts.push(...attributeFacts(element, label, masked));
  if (label === 'style') {
    if (!masked) facts.push(...sheetFacts(element as HTMLStyleElement));
    return;
  }
  facts.push(...stateFacts(element, masked));
  const root = element.shadowRoot ?? (window as { closedRoots?: WeakMap<Element, ShadowRoot> }).closedRoots?.get(element);
  if (root) {
    lines.push([depth + 1, '#shadow-root', masked ? [MASKED] : adoptedFacts(root, element.baseURI)]);
    for (const child of Array.from(root.childNodes)) writeNode(child, depth + 2, writing, masked);
  }
  const frame = name === 'iframe' ? (element as HTMLIFrameElement).contentDocument : undefined;
  if (frame === null) {
    lines.push([depth + 1, FOREIGN, []]);
    writing.foreign?.push(element);
  }
  if (frame && !isEmpty(frame)) writeDocument(frame, depth + 1, writing, masked);
  for (const child of Array.from(element.childNodes)) writeNode(child, depth + 1, writing, masked);
}

/** Nothing but the elements that a parser makes of nothing, with the margins that Chromium copies from the frame's attributes. */
function isEmpty(document: Document): boolean {
  const isBare = (element: Element): boolean => element.getAttributeNames().every((name) => /^margin(?:width|height)$/.test(name));
  const elements = Array.from(document.querySelectorAll('*'));
  return elements.length <= 3 && elements.every((element) => isBare(element) && !/\S/.test(element.textContent));
}

function attributeFacts(element: Element, label: string, masked: boolean): string[] {
  const name = element.localName;
  const facts: string[] = [];
  if (name === 'base' || (name === 'meta' && element.getAttribute('name') !== 'viewport')) return facts;
  for (const { name: key, value } of Array.from(element.attributes)) {
    if (isLeftOut(element, label, key) || (masked && !MASKED_ATTRIBUTES.has(key))) continue;
    const resolved = attributeValue(element, key, value);
    if (resolved !== undefined) facts.push(`${key} = ${resolved}`);
  }
  return facts.sort();
}

function isLeftOut(element: Element, label: string, key: string): boolean {
  const name = element.localName;
  if (/^on/i.test(key) || INERT.has(key) || MARK_ATTRIBUTES.has(key) || (INERT_ON[name] ?? []).includes(key)) return true;
  if (label === 'style' && SHEET_LOADING.has(key)) return true;
  if (key === 'autocomplete' && FIELDS.has(name)) return true;
  return key === 'value' && name === 'input' && (element as HTMLInputElement).type === 'hidden';
}

function canvasStyle({ style, baseURI }: HTMLElement): string | undefined {
  const isOurs = (name: string): boolean => name === 'content' && /^url\("(?:blob:|data:image\/svg)/.test(style.getPropertyValue(name));
  const kept = Array.from(style).filter((name) => !isOurs(name));
  if (kept.length === 0) return undefined;
  const css = kept.map((name) => `${name}: ${style.getPropertyValue(name)} ${style.getPropertyPriority(name)}`).join('; ');
  return wellFormed(absoluteCss(css, baseURI));
}

/** Whether only a click would lead to the address. */
const isFollowed = (element: Element, key: string): boolean =>
  key === 'cite' || (/href$/.test(key) && /^(?:a|area)$/.test(element.localName));

function attributeValue(element: Element, key: string, value: string): string | undefined {
  const base = element.baseURI;
  if (URL_ATTRIBUTES.has(key)) {
    const url = absolute(value, base);
    if (url === 'blob:') return '';
    if (/^\s*(javascript|vbscript):|^about:invalid$/i.test(url)) return '(code)';
    // Styles tell relative links from absolute ones.
    return wellFormed(isFollowed(element, key) ? value.trim() : url);
  }
  // A mirror's canvas shows its picture by `content`.
  if (key === 'style' && element.localName === 'canvas') return canvasStyle(element as HTMLElement);
  if (key === 'srcset') return wellFormed(absoluteSet(value, base));
  if (key === 'style' || (element.namespaceURI?.endsWith('/svg') === true && value.includes('url(')))
    return wellFormed(absoluteCss(value, base));
  return wellFormed(value);
}

/** An alternate sheet that nobody chose is out of use, though it does not say so. */
const isUnchosen = (element: Element): boolean =>
  element.localName === 'link' && (element as HTMLLinkElement).relList.contains('alternate') && element.hasAttribute('title');

function sheetFacts(element: HTMLStyleElement): string[] {
  const { sheet } = element;
  const rules = sheet ? rulesOf(sheet, element.baseURI) : undefined;
  if (!sheet || rules === undefined || rules === '') return [];
  return [`rules = ${wellFormed(rules)}`, ...(sheet.disabled || isUnchosen(element) ? ['sheet is disabled'] : [])];
}

function stateFacts(element: Element, masked: boolean): string[] {
  const facts: string[] = [];
  switch (element.localName) {
    case 'input': {
      const input = element as HTMLInputElement;
      if (masked || input.type === 'file' || input.type === 'hidden') break;
      if (input.type === 'checkbox' || input.type === 'radio')
        facts.push(`checked = ${input.checked}`, `indeterminate = ${input.indeterminate}`);
      else facts.push(`live value = ${wellFormed(input.value)}`);
      break;
    }
    case 'textarea':
      if (!masked) facts.push(`live value = ${wellFormed((element as HTMLTextAreaElement).value)}`);
      break;
    case 'select':
      if (!masked)
        facts.push(`selected = ${Array.from((element as HTMLSelectElement).selectedOptions, (option) => option.index).join(',')}`);
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
export function firstDifference(page: readonly Line[], mirror: readonly Line[]): string | null {
  const source = page.filter(([, label]) => label !== FOREIGN);
  const length = Math.max(source.length, mirror.length);
  for (let i = 0; i < length; i++) {
    const left = source[i];
    const right = mirror[i];
    if (!left || !right || left[0] !== right[0] || left[1] !== right[1]) {
      const place = i > 0 ? pathOf(source, left && left[0] >= (right?.[0] ?? 0) ? i : i - 1) : '#document';
      return `${place}: source has ${nodeName(left, left?.[0])}, mirror has ${nodeName(right, left?.[0])}`;
    }
    const masked = left[2][0] === MASKED;
    const fact = firstFact(masked ? left[2].slice(1) : left[2], right[2][0] === MASKED ? right[2].slice(1) : right[2], masked);
    if (fact !== null) return `${pathOf(source, i)}: ${fact}`;
  }
  return null;
}

function nodeName(line: Line | undefined, depth: number | undefined): string {
  if (!line) return 'no more nodes';
  const relation = depth === undefined || line[0] === depth ? '' : line[0] > depth ? ' deeper' : ' further up';
  return `${line[1]}${line[2][1] !== undefined || line[1] === '#text' ? ` (${shorten(line[2].slice(0, 4).join('; '), 0)})` : ''}${relation}`;
}

function firstFact(source: readonly string[], mirror: readonly string[], masked: boolean): string | null {
  for (const fact of source) {
    if (mirror.includes(fact)) continue;
    const name = fact.split(' = ')[0] as string;
    const other = mirror.find((candidate) => candidate.split(' = ')[0] === name);
    if (other === undefined) return `mirror lacks ${shorten(fact, 0)}`;
    const at = Math.max(0, commonPrefix(fact, other) - 20);
    return `source ${name}${at > 0 ? ` (from character ${at})` : ''}: ${shorten(fact, at)} | mirror: ${shorten(other, at)}`;
  }
  // Of what is masked, the mirror may show more than is compared: the mask itself, for one.
  const extra = masked ? undefined : mirror.find((fact) => !source.includes(fact));
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
