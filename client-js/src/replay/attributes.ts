import { Namespace, NAMESPACE_URIS } from '../protocol/page-op.ts';
import { type DocumentAddress, imageUrl, linkUrl, mediaUrl, referenceUrl, srcsetUrls, type StandIns } from './addresses.ts';
import { ANIMATES_ADDRESS, HARMLESS_META, type Treatment, treatmentOf } from './attribute-policy.ts';
import type { Foreign } from './foreign.ts';
import { isInput, isLink } from './node-table.ts';
import type { PageCss } from './page-css.ts';

const XLINK = 'http://www.w3.org/1999/xlink';
const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Sets attributes as the policy leaves them. */
export interface AttributeSetter {
  /** All attributes of a new element; `names` is the batch's shape and stands for the whole decision. */
  setAll(element: Element, namespace: Namespace, names: readonly string[], values: readonly string[], at: DocumentAddress): void;
  /** One attribute that changed; null: it is gone. */
  set(element: Element, name: string, value: string | null, at: DocumentAddress): void;
}

/**
 * @param document the mirror's: its window says which words mean something to this browser
 * @param origins from which SVG may refer to a document, and a link element may load a sheet
 */
export function createAttributeSetter(
  document: Document,
  origins: ReadonlySet<string>,
  css: PageCss,
  foreign: Foreign,
  standIns: StandIns,
): AttributeSetter {
  const plans = new WeakMap<readonly string[], readonly Treatment[]>();
  /** What link elements say, whether or not it is done. */
  const links = new WeakMap<HTMLLinkElement, { readonly rel?: string; readonly href?: string }>();
  const properties = new Map<string, ReadonlySet<string>>();

  /** Whether elements of this name have a property of this name, in any case. */
  function reflects(tag: string, name: string): boolean {
    let known = properties.get(tag);
    if (known === undefined) {
      const lower = new Set<string>();
      for (const property in document.createElement(tag)) lower.add(property.toLowerCase());
      properties.set(tag, (known = lower));
    }
    return known.has(name);
  }

  const treatment = (namespace: Namespace, tag: string, name: string): Treatment =>
    treatmentOf(namespace, tag, name, (word) => reflects(tag, word));

  function planOf(element: Element, namespace: Namespace, names: readonly string[]): readonly Treatment[] {
    let plan = plans.get(names);
    if (plan === undefined) plans.set(names, (plan = names.map((name) => treatment(namespace, element.localName, name))));
    return plan;
  }

  function setAll(element: Element, namespace: Namespace, names: readonly string[], values: readonly string[], at: DocumentAddress): void {
    const plan = planOf(element, namespace, names);
    for (let i = 0; i < plan.length; i++) apply(element, namespace, names[i] as string, plan[i] as Treatment, values[i] as string, at);
    if (isLink(element)) {
      for (let i = 0; i < plan.length; i++) if (plan[i] === 'sheet') noteLink(element, names[i] as string, values[i] as string);
      settleLink(element, at);
    }
    if (namespace === Namespace.HTML) settle(element);
  }

  /** What no single attribute decides. */
  function settle(element: Element): void {
    if (FIELDS.has(element.localName)) turnAutofillOff(element);
    else if (element.localName === 'meta' && element.getAttribute('name')?.toLowerCase() === 'color-scheme')
      element.setAttribute('content', css.schemes(element.getAttribute('content') ?? ''));
  }

  /** A link loads when it is a sheet's, and from an allowed origin; otherwise it is there without an address. */
  function settleLink(link: HTMLLinkElement, at: DocumentAddress): void {
    const { rel = '', href = '' } = links.get(link) ?? {};
    const url = mediaUrl(href, at);
    // Without an address it loads nothing, but still says whether its sheet is an alternate one.
    if (isSheetRel(rel)) link.setAttribute('rel', rel);
    else link.removeAttribute('rel');
    if (isSheetRel(rel) && URL.canParse(url) && origins.has(new URL(url).origin)) link.setAttribute('href', url);
    else link.removeAttribute('href');
  }

  function noteLink(link: HTMLLinkElement, name: string, value: string | null): void {
    const known = links.get(link) ?? {};
    links.set(link, { ...known, [name]: value ?? '' });
  }

  function set(element: Element, name: string, value: string | null, at: DocumentAddress): void {
    const namespace = namespaceOf(element);
    const how = treatment(namespace, element.localName, name);
    if (how === 'sheet' && isLink(element)) {
      noteLink(element, name, value);
      settleLink(element, at);
      return;
    }
    if (how === 'opens') open(element, value ?? '', at);
    else if (value === null) remove(element, namespace, name, how);
    else apply(element, namespace, name, how, value, at);
    if (namespace === Namespace.HTML) settle(element);
  }

  /** Nothing is opened; the box of what would be is kept. */
  function open(element: Element, address: string, at: DocumentAddress): void {
    foreign.addressed(element, address, at);
    if (element.localName !== 'embed') return;
    if (address === '') element.removeAttribute('type');
    else element.setAttribute('type', BOXED);
  }

  function apply(element: Element, namespace: Namespace, name: string, how: Treatment, value: string, at: DocumentAddress): void {
    switch (how) {
      case 'drop':
      case 'autocomplete':
      case 'sheet':
        return;
      case 'opens':
        return open(element, value, at);
      case 'plain':
        return write(element, namespace, name, namespace === Namespace.SVG && value.includes('(') ? css.mirrored(value, at) : value);
      case 'image':
        return write(element, namespace, name, imageUrl(value, at, standIns, 'attribute'));
      case 'media':
        return write(element, namespace, name, mediaUrl(value, at));
      case 'link':
        return write(element, namespace, name, linkUrl(value, at));
      case 'queries':
        return write(element, namespace, name, css.queries(value));
      case 'srcset':
        return write(element, namespace, name, srcsetUrls(value, at, standIns));
      case 'css':
        return write(element, namespace, name, css.mirrored(value, at));
      case 'reference': {
        const url = referenceUrl(value, at, origins);
        return url === undefined ? remove(element, namespace, name, how) : write(element, namespace, name, url);
      }
      case 'meta-name':
        return HARMLESS_META.has(value.trim().toLowerCase())
          ? write(element, namespace, name, value)
          : remove(element, namespace, name, how);
      case 'animated-name':
        return ANIMATES_ADDRESS.test(value.trim()) ? remove(element, namespace, name, how) : write(element, namespace, name, value);
    }
  }

  return { setAll, set };
}

/** An embed element has a box only where it says what it would show; with no address there is nothing to show. */
const BOXED = 'image/svg+xml';

const FIELDS: ReadonlySet<string> = new Set(['input', 'select', 'textarea', 'form']);

/** `new-password` is the word that password managers heed: they have nothing to fill into a field for a new one. */
function turnAutofillOff(field: Element): void {
  field.setAttribute('autocomplete', isInput(field) && field.type === 'password' ? 'new-password' : 'off');
}

export const isSheetRel = (rel: string): boolean => {
  const tokens = rel.toLowerCase().split(/\s+/).filter(Boolean);
  return tokens.includes('stylesheet') && tokens.every((token) => token === 'stylesheet' || token === 'alternate');
};

export function namespaceOf(element: Element): Namespace {
  const index = NAMESPACE_URIS.indexOf(element.namespaceURI ?? '');
  return index < 0 ? Namespace.HTML : (index as Namespace);
}

function write(element: Element, namespace: Namespace, name: string, value: string): void {
  try {
    if (namespace === Namespace.HTML) element.setAttribute(name, value);
    else element.setAttributeNS(prefixUri(name), name, value);
  } catch {
    writeParsed(element, name, value);
  }
}

/** Parsers accept names that the DOM refuses (`="x"`). One that holds nothing else than a name gets its attribute from a parser. */
function writeParsed(element: Element, name: string, value: string): void {
  if (!/^[^\s/>\0]+$/.test(name)) return;
  const parsed = new DOMParser().parseFromString(`<p ${name}>`, 'text/html').querySelector('p')?.attributes[0];
  if (parsed?.name !== name) return;
  parsed.ownerElement?.removeAttributeNode(parsed);
  parsed.value = value;
  element.setAttributeNode(parsed);
}

function remove(element: Element, namespace: Namespace, name: string, how: Treatment): void {
  if (how === 'autocomplete' || how === 'sheet') return;
  const uri = namespace === Namespace.HTML ? null : prefixUri(name);
  if (uri === null) element.removeAttribute(name);
  else element.removeAttributeNS(uri, name.slice(name.indexOf(':') + 1));
}

function prefixUri(name: string): string | null {
  if (name === 'xmlns' || name.startsWith('xmlns:')) return XMLNS;
  return name.startsWith('xlink:') ? XLINK : name.startsWith('xml:') ? XML : null;
}
