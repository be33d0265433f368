import { type DocumentInfo, DocumentMode, type Namespace, NAMESPACE_URIS } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { type AttributeFilter, createAttributeFilter } from './attributes.ts';
import type { Budget } from './budget.ts';
import { type Control, type FormState, isControl } from './form-state.ts';
import { type Masks, maskText } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import { frameDocument, type Root } from './roots.ts';
import type { SheetOwner, Sheets } from './sheets.ts';
import { layoutViewport, type ViewState } from './view-state.ts';

/** Deeper than this nothing is sent: the walk recurses, and a mirror need not go deeper than the protocol's MAX_DEPTH anyway. */
const DEEPEST = 2_000;

/** Elements whose content means nothing in a mirror, or must not get there. */
const EMPTY_ELEMENTS: ReadonlySet<string> = new Set(['script', 'noscript', 'template']);
/** Elements that need more than attributes and children. */
const SPECIAL_ELEMENTS: ReadonlySet<string> = new Set([
  ...EMPTY_ELEMENTS,
  'style',
  'link',
  'iframe',
  'dialog',
  'input',
  'textarea',
  'select',
]);

export interface WalkerParts {
  readonly table: NodeTable;
  readonly masks: Masks;
  readonly forms: FormState;
  readonly sheets: Sheets;
  readonly view: ViewState;
  readonly budget: Budget;
  readonly ignores: (node: Node) => boolean;
  /** A root went to the mirror and is to be watched. */
  readonly opened: (root: Root) => void;
  /** A node that the mirror holds already was found under a new parent. */
  readonly met: (node: Node, parent: Node) => void;
}

interface Rest {
  readonly parent: Entry;
  /** The last child that was walked; null: none. */
  readonly after: Node | null;
  readonly depth: number;
}

/**
 * The one walk: writes parts of the DOM, as they are now, as NODES operations. It reads no layout and no computed style. What does not
 * fit the budget is kept for {@link Walker.resume}.
 */
export class Walker {
  /** Frames of the mirror, with the document that was sent. */
  readonly frames = new Map<Element, Document | null>();
  /** Custom elements without a shadow root: one may come by ways that no method call tells of (the parser, another realm's methods). */
  readonly hollow = new Set<Element>();
  private readonly filter: AttributeFilter = createAttributeFilter();
  private readonly names: string[] = [];
  private readonly values: string[] = [];
  /** What is still to be walked, the innermost last. */
  private rests: Rest[] = [];
  /** What the running operation leaves over, the innermost first. */
  private leftOver: Rest[] = [];
  private readonly parts: WalkerParts;

  constructor(parts: WalkerParts) {
    this.parts = parts;
  }

  /** The page's document, or with a parent a frame's. */
  document(writer: PageWriter, document: Document, frame: Entry | null): void {
    writer.nodes(frame?.id ?? 0, 0);
    this.openDocument(writer, document, frame);
    this.endOperation(writer);
  }

  /** A shadow root that was attached to an element which the mirror holds. */
  shadow(writer: PageWriter, root: ShadowRoot, host: Entry): void {
    writer.nodes(host.id, 0);
    this.openShadow(writer, root, host, 0);
    this.endOperation(writer);
  }

  /** New siblings from `first` to `last`; false when the time was over before `last`. */
  forest(writer: PageWriter, parent: Entry, first: Node, last: Node, nextId: number): boolean {
    let isOpen = false;
    let isComplete = true;
    for (let node: Node | null = first; node !== null; node = node === last ? null : node.nextSibling) {
      if (!this.isSent(node)) continue;
      isComplete = !this.parts.budget.isSpent();
      if (!isComplete) break;
      if (!isOpen) writer.nodes(parent.id, nextId);
      isOpen = true;
      if (node.nodeType === 1) this.parts.masks.scan(node as Element);
      this.walk(writer, node, parent, 0);
    }
    if (isOpen) this.endOperation(writer);
    return isComplete;
  }

  /** Goes on where the time was over; true when nothing is left. What is outdated is settled otherwise. */
  resume(writer: PageWriter, isOutdated: (parent: Node) => boolean): boolean {
    for (let rest = this.rests.pop(); rest !== undefined; rest = this.rests.pop()) {
      const { parent, after, depth } = rest;
      if (this.parts.table.known(parent.node) !== parent || isOutdated(parent.node)) continue;
      if (this.parts.budget.isSpent()) {
        this.rests.push(rest);
        return false;
      }
      const first = after === null ? parent.node.firstChild : after.nextSibling;
      if (first === null) continue;
      writer.nodes(parent.id, 0);
      this.children(writer, parent, first, depth);
      this.endOperation(writer);
    }
    return true;
  }

  /** Writes attributes of a known element, as far as they exist and may be sent; removes the others. */
  writeAttributes(writer: PageWriter, entry: Entry, names: Iterable<string>): void {
    const element = entry.node as Element;
    if (EMPTY_ELEMENTS.has(element.localName)) return;
    for (const name of names) {
      const value = element.getAttribute(name);
      if (name === 'popover') this.parts.view.track(element as HTMLElement);
      writer.attribute(entry.id, name, value === null ? null : this.filter(element, name, value, entry.masked));
    }
  }

  reset(): void {
    this.frames.clear();
    this.hollow.clear();
    this.rests = [];
    this.leftOver = [];
  }

  private endOperation(writer: PageWriter): void {
    writer.close();
    for (let rest = this.leftOver.pop(); rest !== undefined; rest = this.leftOver.pop()) this.rests.push(rest);
  }

  private children(writer: PageWriter, parent: Entry, first: Node | null, depth: number): void {
    if (depth > DEEPEST) return;
    for (let child = first; child !== null; child = child.nextSibling) {
      if (this.parts.budget.isSpent()) {
        this.leftOver.push({ parent, after: child.previousSibling, depth });
        return;
      }
      this.walk(writer, child, parent, depth);
    }
  }

  private isSent(node: Node): boolean {
    const type = node.nodeType;
    return type === 1 ? !this.parts.ignores(node) : type === 3 || type === 4 || type === 10;
  }

  private walk(writer: PageWriter, node: Node, parent: Entry, depth: number): void {
    if (!this.isSent(node)) return;
    const { table, met } = this.parts;
    if (table.known(node) !== undefined) {
      met(node, parent.node);
    } else if (node.nodeType === 1) {
      this.element(writer, node as Element, parent, depth);
    } else if (node.nodeType === 10) {
      const { name, publicId, systemId } = node as DocumentType;
      writer.doctype(table.enter(node, parent, parent.masked).id, name, publicId, systemId);
    } else {
      const { data } = node as Text;
      writer.text(table.enter(node, parent, parent.masked).id, parent.masked ? maskText(data) : data);
    }
  }

  private element(writer: PageWriter, element: Element, parent: Entry, depth: number): void {
    const { table, masks } = this.parts;
    const tag = element.localName;
    const masked = parent.masked || masks.isOwn(element, tag);
    const entry = table.enter(element, parent, masked);
    const isSpecial = SPECIAL_ELEMENTS.has(tag);
    const isEmpty = isSpecial && EMPTY_ELEMENTS.has(tag);
    const count = isEmpty ? 0 : this.collectAttributes(element, masked);
    writer.openElement(entry.id, namespaceOf(element), tag, this.names, this.values, count);
    if (!isEmpty && !(isSpecial && this.special(writer, element, tag, entry))) {
      const { shadowRoot, firstChild } = element;
      if (shadowRoot !== null) this.openShadow(writer, shadowRoot, entry, depth + 1);
      else if (tag.includes('-')) this.hollow.add(element);
      if (firstChild !== null) this.children(writer, entry, firstChild, depth + 1);
    }
    writer.close();
  }

  /** Fills `names` and `values`; the result is how many there are. */
  private collectAttributes(element: Element, masked: boolean): number {
    let count = 0;
    for (const name of element.getAttributeNames()) {
      const value = this.filter(element, name, element.getAttribute(name) as string, masked);
      if (value === null) continue;
      if (name === 'popover') this.parts.view.track(element as HTMLElement);
      this.names[count] = name;
      this.values[count++] = value;
    }
    return count;
  }

  /** True when the element's children are not to be walked. */
  private special(writer: PageWriter, element: Element, tag: string, entry: Entry): boolean {
    const { forms, view, sheets } = this.parts;
    if (isControl(tag)) {
      forms.track(element as Control);
    } else if (tag === 'dialog') {
      view.track(element as HTMLDialogElement);
    } else if (tag === 'style' || tag === 'link') {
      sheets.open(writer, element as SheetOwner, entry);
      return true;
    } else if (tag === 'iframe') {
      const document = frameDocument(element);
      this.frames.set(element, document);
      if (document !== null) this.openDocument(writer, document, entry);
      return true;
    }
    return false;
  }

  private openShadow(writer: PageWriter, root: ShadowRoot, host: Entry, depth: number): void {
    const entry = this.enterRoot(root, host);
    writer.openShadow(entry.id);
    this.children(writer, entry, root.firstChild, depth);
    writer.close();
  }

  private openDocument(writer: PageWriter, document: Document, frame: Entry | null): void {
    const entry = this.enterRoot(document, frame);
    writer.openDocument(entry.id, describe(document));
    // Nobody saw what scrolled in a frame before the capture.
    if (frame !== null) this.parts.view.scrolled(document);
    this.children(writer, entry, document.firstChild, 0);
    writer.close();
  }

  private enterRoot(root: Root, parent: Entry | null): Entry {
    this.parts.masks.scan(root);
    this.parts.opened(root);
    return this.parts.table.enter(root, parent, parent?.masked === true);
  }
}

function namespaceOf(element: Element): Namespace {
  const index = NAMESPACE_URIS.indexOf(element.namespaceURI ?? '');
  return (index < 0 ? 0 : index) as Namespace;
}

const LIMITED_QUIRKS = /^-\/\/W3C\/\/DTD (?:XHTML 1\.0|HTML 4\.01) (?:Frameset|Transitional)\/\//i;

/** What a document says of itself. */
export function describe(document: Document): DocumentInfo {
  const { doctype } = document;
  const isLimited =
    doctype !== null && LIMITED_QUIRKS.test(doctype.publicId) && (doctype.systemId !== '' || /XHTML/i.test(doctype.publicId));
  const standards = isLimited ? DocumentMode.LIMITED_QUIRKS : DocumentMode.STANDARDS;
  return {
    url: document.URL,
    baseUrl: document.baseURI,
    mode: document.compatMode === 'BackCompat' ? DocumentMode.QUIRKS : standards,
    ...layoutViewport(document),
  };
}
