import { CSS_URL, unescapeCss } from '../protocol/css-url.ts';
import { type DocumentAddress, imageUrl, type StandIns, withoutCover, withoutFragment } from './addresses.ts';
import { type MediaAnswers, QUESTION } from './media-queries.ts';

/** Set on the element that has the consumer's focus; styles with :focus and :focus-visible follow it. */
export const FOCUS_MARK = 'data-tandem-focus';
/** Set on that element and all around it, for :focus-within. */
export const FOCUS_WITHIN_MARK = 'data-tandem-focus-within';
/** Set on the element that the consumer points at and on all around it; styles with :hover follow it. */
export const HOVER_MARK = 'data-tandem-hover';
/** Set on what the address of the consumer's page points at; styles with :target follow it. */
export const TARGET_MARK = 'data-tandem-target';
/** Never set: makes a selector of the same weight that always matches. */
const UNDEFINED_MARK = 'data-tandem-undefined';

/**
 * States that a mirror cannot have by itself: nothing in it is ever focused, pointed at or the target of its address, and no custom element is ever defined. The
 * stand-ins match what is marked and weigh the same. A pseudo-class that follows a pseudo-element stays, since no attribute
 * can be asked there.
 */
const STATES: Readonly<Record<string, string>> = {
  ':focus': `:is(:focus,[${FOCUS_MARK}])`,
  ':focus-visible': `:is(:focus-visible,[${FOCUS_MARK}])`,
  ':focus-within': `:is(:focus-within,[${FOCUS_WITHIN_MARK}])`,
  ':hover': `:is(:hover,[${HOVER_MARK}])`,
  ':target': `:is(:target,[${TARGET_MARK}])`,
  ':defined': `:is(:defined,:not([${UNDEFINED_MARK}]))`,
};

const NEEDS_WORK = new RegExp(
  `url\\(|@import|image-set\\(|:focus|:hover|:target|:defined|color-scheme|light\\s+dark|dark\\s+light|${QUESTION}`,
  'i',
);

/** What `color-scheme` is said to be, and properties of the page's own (and their first values) that are nothing but a list of both schemes: there it may be said by them. */
const SCHEMES =
  /(?<![\w-])(color-scheme\s*:|(?:--[\w-]+|initial-value)\s*:(?=\s*(?:only\s+)?(?:light\s+dark|dark\s+light)(?:\s+only)?\s*(?:!\s*important\s*)?(?:[;})]|$)))((?:[^;{}()"'/]|\((?:[^;{}()"'/]|\([^;{}()"'/]*\))*\))*)/;

/**
 * Comments and what is escaped; strings; url(…); at-rules; what makes a following string an address; questions about the device; parentheses and what ends
 * or opens a rule; the states; schemes. In this order.
 */
const TOKEN = new RegExp(
  [
    /(\/\*[^]*?(?:\*\/|$)|\\[^])/,
    /("(?:[^"\\]|\\[^])*(?:"|$)|'(?:[^'\\]|\\[^])*(?:'|$))/,
    CSS_URL,
    /(@[\w-]+)/,
    /((?:-webkit-)?image-set\()/,
    /(type\()/,
    new RegExp(`(${QUESTION})`),
    /([();{}])/,
    /(?<!\\)(:(?:focus(?:-visible|-within)?|hover|target|defined)(?![\w-]))/,
    SCHEMES,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

const AFTER_PSEUDO_ELEMENT = /::[\w-]+(?:\([^()]*\))?(?::[\w-]+)*$/;

/** At-rules that ask about the device, and those that hold selectors. */
const ASKING = new Set(['@media', '@import', '@custom-media']);
const SELECTING = new Set([undefined, '@scope', '@supports']);

/** The rest of a selector or a declaration: up to what opens or ends a rule. */
const REST = /(?:\/\*[^]*?(?:\*\/|$)|"(?:[^"\\]|\\[^])*(?:"|$)|'(?:[^'\\]|\\[^])*(?:'|$)|\\[^]|[^{};"'\\])*/y;

/** Resolves every address in a style sheet or in declarations, replaces the states of {@link STATES}, and answers as the consumer's device does. */
export function mirrorCss(css: string, at: DocumentAddress, answers: MediaAnswers, standIns: StandIns): string {
  if (!NEEDS_WORK.test(css)) return css;
  /** The at-rule whose prelude this is. */
  let rule: string | undefined;
  let importing = false;
  /** Depth of parentheses inside image-set(), 0 outside. */
  let imageSet = 0;
  let typeDepth = 0;
  let restEnd = -1;

  /** Whether a rule's block follows: `a:hover{` is a selector, `animation:hover;` is not. */
  function opensRule(offset: number): boolean {
    if (offset >= restEnd) {
      REST.lastIndex = offset;
      REST.test(css);
      restEnd = REST.lastIndex;
    }
    return css[restEnd] === '{';
  }

  return css.replace(
    TOKEN,
    (
      token: string,
      comment: string | undefined,
      string: string | undefined,
      double: string | undefined,
      single: string | undefined,
      bare: string | undefined,
      atRule: string | undefined,
      openSet: string | undefined,
      openType: string | undefined,
      question: string | undefined,
      feature: string | undefined,
      value: string | undefined,
      mark: string | undefined,
      state: string | undefined,
      colorScheme: string | undefined,
      schemes: string | undefined,
      offset: number,
    ) => {
      if (comment !== undefined) return token;
      if (string !== undefined) {
        const isAddress = importing || (imageSet > 0 && typeDepth === 0);
        importing = false;
        return isAddress && string.length > 1 ? quoted(cssUrl(unescapeCss(string.slice(1, -1)), at, standIns)) : token;
      }
      if (state !== undefined) {
        const isSelector =
          SELECTING.has(rule) && opensRule(offset) && !AFTER_PSEUDO_ELEMENT.test(css.slice(Math.max(0, offset - 80), offset));
        return isSelector ? (STATES[state.toLowerCase()] ?? token) : token;
      }
      if (question !== undefined) return rule !== undefined && ASKING.has(rule) ? (answers.answer(feature ?? '', value) ?? token) : token;
      if (colorScheme !== undefined) return `${colorScheme}${answers.scheme(schemes ?? '')}`;
      if (atRule !== undefined) {
        rule = atRule.toLowerCase();
        importing = rule === '@import';
      } else if (openSet !== undefined) imageSet++;
      else if (openType !== undefined) {
        if (imageSet > 0) typeDepth = ++imageSet;
      } else if (mark !== undefined) {
        if (imageSet > 0 && mark === '(') imageSet++;
        else if (imageSet > 0 && mark === ')') {
          if (imageSet === typeDepth) typeDepth = 0;
          imageSet--;
        } else if (mark !== '(' && mark !== ')') {
          rule = undefined;
          importing = false;
          imageSet = typeDepth = 0;
        }
      } else {
        importing = false;
        return `url(${quoted(cssUrl(unescapeCss(double ?? single ?? bare ?? ''), at, standIns))})`;
      }
      return token;
    },
  );
}

function cssUrl(raw: string, at: DocumentAddress, standIns: StandIns): string {
  const trimmed = raw.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
  const url = imageUrl(trimmed, at, standIns, 'css');
  const hash = url.indexOf('#');
  // A reference to the page itself by its whole address is a reference to the mirrored document.
  return hash >= 0 && withoutFragment(withoutCover(url)) === at.url ? url.slice(hash) : url;
}

const quoted = (url: string): string => `"${url.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\a ')}"`;
