import type { PageWriter } from '../protocol/page-writer.ts';
import { type Control, isControl } from './form-state.ts';
import { MASKING_ATTRIBUTES, type Masks, maskText } from './mask.ts';
import type { Entry, NodeTable } from './node-table.ts';
import { ancestor, frameDocument } from './roots.ts';
import type { Walker } from './walker.ts';

/*
 * From mutation records to operations. The records only say where to look: what is written follows from the DOM as it is when the batch
 * is written, so that whatever came and went in between costs nothing, and any order of changes ends in the same tree.
 *
 * Parents are settled from the top down. Then the mirror's ancestors of the parent at hand are already its ancestors in the DOM, and no
 * MOVE can put a node below itself. Removals come last: until then the mirror still holds what a MOVE may take out of a removed part.
 */

export interface StructureParts {
  readonly table: NodeTable;
  readonly walker: Walker;
  readonly masks: Masks;
  /** A style or link element is masked now, or no longer. */
  readonly styleRemasked: (style: Node) => void;
  /** What gives a control its default state changed. */
  readonly stateChanged: (control: Control) => void;
  /** Whether changes to a node would be reported. */
  readonly isWatched: (node: Node) => boolean;
  /** Whether the time for this batch is over, so that some of it has to wait. */
  readonly isLate: () => boolean;
  /** A node left the mirror. */
  readonly forgotten: (node: Node) => void;
}

export interface Structure {
  note(records: readonly MutationRecord[]): void;
  /** A child of this parent is not where the mirror has it. */
  met(node: Node, parent: Node): void;
  shadowAttached(host: Element): void;
  /** The children of a parent are to be compared (its document was written anew). */
  unsettle(parent: Node): void;
  isUnsettled(parent: Node): boolean;
  /** Writes the changes; false when some are left because the time was over. */
  write(writer: PageWriter): boolean;
  /** Judges an element's mask anew and resends what that changes. */
  remask(element: Element): void;
  reset(): void;
}

/** Attributes that give a control its state as long as nobody touched it. */
const STATE_ATTRIBUTES: ReadonlySet<string> = new Set(['value', 'checked', 'selected', 'type', 'multiple', 'min', 'max', 'step']);

export function createStructure(parts: StructureParts): Structure {
  const { table, walker, masks } = parts;
  /** Parents whose children changed. */
  const parents = new Set<Node>();
  /** Nodes of the mirror that were inserted somewhere. */
  const moved = new Set<Node>();
  /** Nodes of the mirror that were taken out of somewhere, and are connected again. */
  const taken = new Set<Entry>();
  /** Nodes that are gone from where changes are seen, and not yet from the mirror. */
  const graves = new Set<Entry>();
  const attributes = new Map<Element, Set<string>>();
  const texts = new Set<CharacterData>();
  const hosts = new Set<Element>();

  function noteChildren(record: MutationRecord): void {
    const { target } = record;
    if (/^(?:select|optgroup|textarea)$/i.test(target.nodeName)) defaultChanged(target as Element);
    parents.add(target);
  }

  /** Whether or not the mirror has the parent: what is new to it may hold what is not. */
  function noteMoves(record: MutationRecord): void {
    for (const node of record.addedNodes) if (table.known(node) !== undefined) moved.add(node);
    for (const node of record.removedNodes) {
      const entry = table.known(node);
      if (!parts.isWatched(node)) bury(node, undefined);
      else if (entry !== undefined) taken.add(entry);
    }
  }

  /** Forgets a removed tree at once: what happens to it while it is detached is not observed, so it must come back as new. */
  function bury(node: Node, parent: Entry | undefined): void {
    const entry = table.known(node);
    if (entry !== undefined) {
      // Not for a child that goes with its parent; but one that was put here since the last batch is elsewhere in the mirror.
      if (parent === undefined || entry.parent !== parent) graves.add(entry);
      entry.buried = true;
      table.forget(entry);
      parts.forgotten(node);
      moved.delete(node);
    }
    const document = walker.frames.get(node as Element);
    walker.frames.delete(node as Element);
    for (const inner of [document, (node as Element).shadowRoot]) if (inner) bury(inner, entry);
    for (let child = node.firstChild; child !== null; child = child.nextSibling) bury(child, entry);
  }

  function noteAttribute(record: MutationRecord): void {
    const element = record.target as Element;
    const name = qualifiedName(element, record);
    let names = attributes.get(element);
    if (names === undefined) attributes.set(element, (names = new Set()));
    names.add(name);
    if (name === 'type') names.add('value');
    if (STATE_ATTRIBUTES.has(name)) defaultChanged(element);
  }

  function defaultChanged(element: Element): void {
    const control = element.closest('input,select,textarea');
    if (control !== null) parts.stateChanged(control as Control);
  }

  function settleAll(writer: PageWriter): boolean {
    let isComplete = true;
    const later = new Set<Node>();
    for (let parent = firstOf(parents); parent !== undefined; parent = firstOf(parents)) {
      const outer = outermost(parent);
      parents.delete(outer);
      const entry = table.known(outer);
      if (entry === undefined || isEmptied(outer) || !outer.isConnected) continue;
      // With time left an ancestor is not late but astray, in a part that has no mirror: all of it will be removed.
      if (isPlaced(entry) ? !settle(writer, entry) : parts.isLate()) later.add(outer);
    }
    for (const parent of later) {
      parents.add(parent);
      isComplete = false;
    }
    return isComplete;
  }

  /** The outermost unsettled ancestor of an unsettled parent, or itself. */
  function outermost(parent: Node): Node {
    let outer = parent;
    for (let node: Node | null = parent; node !== null; node = ancestor(node)) if (parents.has(node)) outer = node;
    return outer;
  }

  /** Whether the mirror has all ancestors where the DOM has them; otherwise one of them waits for time. */
  function isPlaced(entry: Entry): boolean {
    for (let e = entry; e.parent !== null; e = e.parent) {
      if (e.buried || ancestor(e.node) !== e.parent.node) return false;
    }
    return !entry.buried;
  }

  /** Makes the mirror's children of one parent equal to the DOM's, from the last to the first. */
  function settle(writer: PageWriter, parent: Entry): boolean {
    let isComplete = true;
    let nextId = 0;
    let child = parent.node.lastChild;
    while (child !== null) {
      const entry = table.known(child);
      if (entry === undefined) {
        const last = child;
        let first = child;
        while (first.previousSibling !== null && table.known(first.previousSibling) === undefined) first = first.previousSibling;
        if (!walker.forest(writer, parent, first, last, nextId)) isComplete = false;
        nextId = firstKnownId(first, last) ?? nextId;
        child = first.previousSibling;
        continue;
      }
      if (entry.parent !== parent || moved.has(child)) {
        writer.move(entry.id, parent.id, nextId);
        moved.delete(child);
        place(entry, parent);
      }
      nextId = entry.id;
      child = child.previousSibling;
    }
    return isComplete;
  }

  function place(entry: Entry, parent: Entry): void {
    entry.parent = parent;
    remaskEntry(entry);
  }

  function firstKnownId(first: Node, last: Node): number | undefined {
    for (let node: Node | null = first; node !== null; node = node.nextSibling) {
      const id = table.known(node)?.id;
      if (id !== undefined || node === last) return id;
    }
    return undefined;
  }

  function writeFrames(writer: PageWriter): void {
    for (const [frame, before] of walker.frames) {
      const entry = table.known(frame);
      const document = frameDocument(frame);
      if (entry === undefined || document === before) continue;
      const old = before === null ? undefined : table.known(before);
      if (old !== undefined) {
        bury(old.node, entry);
        // A new document takes the old one's place by itself.
        if (document === null) graves.add(old);
        else old.generation = 0;
      }
      walker.frames.set(frame, document);
      if (document !== null) walker.document(writer, document, entry);
    }
  }

  function writeHosts(writer: PageWriter): void {
    for (const host of hosts) {
      const entry = table.known(host);
      const { shadowRoot } = host;
      if (entry !== undefined && shadowRoot !== null && table.known(shadowRoot) === undefined) walker.shadow(writer, shadowRoot, entry);
    }
    hosts.clear();
  }

  function writeAttributes(writer: PageWriter): void {
    // A mask that changes adds to `attributes` and `texts` while they are walked; a Set's and Map's iteration takes that in.
    for (const [element, names] of attributes) {
      if ([...names].some((name) => MASKING_ATTRIBUTES.has(name))) remask(element);
    }
    for (const [element, names] of attributes) {
      const entry = table.known(element);
      if (entry !== undefined) walker.attributes(writer, entry, names);
    }
    attributes.clear();
  }

  function writeTexts(writer: PageWriter): void {
    for (const text of texts) {
      const entry = table.known(text);
      if (entry !== undefined) writer.setText(entry.id, entry.masked ? maskText(text.data) : text.data);
    }
    texts.clear();
  }

  function writeRemovals(writer: PageWriter): void {
    for (const entry of taken) {
      const isAstray = !entry.buried && ancestor(entry.node) !== entry.parent?.node;
      if (isAstray) bury(entry.node, undefined);
    }
    taken.clear();
    moved.clear();
    const ids: number[] = [];
    for (const grave of graves) if (!isInGrave(grave)) ids.push(grave.id);
    if (ids.length > 0) writer.remove(ids);
    for (const grave of graves) grave.generation = 0;
    graves.clear();
  }

  /** Whether an ancestor in the mirror goes as well, and takes this one along. */
  function isInGrave(entry: Entry): boolean {
    for (let e = entry.parent; e !== null; e = e.parent) if (graves.has(e) || e.generation === 0) return true;
    return false;
  }

  function remask(element: Element): void {
    const entry = table.known(element);
    if (entry !== undefined) remaskEntry(entry);
  }

  function remaskEntry(entry: Entry): void {
    const { node } = entry;
    const isOwn = node.nodeType === 1 && masks.isOwn(node as Element, (node as Element).localName);
    const masked = isOwn || entry.parent?.masked === true;
    if (masked === entry.masked) return;
    entry.masked = masked;
    if (node.nodeType === 1) resend(node as Element);
    else if (node.nodeType === 3) texts.add(node as Text);
    const inner = [walker.frames.get(node as Element), (node as Element).shadowRoot, ...node.childNodes];
    for (const child of inner) {
      const known = child ? table.known(child) : undefined;
      if (known !== undefined) remaskEntry(known);
    }
  }

  function resend(element: Element): void {
    attributes.set(element, new Set([...(attributes.get(element) ?? []), ...element.getAttributeNames()]));
    if (isControl(element.localName)) parts.stateChanged(element as Control);
    if (isSheetOwner(element)) parts.styleRemasked(element);
  }

  return {
    note(records) {
      for (const record of records) {
        if (record.type === 'childList') noteMoves(record);
        if (table.known(record.target) === undefined) continue;
        if (record.type === 'childList') noteChildren(record);
        else if (record.type === 'attributes') noteAttribute(record);
        else texts.add(record.target as CharacterData);
      }
    },
    met(node, parent) {
      moved.add(node);
      parents.add(parent);
    },
    shadowAttached: (host) => void hosts.add(host),
    unsettle: (parent) => void parents.add(parent),
    isUnsettled: (parent) => parents.has(parent),
    write(writer) {
      let isComplete = settleAll(writer);
      writeFrames(writer);
      writeHosts(writer);
      isComplete = walker.resume(writer, (parent) => parents.has(parent)) && isComplete;
      // Frames, hosts and rests may hold nodes that came from elsewhere.
      if (isComplete && parents.size > 0) isComplete = settleAll(writer);
      writeAttributes(writer);
      writeTexts(writer);
      if (isComplete && parents.size === 0) writeRemovals(writer);
      return isComplete;
    },
    remask,
    reset() {
      for (const set of [parents, moved, taken, graves, attributes, texts, hosts]) set.clear();
    },
  };
}

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const value of set) return value;
  return undefined;
}

function isSheetOwner(element: Element): boolean {
  return element.localName === 'style' || element.localName === 'link';
}

/** Elements whose children the mirror does not have. */
function isEmptied(node: Node): boolean {
  return /^(?:script|noscript|template|style|link|iframe)$/i.test(node.nodeName);
}

/** A record names an attribute without its prefix. */
function qualifiedName(element: Element, { attributeName, attributeNamespace }: MutationRecord): string {
  const local = attributeName ?? '';
  if (attributeNamespace === null) return local;
  const prefixed = element.getAttributeNodeNS(attributeNamespace, local)?.name;
  return prefixed ?? (attributeNamespace === 'http://www.w3.org/1999/xlink' ? `xlink:${local}` : local);
}
