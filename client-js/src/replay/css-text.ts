import { type DocumentAddress, mediaUrl, withoutFragment } from './addresses.ts';

/** Set on the element that has the consumer's focus; styles with :focus and :focus-visible follow it. */
export const FOCUS_MARK = 'data-tandem-focus';
/** Set on that element and all around it, for :focus-within. */
export const FOCUS_WITHIN_MARK = 'data-tandem-focus-within';
/** Never set: makes a selector of the same weight that always matches. */
const UNDEFINED_MARK = 'data-tandem-undefined';

/**
 * States that a mirror cannot have by itself: nothing in it is ever focused, and no custom element is ever defined. The
 * stand-ins match what is marked and weigh the same. A pseudo-class that follows a pseudo-element stays, since no attribute
 * can be asked there.
 */
const STATES: Readonly<Record<string, string>> = {
  ':focus': `:is(:focus,[${FOCUS_MARK}])`,
  ':focus-visible': `:is(:focus-visible,[${FOCUS_MARK}])`,
  ':focus-within': `:is(:focus-within,[${FOCUS_WITHIN_MARK}])`,
  ':defined': `:is(:defined,:not([${UNDEFINED_MARK}]))`,
};

const NEEDS_WORK = /url\(|@import|image-set\(|:focus|:defined/i;

/** Comments and strings; url(…); what makes a following string an address; parentheses; the states. In this order. */
const TOKEN =
  /(\/\*[^]*?(?:\*\/|$))|("(?:[^"\\]|\\[^])*(?:"|$)|'(?:[^'\\]|\\[^])*(?:'|$))|url\(\s*(?:"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|((?:[^"'()\\\s]|\\[^])*))\s*\)|(@import(?![\w-]))|((?:-webkit-)?image-set\()|(type\()|([();{}])|(?<!\\)(:(?:focus(?:-visible|-within)?|defined)(?![\w-]))/gi;

const AFTER_PSEUDO_ELEMENT = /::[\w-]+(?:\([^()]*\))?(?::[\w-]+)*$/;

/** Resolves every address in a style sheet or in declarations, and replaces the states of {@link STATES}. */
export function mirrorCss(css: string, at: DocumentAddress): string {
  if (!NEEDS_WORK.test(css)) return css;
  let importing = false;
  /** Depth of parentheses inside image-set(), 0 outside. */
  let imageSet = 0;
  let typeDepth = 0;
  return css.replace(
    TOKEN,
    (
      token: string,
      comment: string | undefined,
      string: string | undefined,
      double: string | undefined,
      single: string | undefined,
      bare: string | undefined,
      atImport: string | undefined,
      openSet: string | undefined,
      openType: string | undefined,
      mark: string | undefined,
      state: string | undefined,
      offset: number,
    ) => {
      if (comment !== undefined) return token;
      if (string !== undefined) {
        const isAddress = importing || (imageSet > 0 && typeDepth === 0);
        importing = false;
        return isAddress && string.length > 1 ? quoted(cssUrl(unescapeCss(string.slice(1, -1)), at)) : token;
      }
      if (state !== undefined)
        return AFTER_PSEUDO_ELEMENT.test(css.slice(Math.max(0, offset - 80), offset)) ? token : (STATES[state.toLowerCase()] ?? token);
      if (atImport !== undefined) importing = true;
      else if (openSet !== undefined) imageSet++;
      else if (openType !== undefined) {
        if (imageSet > 0) typeDepth = ++imageSet;
      } else if (mark !== undefined) {
        if (imageSet > 0 && mark === '(') imageSet++;
        else if (imageSet > 0 && mark === ')') {
          if (imageSet === typeDepth) typeDepth = 0;
          imageSet--;
        } else if (mark !== '(' && mark !== ')') {
          importing = false;
          imageSet = typeDepth = 0;
        }
      } else {
        importing = false;
        return `url(${quoted(cssUrl(unescapeCss(double ?? single ?? bare ?? ''), at))})`;
      }
      return token;
    },
  );
}

function cssUrl(raw: string, at: DocumentAddress): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  const url = mediaUrl(trimmed, at);
  const hash = url.indexOf('#');
  // A reference to the page itself by its whole address is a reference to the mirrored document.
  return hash >= 0 && withoutFragment(url) === at.url ? url.slice(hash) : url;
}

const unescapeCss = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:([0-9a-f]{1,6})\s?|(\r\n|[\n\r\f])|([^]))/gi, (_, hex?: string, line?: string, plain?: string) =>
        hex === undefined ? (line === undefined ? (plain ?? '') : '') : codePoint(Number.parseInt(hex, 16)),
      )
    : text;

const codePoint = (code: number): string => (code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : '\uFFFD');

const quoted = (url: string): string => `"${url.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\a ')}"`;
