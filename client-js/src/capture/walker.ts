import { type DocumentInfo, DocumentMode, type Namespace, NAMESPACE_URIS } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { createAttributeFilter } from './attributes.ts';
import type { Budget } from './budget.ts';
import { type Control, type FormState, isControl } from './form-state.ts';
import { type Masks, maskText } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import { frameDocument, type Root } from './roots.ts';
import type { SheetOwner, Sheets } from './sheets.ts';
import type { ViewState } from './view-state.ts';

/** Deeper than this nothing is sent: the walk recurses, and the mirror would refuse at {@link MAX_DEPTH} anyway. */
const DEEPEST = 2_000;

/** Elements whose content means nothing in a mirror, or must not get there. */
const EMPTY_ELEMENTS: ReadonlySet<string> = new Set(['script', 'noscript', 'template']);
/** Elements that need more than attributes and children. */
const SPECIAL_ELEMENTS: ReadonlySet<string> = new Set([
  ...EMPTY_ELEMENTS, 'style', 'link', 'iframe', 'dialog', 'input', 'textarea', 'select',
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

/** Writes parts of the DOM, as they are now, as NODES operations. What does not fit the budget is kept for {@link Walker.resume}. */
export interface Walker {
  /** The page's document, or with a parent a frame's. */
  document(writer: PageWriter, document: Document, parent: Entry | null): void;
  /** A shadow root that was attached to an element which the mirror holds. */
  shadow(writer: PageWriter, root: ShadowRoot, host: Entry): void;
  /** Siblings from `first` to `last`; false when the time was over before `last`. */
  forest(writer: PageWriter, parent: Entry, first: Node, last: Node, nextId: number): boolean;
  /** Goes on where the time was over; true when nothing is left. */
  resume(writer: PageWriter, isOutdated: (parent: Node) => boolean): boolean;
  /** Writes the attributes of an element that are allowed now and removes the others. */
  attributes(writer: PageWriter, entry: Entry, names: Iterable<string>): void;
  /** Frames of the mirror, with the document that was sent. */
  readonly frames: Map<Element, Document | null>;
  reset(): void;
}

interface Rest {
  readonly parent: Entry;
  /** The last child that was walked; null: none. */
  readonly after: Node | null;
  readonly depth: number;
}

export function createWalker(parts: WalkerParts): Walker {
  const { table, masks, forms, sheets, view, budget, ignores } = parts;
  const filter = createAttributeFilter();
  const frames = new Map<Element, Document | null>();
  const names: string[] = [];
  const values: string[] = [];
  /** What is still to be walked, the innermost last. */
  let rests: Rest[] = [];
  /** What the running task leaves over, the innermost first. */
  let leftOver: Rest[] = [];

  function children(writer: PageWriter, parent: Entry, first: Node | null, depth: number): void {
    if (depth > DEEPEST) return;
    for (let child = first; child !== null; child = child.nextSibling) {
      if (budget.isSpent()) {
        leftOver.push({ parent, after: child.previousSibling, depth });
        return;
      }
      walk(writer, child, parent, depth);
    }
  }

  function walk(writer: PageWriter, node: Node, parent: Entry, depth: number): void {
    switch (node.nodeType) {
      case 1:
        if (!ignores(node) && !isThere(node, parent)) element(writer, node as Element, parent, depth);
        return;
      case 3:
      case 4:
        if (!isThere(node, parent)) text(writer, node as Text, parent);
        return;
      case 10: {
        const { name, publicId, systemId } = node as DocumentType;
        if (!isThere(node, parent)) writer.doctype(table.enter(node, parent, parent.masked).id, name, publicId, systemId);
      }
    }
  }

  function isThere(node: Node, parent: Entry): boolean {
    const entry = table.known(node);
    if (entry === undefined) return false;
    parts.met(node, parent.node);
    return true;
  }

  function text(writer: PageWriter, node: Text, parent: Entry): void {
    const { id } = table.enter(node, parent, parent.masked);
    writer.text(id, parent.masked ? maskText(node.data) : node.data);
  }

  function element(writer: PageWriter, element: Element, parent: Entry, depth: number): void {
    const tag = element.localName;
    const masked = parent.masked || masks.isOwn(element, tag);
    const entry = table.enter(element, parent, masked);
    const isSpecial = SPECIAL_ELEMENTS.has(tag);
    if (isSpecial && EMPTY_ELEMENTS.has(tag)) {
      writer.openElement(entry.id, namespaceOf(element), tag, names, values, 0);
      writer.close();
      return;
    }
    writer.openElement(entry.id, namespaceOf(element), tag, names, values, collectAttributes(element, masked));
    if (isSpecial && special(writer, element, tag, entry)) {
      writer.close();
      return;
    }
    const { shadowRoot, firstChild } = element;
    if (shadowRoot !== null) openShadow(writer, shadowRoot, entry, depth + 1);
    if (firstChild !== null) children(writer, entry, firstChild, depth + 1);
    writer.close();
  }

  /** Fills `names` and `values`; the result is how many there are. */
  function collectAttributes(element: Element, masked: boolean): number {
    let count = 0;
    for (const name of element.getAttributeNames()) {
      const value = filter(element, name, element.getAttribute(name) as string, masked);
      if (value === null) continue;
      names[count] = name;
      values[count++] = value;
    }
    return count;
  }

  /** True when the element's children are not to be walked. */
  function special(writer: PageWriter, element: Element, tag: string, entry: Entry): boolean {
    if (isControl(tag)) {
      forms.track(element as Control);
    } else if (tag === 'dialog') {
      view.track(element as HTMLDialogElement);
    } else if (tag === 'style' || tag === 'link') {
      sheets.open(writer, element as SheetOwner, entry);
      return true;
    } else if (tag === 'iframe') {
      const document = frameDocument(element);
      frames.set(element, document);
      if (document !== null) openDocument(writer, document, entry, 0);
      return true;
    }
    return false;
  }

  function openShadow(writer: PageWriter, root: ShadowRoot, host: Entry, depth: number): void {
    const entry = table.enter(root, host, host.masked);
    masks.scan(root);
    parts.opened(root);
    writer.openShadow(entry.id);
    children(writer, entry, root.firstChild, depth);
    writer.close();
  }

  function openDocument(writer: PageWriter, document: Document, parent: Entry | null, depth: number): void {
    const entry = table.enter(document, parent, parent?.masked === true);
    masks.scan(document);
    parts.opened(document);
    writer.openDocument(entry.id, describe(document));
    children(writer, entry, document.firstChild, depth);
    writer.close();
  }

  /** Runs one NODES operation and keeps what it left over. */
  function operation(writer: PageWriter, parentId: number, nextId: number, body: () => void): void {
    writer.nodes(parentId, nextId);
    body();
    writer.close();
    for (let rest = leftOver.pop(); rest !== undefined; rest = leftOver.pop()) rests.push(rest);
  }

  function resumeOne(writer: PageWriter, { parent, after, depth }: Rest): void {
    const first = after === null ? parent.node.firstChild : after.nextSibling;
    if (first === null) return;
    operation(writer, parent.id, 0, () => {
      children(writer, parent, first, depth);
    });
  }

  return {
    frames,
    document(writer, document, parent) {
      operation(writer, parent?.id ?? 0, 0, () => {
        openDocument(writer, document, parent, 0);
      });
    },
    shadow(writer, root, host) {
      operation(writer, host.id, 0, () => {
        openShadow(writer, root, host, 0);
      });
    },
    forest(writer, parent, first, last, nextId) {
      let isComplete = false;
      operation(writer, parent.id, nextId, () => {
        for (let node: Node | null = first; node !== null && !budget.isSpent(); node = node.nextSibling) {
          if (node.nodeType === 1) masks.scan(node as Element);
          walk(writer, node, parent, 0);
          isComplete = node === last;
          if (isComplete) break;
        }
      });
      return isComplete;
    },
    resume(writer, isOutdated) {
      for (let rest = rests.pop(); rest !== undefined; rest = rests.pop()) {
        if (table.known(rest.parent.node) !== rest.parent || isOutdated(rest.parent.node)) continue;
        if (budget.isSpent()) {
          rests.push(rest);
          return false;
        }
        resumeOne(writer, rest);
      }
      return true;
    },
    attributes(writer, entry, changed) {
      const element = entry.node as Element;
      if (EMPTY_ELEMENTS.has(element.localName)) return;
      for (const name of changed) {
        const value = element.getAttribute(name);
        writer.attribute(entry.id, name, value === null ? null : filter(element, name, value, entry.masked));
      }
    },
    reset() {
      frames.clear();
      rests = [];
      leftOver = [];
    },
  };
}

function namespaceOf(element: Element): Namespace {
  const index = NAMESPACE_URIS.indexOf(element.namespaceURI ?? '');
  return (index < 0 ? 0 : index) as Namespace;
}

const LIMITED_QUIRKS = /^-\/\/W3C\/\/DTD (?:XHTML 1\.0|HTML 4\.01) (?:Frameset|Transitional)\/\//i;

/** What a document says of itself. */
export function describe(document: Document): DocumentInfo {
  const view = document.defaultView;
  const { doctype } = document;
  const isLimited = doctype !== null && LIMITED_QUIRKS.test(doctype.publicId) && (doctype.systemId !== '' || /XHTML/i.test(doctype.publicId));
  const standards = isLimited ? DocumentMode.LIMITED_QUIRKS : DocumentMode.STANDARDS;
  return {
    url: document.URL,
    baseUrl: document.baseURI,
    mode: document.compatMode === 'BackCompat' ? DocumentMode.QUIRKS : standards,
    width: view?.innerWidth ?? 0,
    height: view?.innerHeight ?? 0,
  };
}
