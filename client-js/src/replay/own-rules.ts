/** In a layer of its own, what is `!important` is stronger than what a page says itself, `!important` or not. */
const layered = (rules: string): string => `@layer tandem-own{${rules}}`;

const STILL = layered('*{overflow-anchor:none!important}');
const BARE = layered('video:not([controls])::-webkit-media-controls{display:none!important}');

/** The name under which the mirror's windows know what the consumer has selected. */
export const SELECTED = 'tandem-selection';

interface OwnSheet {
  readonly sheet: CSSStyleSheet;
  rules: string;
}

/** By what they are for. */
const sheets = new WeakMap<Document, Map<string, OwnSheet>>();

/**
 * Has no box around a node move by itself when what it shows does. Browsers anchor scrolling: in the consumer's page that
 * is a scroll like any and is told, and a mirror that did it as well would stand elsewhere (its nodes move in one step where
 * the page's are taken out and put in again). Only a root in which something was scrolled needs it.
 */
export const stopAnchoring = (node: Node): void => adopt(node, 'still', STILL);

/** Has videos around a node show no controls of the browser's but where the page asks for them: where nothing runs, Chromium shows them always. */
export const hideControls = (node: Node): void => adopt(node, 'bare', BARE);

/** How texts around a node are painted that the consumer has selected. @param declarations of colours, each `!important` */
export const paintSelected = (node: Node, declarations: string): void =>
  adopt(node, 'selected', layered(`::highlight(${SELECTED}){${declarations}}`));

/** The sheets that a root keeps whichever the page has it adopt. */
export function keptSheets(root: Document | ShadowRoot): CSSStyleSheet[] {
  const own = [...(sheets.get(root.ownerDocument ?? root)?.values() ?? [])];
  return own.map(({ sheet }) => sheet).filter((sheet) => root.adoptedStyleSheets.includes(sheet));
}

function adopt(node: Node, purpose: string, rules: string): void {
  const root = node.getRootNode() as Document | ShadowRoot;
  const document = root.ownerDocument ?? root;
  if (!document.defaultView || !('adoptedStyleSheets' in root)) return;
  const sheet = sheetOf(document, purpose, rules);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [sheet, ...root.adoptedStyleSheets];
}

function sheetOf(document: Document, purpose: string, rules: string): CSSStyleSheet {
  const own = sheets.get(document) ?? new Map<string, OwnSheet>();
  sheets.set(document, own);
  let known = own.get(purpose);
  if (known === undefined) {
    // The constructor of the mirror's own window: a document adopts no other.
    const { CSSStyleSheet: Sheet } = document.defaultView as Window & { CSSStyleSheet: typeof CSSStyleSheet };
    known = { sheet: new Sheet(), rules: '' };
    own.set(purpose, known);
  }
  if (known.rules !== rules) known.sheet.replaceSync(rules);
  known.rules = rules;
  return known.sheet;
}
