import { type DocumentInfo, DocumentMode, HoldKind, type Namespace, NAMESPACE_URIS } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import { frameDocument, type ShadowOf } from '../inner-roots.ts';
import { type AttributeFilter, createAttributeFilter } from './attributes.ts';
import type { Budget } from './budget.ts';
import { EMPTY_ELEMENTS } from './empty-elements.ts';
import { type Control, type FormState, isControl } from './form-state.ts';
import { keepRoom } from './keep-room.ts';
import type { Part } from './late-part.ts';
import { type Masks, maskText } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import type { Rest, Rests } from './rests.ts';
import type { Root } from './roots.ts';
import type { SheetOwner, Sheets } from './sheets.ts';
import { type Sight, Verdict } from './sight.ts';
import { layoutViewport, type ViewState } from './view-state.ts';

/** Deeper than this nothing is sent: the walk recurses, and a mirror need not go deeper than the protocol's MAX_DEPTH anyway. */
const DEEPEST = 2_000;

/** Elements that need more than attributes and children. */
const SPECIAL_ELEMENTS: ReadonlySet<string> = new Set([
  ...['style', 'link', 'iframe', 'dialog', 'input', 'textarea', 'select'],
  ...['canvas', 'video', 'audio'],
]);

export interface WalkerParts {
  readonly table: NodeTable;
  readonly masks: Masks;
  readonly forms: FormState;
  readonly sheets: Sheets;
  readonly view: ViewState;
  readonly media: Pick<Part, 'track'>;
  /** Of those that the page may not read. */
  readonly frames: Pick<Part, 'track'>;
  readonly budget: Budget;
  readonly rests: Rests;
  readonly ignores: (node: Node) => boolean;
  readonly shadowOf: ShadowOf;
  /** A root went to the mirror and is to be watched. */
  readonly opened: (root: Root) => void;
  /** A node that the mirror holds already was found under a new parent. */
  readonly met: (node: Node, parent: Node) => void;
}

/**
 * The one walk: writes parts of the DOM, as they are now, as NODES operations. What does not fit the budget is kept for {@link Walker.resume};
 * while it looks, what does not show is kept for {@link Walker.sendLater}. Only then it reads layout.
 */
export class Walker {
  /** Frames of the mirror, with the document that was sent. */
  readonly frames = new Map<Element, Document | null>();
  /** Custom elements without a shadow root: one may come by ways that no method call tells of (the parser, another realm's methods). */
  readonly hollow = new Set<Element>();
  private readonly filter: AttributeFilter = createAttributeFilter();
  private readonly names: string[] = [];
  private readonly values: string[] = [];
  /** What the running operation leaves over, the innermost first. */
  private leftOver: Rest[] = [];
  /** While only what shows is walked. */
  private sight: Sight | undefined;
  /** The rest that is being walked, if it is not new nodes. */
  private filled: Rest | undefined;
  /** The outermost parent of which that walk has left something. */
  private outermost: Node | undefined;
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

  /** From now on only what shows is walked, and the rest left for later; undefined: everything. */
  look(sight: Sight | undefined): void {
    this.sight = sight;
  }

  /** Goes on where the time was over; true when nothing is left but what waits. A parent whose children are to be compared first waits for that. */
  resume(writer: PageWriter, isOutdated: (parent: Node) => boolean): boolean {
    const { rests, budget } = this.parts;
    for (let rest = rests.next(true); rest !== undefined; rest = rests.next(true)) {
      if (isOutdated(rest.parent.node)) {
        rests.add({ ...rest, isUrgent: false, isInSight: true });
        continue;
      }
      if (budget.isSpent()) {
        rests.add(rest);
        return false;
      }
      this.fill(writer, rest);
    }
    return true;
  }

  /** Sends what waits as far as the time goes, what shows first. Everything else must be settled. @returns whether something of it shows */
  sendLater(writer: PageWriter, sight: Sight, isForSightAlone: boolean): boolean {
    let shows = false;
    const { rests, budget } = this.parts;
    for (let rest = rests.next(false); rest !== undefined; rest = rests.next(false)) {
      if (budget.isSpent() || (isForSightAlone && !rest.isInSight)) {
        rests.add(rest);
        break;
      }
      shows ||= rest.isInSight;
      this.sight = rest.isInSight ? sight : undefined;
      this.fill(writer, rest);
      this.sight = undefined;
    }
    return shows;
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
    this.leftOver = [];
  }

  private endOperation(writer: PageWriter): void {
    writer.close();
    this.outermost = this.leftOver.at(-1)?.parent.node ?? this.outermost;
    for (let rest = this.leftOver.pop(); rest !== undefined; rest = this.leftOver.pop()) this.parts.rests.add(rest);
  }

  /** Walks what is left of a parent's content. */
  private fill(writer: PageWriter, rest: Rest): void {
    const { parent, depth } = rest;
    const { rests } = this.parts;
    this.filled = rest;
    this.outermost = undefined;
    if (rest.isShell) {
      this.parts.masks.scan(parent.node as Element);
      writer.nodes(parent.id, 0);
      this.content(writer, parent.node as Element, parent, depth);
      this.endOperation(writer);
    } else {
      this.fillChildren(writer, rest);
    }
    this.filled = undefined;
    // Content of its content may be left.
    if (rests.of(parent.node) === undefined) rests.done(parent.node, this.outermost);
  }

  private fillChildren(writer: PageWriter, rest: Rest): void {
    const { parent, depth } = rest;
    const isWhereItWas = rest.after?.parentNode === parent.node;
    if (rest.after !== null && !isWhereItWas) rest.isMixed = true;
    let first = this.nextUnknown(isWhereItWas ? (rest.after as Node).nextSibling : parent.node.firstChild);
    while (first !== null && this.parts.rests.of(parent.node) === undefined) {
      const known = rest.isMixed ? this.nextKnown(first) : null;
      if (first.nodeType === 1) this.parts.masks.scan(first as Element);
      writer.nodes(parent.id, known?.id ?? 0);
      this.children(writer, parent, first, depth, known?.node);
      this.endOperation(writer);
      first = known === null ? null : this.nextUnknown(known.node);
    }
  }

  private nextUnknown(from: Node | null): Node | null {
    for (let node = from; node !== null; node = node.nextSibling) {
      if (this.isSent(node) && this.parts.table.known(node) === undefined) return node;
    }
    return null;
  }

  private nextKnown(from: Node): Entry | null {
    for (let node: Node | null = from; node !== null; node = node.nextSibling) {
      const entry = this.parts.table.known(node);
      if (entry !== undefined) return entry;
    }
    return null;
  }

  /** Walks the children from `first`, up to `end` where there is one. */
  private children(writer: PageWriter, parent: Entry, first: Node | null, depth: number, end: Node | null = null): void {
    if (depth > DEEPEST || first === null) return;
    const { sight } = this;
    const last = sight && this.lastWanted(sight, parent, first);
    let isPast = last === null;
    /** What has to come before the parent needs no more room than its content takes. */
    let awaited: Entry | undefined;
    for (let child: Node | null = first; child !== end && child !== null; child = child.nextSibling) {
      const isLate = this.parts.budget.isSpent();
      if (isLate || isPast) {
        const after = child.previousSibling;
        const ahead = isLate ? 0 : this.walkAhead(writer, parent, after, depth);
        this.leave({ parent, after, depth }, isLate, ahead > 0, last);
        if (isPast) awaited = parent;
        break;
      }
      if (sight === undefined) this.walk(writer, child, parent, depth);
      else awaited = this.walkSeen(writer, child, parent, depth, sight) ?? awaited;
      isPast = child === last;
    }
    // What follows a first view stands in boxes that are held already.
    if (awaited !== undefined && this.filled?.isUrgent !== false) keepRoom(this.parts.rests, this.parts.table, parent, awaited);
  }

  /** Walks those children behind one that cannot wait, while what is between does; how many there are. */
  private walkAhead(writer: PageWriter, parent: Entry, after: Node | null, depth: number): number {
    const { sight } = this;
    const wanted = (sight?.wantedBehind(parent.node, after) ?? []).filter((node) => this.parts.table.known(node) === undefined);
    for (const node of wanted) if (sight !== undefined) this.walkSeen(writer, node, parent, depth, sight);
    return wanted.length;
  }

  /** Of a parent whose walk goes on, as it was found when it began: to look is dear where many siblings take up no room. */
  private lastWanted(sight: Sight, parent: Entry, first: Node): Node | null {
    const before = this.filled?.parent === parent ? this.filled.last : null;
    return before?.parentNode === parent.node ? before : sight.lastWanted(first);
  }

  /** The children behind `after` are left for the next slice, or until it is their turn. */
  private leave(where: Pick<Rest, 'parent' | 'after' | 'depth'>, isLate: boolean, isMixed: boolean, last: Node | null | undefined): void {
    const { filled } = this;
    this.leftOver.push({
      ...where,
      isShell: false,
      isUrgent: isLate && filled?.isUrgent !== false,
      isMixed: isMixed || (filled?.parent === where.parent && filled.isMixed),
      isInSight: isLate && this.sight !== undefined,
      last: (isLate ? last : null) ?? null,
    });
  }

  /** Walks a node as far as it shows; its entry where a box stands for what is in it. */
  private walkSeen(writer: PageWriter, node: Node, parent: Entry, depth: number, sight: Sight): Entry | undefined {
    const verdict = sight.judge(node);
    if ((verdict === Verdict.LATER || verdict === Verdict.HIDDEN) && this.canWait(node)) {
      const entry = this.shell(writer, node as Element, parent, depth);
      if (verdict === Verdict.HIDDEN) return undefined;
      this.parts.rests.hold(entry, entry, HoldKind.BOX);
      return entry;
    }
    if (verdict !== Verdict.SEEN) this.sight = undefined;
    this.walk(writer, node, parent, depth);
    this.sight = sight;
    return undefined;
  }

  private canWait(node: Node): boolean {
    const { firstChild, localName } = node as Element;
    const hasContent = firstChild ?? this.parts.shadowOf(node) ?? localName === 'iframe';
    return node.nodeType === 1 && Boolean(hasContent) && this.isSent(node) && this.parts.table.known(node) === undefined;
  }

  /** An element without what is in it. */
  private shell(writer: PageWriter, element: Element, parent: Entry, depth: number): Entry {
    const entry = this.openElement(writer, element, element.localName, parent);
    writer.close();
    this.parts.rests.add({
      ...{ parent: entry, after: null, depth: depth + 1 },
      ...{ isShell: true, isUrgent: false, isMixed: false, isInSight: false },
    });
    return entry;
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
    const tag = element.localName;
    const entry = this.openElement(writer, element, tag, parent);
    if (!EMPTY_ELEMENTS.has(tag)) this.content(writer, element, entry, depth + 1);
    writer.close();
  }

  private openElement(writer: PageWriter, element: Element, tag: string, parent: Entry): Entry {
    const masked = parent.masked || this.parts.masks.isOwn(element, tag);
    const entry = this.parts.table.enter(element, parent, masked);
    const count = EMPTY_ELEMENTS.has(tag) ? 0 : this.collectAttributes(element, masked);
    writer.openElement(entry.id, namespaceOf(element), tag, this.names, this.values, count);
    return entry;
  }

  /** What is in an element: shadow root, children, a frame's document, a sheet. */
  private content(writer: PageWriter, element: Element, entry: Entry, depth: number): void {
    const tag = element.localName;
    if (SPECIAL_ELEMENTS.has(tag) && this.special(writer, element, tag, entry)) return;
    const root = this.parts.shadowOf(element);
    if (root === undefined) {
      if (tag.includes('-')) this.hollow.add(element);
    } else if (this.parts.table.known(root) === undefined) {
      this.openShadow(writer, root, entry, depth);
    }
    this.children(writer, entry, element.firstChild, depth);
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
    const { forms, media, view, sheets } = this.parts;
    if (isControl(tag)) {
      forms.track(element as Control);
    } else if (tag === 'dialog') {
      view.track(element as HTMLDialogElement);
    } else if (tag === 'style' || tag === 'link') {
      sheets.open(writer, element as SheetOwner, entry);
      return true;
    } else if (tag === 'iframe') {
      const document = this.openFrame(element);
      if (document !== null) this.openDocument(writer, document, entry);
      return true;
    } else if (element.namespaceURI === NAMESPACE_URIS[0]) {
      media.track(element);
    }
    return false;
  }

  /** A frame went to the mirror, or has another document. @returns what the page may read of it */
  openFrame(frame: Element): Document | null {
    const document = frameDocument(frame);
    this.frames.set(frame, document);
    if (document === null) this.parts.frames.track(frame);
    return document;
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
    this.sight?.enter(root);
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
