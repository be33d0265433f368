import type { SheetText } from '../protocol/page-op.ts';
import type { DocumentAddress } from './addresses.ts';
import type { Assets } from './assets.ts';
import type { PageCss } from './page-css.ts';
import { keptSheets } from './own-rules.ts';
import { CannotApply, isDocument, isElement, isLink, isShadowRoot, isStyle, type NodeTable } from './node-table.ts';

/** Stands for a rule that this browser does not take, so that the indices of the others stay right. */
const NO_RULE = '@media not all{}';

interface AdoptedSheet {
  css: string;
  /** Its text has not come: edits wait for it. */
  isWaiting: boolean;
  readonly address: DocumentAddress;
  /** A constructed sheet belongs to one document. */
  readonly copies: Map<Document, CSSStyleSheet>;
  readonly edits: SheetEdit[];
}

type SheetEdit = (sheet: CSSStyleSheet) => void;

/** The page's style sheets: those of style and link elements, and constructed ones. */
export interface Sheets {
  /** Gives an element its sheet; a link becomes a style element in its place, which loads nothing. */
  own(owner: Element, css: SheetText, address: DocumentAddress): void;
  insert(sheetId: number, index: number, rule: string, address: DocumentAddress): void;
  remove(sheetId: number, index: number): void;
  disable(ownerId: number, disabled: boolean): void;
  define(sheetId: number, css: SheetText, address: DocumentAddress): void;
  adopt(rootId: number, sheetIds: readonly number[]): void;
}

/** @param late a sheet whose text was awaited has it */
export function createSheets(nodes: NodeTable, assets: Assets, pageCss: PageCss, late: () => void): Sheets {
  const adopted = new Map<number, AdoptedSheet>();
  const disabledOwners = new WeakMap<Element, boolean>();
  /** What was done to the sheets of elements whose text has not come. */
  const waitingEdits = new WeakMap<Element, SheetEdit[]>();

  function own(owner: Element, css: SheetText, address: DocumentAddress): void {
    const style = isLink(owner) ? standIn(owner) : owner;
    if (!isStyle(style)) throw new CannotApply(`a sheet for <${owner.localName}>`);
    const edits: SheetEdit[] = [];
    waitingEdits.set(style, edits);
    if (typeof css === 'string') {
      waitingEdits.delete(style);
      write(style, css, address);
    } else {
      assets.use(css, (come) => {
        if (waitingEdits.get(style) !== edits) return;
        waitingEdits.delete(style);
        write(style, come, address);
        if (style.sheet) for (const change of edits) change(style.sheet);
        late();
      });
    }
  }

  function write(style: HTMLStyleElement, css: string, address: DocumentAddress): void {
    style.textContent = pageCss.mirrored(css, address);
    const disabled = disabledOwners.get(style);
    if (disabled !== undefined) setDisabled(style, disabled);
  }

  function standIn(link: HTMLLinkElement): HTMLStyleElement {
    const style = link.ownerDocument.createElement('style');
    for (const { name, value } of Array.from(link.attributes)) {
      if (!LOADING.has(name)) style.setAttribute(name, value);
    }
    const id = nodes.id(link);
    if (id !== undefined) nodes.replace(id, style);
    // An alternate sheet is out of use until somebody chooses it; as a style element it would be the preferred one.
    const isAlternate = link.relList.contains('alternate') && link.title !== '';
    if (link.sheet?.disabled || isAlternate) disabledOwners.set(style, true);
    link.replaceWith(style);
    return style;
  }

  function setDisabled(owner: Element, disabled: boolean): void {
    disabledOwners.set(owner, disabled);
    const sheet = sheetOf(owner);
    if (sheet) sheet.disabled = disabled;
    else if (isLink(owner)) owner.disabled = disabled;
  }

  /** Edits the sheet of an owner, or each copy of a constructed one. */
  function edit(sheetId: number, change: SheetEdit): void {
    const constructed = adopted.get(sheetId);
    if (constructed) {
      if (!constructed.isWaiting) for (const copy of constructed.copies.values()) change(copy);
      constructed.edits.push(change);
      return;
    }
    const waiting = waitingEdits.get(nodes.element(sheetId));
    if (waiting !== undefined) {
      waiting.push(change);
      return;
    }
    const sheet = sheetOf(nodes.element(sheetId));
    if (!sheet) throw new CannotApply(`node ${sheetId} has no sheet`);
    change(sheet);
  }

  function copyFor(document: Document, sheetId: number): CSSStyleSheet {
    const sheet = adopted.get(sheetId);
    if (!sheet) throw new CannotApply(`no sheet ${sheetId}`);
    let copy = sheet.copies.get(document);
    if (copy === undefined) {
      // The constructor of the mirror's own window: a document adopts no other.
      const { CSSStyleSheet: Sheet } = document.defaultView as Window & { CSSStyleSheet: typeof CSSStyleSheet };
      copy = new Sheet();
      copy.replaceSync(pageCss.mirrored(sheet.css, sheet.address));
      if (!sheet.isWaiting) for (const change of sheet.edits) change(copy);
      sheet.copies.set(document, copy);
    }
    return copy;
  }

  return {
    own,
    disable: (ownerId, disabled) => setDisabled(nodes.element(ownerId), disabled),
    insert: (sheetId, index, rule, address) =>
      edit(sheetId, (sheet) => insertRule(sheet, index, pageCss.mirrored(rule, adopted.get(sheetId)?.address ?? address))),
    remove: (sheetId, index) =>
      edit(sheetId, (sheet) => {
        if (index >= sheet.cssRules.length) throw new CannotApply(`no rule ${index} to delete`);
        sheet.deleteRule(index);
      }),
    define(sheetId, css, address) {
      if (nodes.peek(sheetId)) throw new CannotApply(`node ${sheetId} is no sheet`);
      const known = adopted.get(sheetId);
      const copies = known?.copies ?? new Map<Document, CSSStyleSheet>();
      const sheet: AdoptedSheet = { css: '', isWaiting: true, address, copies, edits: [] };
      adopted.set(sheetId, sheet);
      const come = (text: string): void => {
        if (adopted.get(sheetId) !== sheet) return;
        sheet.css = text;
        sheet.isWaiting = false;
        for (const copy of copies.values()) {
          copy.replaceSync(pageCss.mirrored(text, address));
          for (const change of sheet.edits) change(copy);
        }
      };
      if (typeof css === 'string') come(css);
      else
        assets.use(css, (text) => {
          come(text);
          late();
        });
    },
    adopt(rootId, sheetIds) {
      const root = nodes.node(rootId);
      if (!isDocument(root) && !isShadowRoot(root)) throw new CannotApply(`node ${rootId} adopts no sheets`);
      const document = isDocument(root) ? root : root.ownerDocument;
      if (!document.defaultView) throw new CannotApply(`root ${rootId} is in no window`);
      root.adoptedStyleSheets = [...keptSheets(root), ...sheetIds.map((id) => copyFor(document, id))];
    },
  };
}

/** What a link says about loading; a style element has no use for it. */
const LOADING: ReadonlySet<string> = new Set(['href', 'rel', 'type', 'as', 'sizes', 'hreflang', 'disabled', 'charset', 'fetchpriority']);

function sheetOf(owner: Element): CSSStyleSheet | null {
  return isElement(owner) && 'sheet' in owner ? (owner as HTMLStyleElement).sheet : null;
}

function insertRule(sheet: CSSStyleSheet, index: number, rule: string): void {
  if (index > sheet.cssRules.length) throw new CannotApply(`rule ${index} of ${sheet.cssRules.length}`);
  try {
    sheet.insertRule(rule, index);
  } catch {
    sheet.insertRule(NO_RULE, index);
  }
}
