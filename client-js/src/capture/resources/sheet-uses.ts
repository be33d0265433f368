import type { Root } from '../roots.ts';
import { cssAddresses, type Search } from './search.ts';

/** Elements of one rule that are asked whether the agent may see them. */
const MOST_MATCHES = 2_000;

/** What comes and goes with the consumer's hand: a rule counts for whom it may match. */
const STATES = /:(?:hover|focus(?:-visible|-within)?|active|target|visited|link|any-link)(?![\w-])/g;
const PSEUDO_ELEMENTS = /::[\w-]+(?:\([^()]*\))?|:(?:before|after|first-line|first-letter)(?![\w-])/g;
const HOST = /^:host(?:-context)?(?:\((?:[^()]|\([^()]*\))*\))?\s*[>+~]?\s*/;
const SLOTTED = /^(.*)::slotted\(((?:[^()]|\([^()]*\))*)\)/;

/** What a rule stands in. */
interface Place {
  readonly root: Root;
  /** Of the addresses in it. */
  readonly base: string;
  /** Selector of the rules around it, if any. */
  readonly around: string | undefined;
  /** Whether the sheet is there still, and not in a masked part. */
  readonly isHere: () => boolean;
}

/** Goes through the rules of a sheet, one with each step. */
export function* searchSheet(search: Search, root: Root, sheet: CSSStyleSheet): Generator<void> {
  const owner = sheet.ownerNode as Element | null;
  const within = owner ?? (root as Partial<ShadowRoot>).host;
  const isHere = (): boolean => (within === undefined || !search.isSecret(within)) && (owner === null || owner.isConnected);
  if (isHere()) yield* searchRules(search, sheet, { root, base: baseOf(sheet, root), around: undefined, isHere });
}

const baseOf = (sheet: CSSStyleSheet, root: Root): string => sheet.href ?? (sheet.ownerNode ?? root).baseURI;

function* searchRules(search: Search, holder: { readonly cssRules: CSSRuleList }, place: Place): Generator<void> {
  for (const rule of rulesOf(holder)) {
    yield;
    if ('styleSheet' in rule) {
      const { styleSheet } = rule as CSSImportRule;
      if (styleSheet !== null) yield* searchRules(search, styleSheet, { ...place, base: styleSheet.href ?? place.base });
    } else if (isFontFace(rule)) {
      note(search, place, rule.style.cssText, rule, undefined);
    } else {
      const selector = selectorOf(rule, place.around);
      const { style } = rule as Partial<CSSStyleRule>;
      if (style !== undefined && selector !== undefined) note(search, place, style.cssText, rule, selector);
      // Who runs an animation is not told by the rules that it consists of.
      if ('cssRules' in rule && !('findRule' in rule)) yield* searchRules(search, rule as CSSGroupingRule, { ...place, around: selector });
    }
  }
}

/** None where the page itself may not read them. */
function rulesOf(holder: { readonly cssRules: CSSRuleList }): Iterable<CSSRule> {
  try {
    return holder.cssRules;
  } catch {
    return [];
  }
}

const isFontFace = (rule: CSSRule): rule is CSSFontFaceRule => rule.constructor.name === 'CSSFontFaceRule';

/** With no selector of its own a rule is for whom the one around it is for. */
function selectorOf(rule: CSSRule, around: string | undefined): string | undefined {
  const { selectorText } = rule as Partial<CSSStyleRule>;
  if (selectorText === undefined || around === undefined) return selectorText ?? around;
  const outer = `:is(${around})`;
  return selectorText.includes('&') ? selectorText.replaceAll('&', outer) : `${outer} :is(${selectorText})`;
}

/** @param selector undefined for a font, which texts anywhere may have */
function note({ wanted, found, isSecret }: Search, place: Place, css: string, rule: CSSRule, selector: string | undefined): void {
  const addresses = new Set(cssAddresses(css, place.base).filter((address) => wanted.has(address)));
  if (addresses.size === 0) return;
  const isFor = (): boolean => selector === undefined || matches(place.root, selector).some((element) => !isSecret(element));
  if (!isFor()) return;
  const isSeen = (): boolean => rule.parentStyleSheet !== null && place.isHere() && isFor();
  for (const address of addresses) found(address, { element: undefined, isFont: selector === undefined, isSeen });
}

/** Whom a rule is for, whatever the consumer points at; nobody where that cannot be told. */
function matches(root: Root, selector: string): Element[] {
  return splitSelectors(selector)
    .flatMap((one) => matchesOf(root, one))
    .slice(0, MOST_MATCHES);
}

function matchesOf(root: Root, selector: string): Element[] {
  const { host } = root as Partial<ShadowRoot>;
  const slotted = SLOTTED.exec(selector);
  try {
    if (host !== undefined && slotted !== null) return [...host.children].filter((child) => child.matches(plain(slotted[2] as string)));
    const inside = selector.replace(HOST, '');
    if (host !== undefined && inside.replace(PSEUDO_ELEMENTS, '') === '' && inside !== selector) return [host];
    return [...root.querySelectorAll(plain(inside))];
  } catch {
    return [];
  }
}

const plain = (selector: string): string => selector.replace(PSEUDO_ELEMENTS, ':is(*)').replace(STATES, ':is(*)');

/** The selectors of a list. */
function splitSelectors(list: string): string[] {
  const selectors: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= list.length; at++) {
    const unit = list[at];
    if (unit === '(' || unit === '[') depth++;
    else if (unit === ')' || unit === ']') depth--;
    else if (unit === undefined || (unit === ',' && depth === 0)) {
      selectors.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return selectors;
}
