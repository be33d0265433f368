import { maskAttribute } from './mask.ts';

/** How an attribute is treated, by its name. */
const Treatment = { PLAIN: 0, DROPPED: 1, URL: 2, VALUE: 3 } as const;
type Treatment = (typeof Treatment)[keyof typeof Treatment];

const URL_ATTRIBUTES: ReadonlySet<string> = new Set([
  'href',
  'xlink:href',
  'src',
  'action',
  'formaction',
  'data',
  'poster',
  'background',
  'cite',
  'ping',
]);
const DROPPED_ATTRIBUTES: ReadonlySet<string> = new Set(['nonce', 'integrity', 'srcdoc']);
// Browsers skip control characters and blanks in front of a scheme, and tabs and line ends inside it.
const SCRIPT_URL =
  /^[\u0000-\u0020]*j[\t\r\n]*a[\t\r\n]*v[\t\r\n]*a[\t\r\n]*s[\t\r\n]*c[\t\r\n]*r[\t\r\n]*i[\t\r\n]*p[\t\r\n]*t[\t\r\n]*:/i;

const NO_CODE = 'javascript:';

/** Names whose treatment is remembered; bounded, because a page may invent names without end. */
const MAX_REMEMBERED_NAMES = 4_096;

/** The value of an attribute as it may leave the page; null: it may not. */
export type AttributeFilter = (element: Element, name: string, value: string, masked: boolean) => string | null;

export function createAttributeFilter(): AttributeFilter {
  const treatments = new Map<string, Treatment>();

  function treatmentOf(name: string): Treatment {
    const known = treatments.get(name);
    if (known !== undefined) return known;
    const treatment = judge(name);
    if (treatments.size < MAX_REMEMBERED_NAMES) treatments.set(name, treatment);
    return treatment;
  }

  return (element, name, value, masked) => {
    const treatment = treatmentOf(name);
    if (treatment === Treatment.PLAIN && !masked) return value;
    if (treatment === Treatment.DROPPED) return null;
    if (treatment === Treatment.VALUE && isHiddenInput(element)) return null;
    // A link to code still looks like a link.
    if (treatment === Treatment.URL && SCRIPT_URL.test(value)) return name === 'href' ? NO_CODE : null;
    return masked ? maskAttribute(name, value) : value;
  };
}

function judge(name: string): Treatment {
  if (/^on/i.test(name) || DROPPED_ATTRIBUTES.has(name)) return Treatment.DROPPED;
  if (URL_ATTRIBUTES.has(name)) return Treatment.URL;
  return name === 'value' ? Treatment.VALUE : Treatment.PLAIN;
}

export function isHiddenInput(element: Element): boolean {
  return element.localName === 'input' && (element as HTMLInputElement).type === 'hidden';
}
