import { CSS_URL, unescapeCss } from '../protocol/css-url.ts';
import { Namespace, NAMESPACE_URIS } from '../protocol/page-op.ts';
import type { DocumentAddress } from './addresses.ts';
import type { AttributeSetter } from './attributes.ts';
import type { Resources } from './resources.ts';

/*
 * Puts what has come from the consumer's browser in the place of its address, in a page that is built already. Attributes and rules of the mirror hold absolute
 * addresses, so that they can be read from it.
 */

/** Attributes that show an image. */
const IMAGE_ATTRIBUTES = ['src', 'srcset', 'poster', 'background', 'href', 'xlink:href'] as const;
const SHOWING = 'img,source[srcset],input[type=image i],image,feImage,video[poster],[background]';

export interface Settlement {
  readonly roots: Iterable<Document | ShadowRoot>;
  readonly attributes: AttributeSetter;
  readonly resources: Resources;
  /** Of any document: what is written is absolute. */
  readonly at: DocumentAddress;
}

export function resettle({ roots, attributes, resources, at }: Settlement, addresses: ReadonlySet<string>): void {
  const wanted = [...addresses];
  const isMeant = (text: string): boolean => wanted.some((address) => text.includes(address));
  for (const root of roots) {
    for (const element of root.querySelectorAll(SHOWING)) {
      const names = IMAGE_ATTRIBUTES.filter((name) => isMeant(element.getAttribute(name) ?? ''));
      for (const name of names) attributes.set(element, name, element.getAttribute(name), at);
    }
    for (const element of root.querySelectorAll<HTMLElement>('[style*="url(" i]')) restyle(element, resources);
    for (const sheet of new Set([...root.styleSheets, ...root.adoptedStyleSheets])) resettleSheet(sheet, resources, isMeant);
  }
}

/** Puts what has come into an element's own style. */
export function restyle(element: Element, resources: Resources): void {
  const style = styleOf(element);
  for (const property of Array.from(style ?? [])) {
    const value = style?.getPropertyValue(property) ?? '';
    const settled = settledCss(value, resources);
    if (settled !== value) style?.setProperty(property, settled, style.getPropertyPriority(property));
  }
}

function styleOf(element: Element): CSSStyleDeclaration | undefined {
  if (element.namespaceURI !== NAMESPACE_URIS[Namespace.HTML]) return (element as Partial<ElementCSSInlineStyle>).style;
  // A form's field may have this name.
  return Reflect.get(HTMLElement.prototype, 'style', element);
}

/** In place, so that rules keep their numbers. */
function resettleSheet(sheet: CSSStyleSheet, resources: Resources, isMeant: (text: string) => boolean): void {
  const rules = rulesOf(sheet);
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index] as CSSRule;
    // These two name sheets and vocabularies.
    if ('styleSheet' in rule || 'namespaceURI' in rule) continue;
    const text = rule.cssText;
    const settled = isMeant(text) ? settledCss(text, resources) : text;
    if (settled === text) continue;
    sheet.insertRule(settled, index + 1);
    sheet.deleteRule(index);
  }
}

/** None where the sheet is another origin's. */
function rulesOf(sheet: CSSStyleSheet): CSSRuleList | readonly CSSRule[] {
  try {
    return sheet.cssRules;
  } catch {
    return [];
  }
}

function settledCss(css: string, resources: Resources): string {
  return css.replace(new RegExp(CSS_URL, 'gi'), (token: string, double?: string, single?: string, bare?: string) => {
    const standIn = resources.find(unescapeCss(double ?? single ?? bare ?? ''));
    return standIn === undefined ? token : `url("${standIn.replace(/["\\]/g, '\\$&')}")`;
  });
}
