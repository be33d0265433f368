/** In a layer of its own it is stronger than what a page says itself, `!important` or not. */
const STILL = '@layer tandem-still{*{overflow-anchor:none!important}}';

const stillSheets = new WeakMap<Document, CSSStyleSheet>();

/**
 * Has no box around a node move by itself when what it shows does. Browsers anchor scrolling: in the consumer's page that
 * is a scroll like any and is told, and a mirror that did it as well would stand elsewhere (its nodes move in one step where
 * the page's are taken out and put in again). Only a root in which something was scrolled needs it.
 */
export function stopAnchoring(node: Node): void {
  const root = node.getRootNode() as Document | ShadowRoot;
  const document = root.ownerDocument ?? root;
  if (!document.defaultView || !('adoptedStyleSheets' in root)) return;
  const still = stillSheetOf(document);
  if (!root.adoptedStyleSheets.includes(still)) root.adoptedStyleSheets = [still, ...root.adoptedStyleSheets];
}

/** The sheets that a root keeps whichever the page has it adopt. */
export function keptSheets(root: Document | ShadowRoot): CSSStyleSheet[] {
  const still = stillSheets.get(root.ownerDocument ?? root);
  return still !== undefined && root.adoptedStyleSheets.includes(still) ? [still] : [];
}

function stillSheetOf(document: Document): CSSStyleSheet {
  let still = stillSheets.get(document);
  if (still === undefined) {
    // The constructor of the mirror's own window: a document adopts no other.
    const { CSSStyleSheet: Sheet } = document.defaultView as Window & { CSSStyleSheet: typeof CSSStyleSheet };
    still = new Sheet();
    still.replaceSync(STILL);
    stillSheets.set(document, still);
  }
  return still;
}
