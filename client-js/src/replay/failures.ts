import { CSS_URL, unescapeCss } from '../protocol/css-url.ts';
import { srcsetCandidates } from '../protocol/srcset.ts';
import { withoutCover, withoutFragment } from './addresses.ts';
import { isDocument, type NodeTable } from './node-table.ts';
import type { Resources } from './resources.ts';

/*
 * What this browser could not load in a mirror. Elements tell by an event, but not in WebKit, where nothing is heard from a frame without scripts; fonts say how they fared; of what styles load, browsers only note
 * that it was tried (the mirror's window has a list of its own), so that each such address is tried once more by an image that can be asked.
 */

/** How often is looked, in ms. */
const LOOK_MILLIS = 1_000;
/** An image in sight that is not there by then, in ms, is asked for as well: a host that nobody answers for (an intranet's), or one that waits for a password, fails after minutes. */
const SLOW_MILLIS = 5_000;
/** Addresses of a page that are tried again. */
const MAX_TRIED = 1_024;
/** By whom styles, and elements that tell nothing, are noted to have loaded; media are not tried, for they are large. */
const BY_STYLES: ReadonlySet<string> = new Set(['css', 'image', 'input', 'feImage', 'other']);

export interface Failures {
  /** Nodes have come: hears from them, and looks from now on. */
  watch(): void;
  stop(): void;
}

export function watchFailures(nodes: NodeTable, resources: Resources): Failures {
  const watched = new WeakSet<Node>();
  const tried = new Set<string>();
  /** Fonts of which no address is left to be asked for. */
  const hopeless = new WeakSet<FontFace>();
  /** Since when an image that is in sight has been awaited. */
  const awaited = new WeakMap<HTMLImageElement, { readonly addresses: string; readonly since: number }>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const heard = ({ target }: Event): void => {
    const address = addressOf(target as Element);
    if (address !== '') resources.failed(address);
  };

  function watch(): void {
    // Not before: what cannot be built is never shown, and nobody would end it.
    timer ??= setInterval(look, LOOK_MILLIS);
    for (const root of nodes.roots()) {
      if (watched.has(root)) continue;
      watched.add(root);
      // It does not leave a shadow root.
      root.addEventListener('error', heard, { capture: true, passive: true });
    }
  }

  function look(): void {
    for (const root of nodes.roots()) {
      for (const image of root.querySelectorAll('img')) {
        for (const address of lackingOf(image)) resources.failed(address);
      }
      if (isDocument(root) && root.defaultView) {
        lookAtFonts(root);
        lookAtLoads(root, root.defaultView);
      }
    }
  }

  function lackingOf(image: HTMLImageElement): string[] {
    const { complete, naturalWidth, currentSrc } = image;
    if (complete) return naturalWidth === 0 && currentSrc !== '' ? [currentSrc] : [];
    return isSlow(image) ? addressesOf(image) : [];
  }

  function isSlow(image: HTMLImageElement): boolean {
    const now = performance.now();
    const addresses = image.src + image.srcset;
    const before = awaited.get(image);
    if (before?.addresses === addresses) return now - before.since >= SLOW_MILLIS;
    if (isInSight(image)) awaited.set(image, { addresses, since: now });
    return false;
  }

  function lookAtFonts(document: Document): void {
    const failing = Array.from(document.fonts).filter((face) => face.status === 'error' && !hopeless.has(face));
    if (failing.length === 0) return;
    const rules = fontRules(document);
    for (const face of failing) {
      const addresses = rules.filter(({ style }) => isOf(style, face)).flatMap(({ style }) => cssUrls(style.getPropertyValue('src')));
      // One after the other, as browsers try them.
      if (!addresses.some((address) => resources.failed(address))) hopeless.add(face);
    }
  }

  function lookAtLoads(document: Document, { performance }: Window): void {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    performance.clearResourceTimings();
    const posters = new Set(Array.from(document.querySelectorAll<HTMLVideoElement>('video[poster]'), ({ poster }) => poster));
    const fresh = entries.filter(({ name, initiatorType }) => (BY_STYLES.has(initiatorType) || posters.has(name)) && !tried.has(name));
    if (fresh.length === 0) return;
    const fonts = new Set(fontRules(document).flatMap(({ style }) => cssUrls(style.getPropertyValue('src'))));
    for (const { name } of fresh) if (!fonts.has(withoutFragment(name)) && !/\.css(?:\?|$)/.test(name)) tryAgain(document, name);
  }

  function tryAgain(document: Document, address: string): void {
    if (tried.size >= MAX_TRIED) return;
    tried.add(address);
    const image = document.createElement('img');
    image.src = address;
    image.decode().catch(() => resources.failed(address));
  }

  return {
    watch,
    stop: () => clearInterval(timer),
  };
}

/** Which of them it will show is not told before it does. */
const addressesOf = ({ src, srcset }: HTMLImageElement): string[] =>
  [src, ...srcsetCandidates(srcset).map(({ address }) => address)].filter((address) => address !== '');

/** In its own window: what is elsewhere may not have been asked for at all. */
function isInSight(image: HTMLImageElement): boolean {
  const { innerWidth = 0, innerHeight = 0 } = image.ownerDocument.defaultView ?? {};
  const { top, bottom, left, right } = image.getBoundingClientRect();
  return bottom >= 0 && right >= 0 && top <= innerHeight && left <= innerWidth;
}

/** What an element would have shown; '' for any that shows no image. */
function addressOf(element: Element): string {
  switch (element.localName) {
    case 'img':
      return (element as HTMLImageElement).currentSrc;
    case 'input':
      return (element as HTMLInputElement).src;
    case 'image':
    case 'feImage':
      return element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? '';
    default:
      return '';
  }
}

/** Fonts of shadow roots are none. */
function fontRules(document: Document): CSSFontFaceRule[] {
  return [...document.styleSheets, ...document.adoptedStyleSheets].flatMap((sheet) => fontRulesIn(sheet));
}

function fontRulesIn(holder: { readonly cssRules: CSSRuleList }): CSSFontFaceRule[] {
  let rules: Iterable<CSSRule> = [];
  try {
    rules = holder.cssRules;
  } catch {
    // Another origin's.
  }
  return [...rules].flatMap((rule) => {
    if (rule.constructor.name === 'CSSFontFaceRule') return [rule as CSSFontFaceRule];
    return 'cssRules' in rule && !('selectorText' in rule) ? fontRulesIn(rule as CSSGroupingRule) : [];
  });
}

const cssUrls = (css: string): string[] =>
  Array.from(css.matchAll(new RegExp(CSS_URL, 'gi')), ([, double, single, bare]) =>
    withoutFragment(withoutCover(unescapeCss(double ?? single ?? bare ?? ''))),
  );

function isOf(style: CSSStyleDeclaration, face: FontFace): boolean {
  const said = (name: string, usual: string): string => style.getPropertyValue(name) || usual;
  return (
    bare(said('font-family', '')) === bare(face.family) &&
    said('font-style', 'normal') === face.style &&
    weightOf(said('font-weight', 'normal')) === weightOf(face.weight) &&
    rangeOf(said('unicode-range', 'U+0-10FFFF')) === rangeOf(face.unicodeRange)
  );
}

const bare = (family: string): string => family.trim().replace(/^["']|["']$/g, '');
const weightOf = (weight: string): string => weight.replace(/\bnormal\b/g, '400').replace(/\bbold\b/g, '700');
const rangeOf = (range: string): string => range.toUpperCase().replace(/\s/g, '');
