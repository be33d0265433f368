import type { PageWriter } from '../protocol/page-writer.ts';
import { enclosing, frameDocument, type ShadowOf } from '../inner-roots.ts';
import type { Budget } from './budget.ts';
import type { Content } from './content.ts';
import type { Entry, NodeTable } from './node-table.ts';
import type { Rest, Rests } from './rests.ts';
import type { Walker } from './walker.ts';

export interface StructureParts {
  readonly table: NodeTable;
  readonly walker: Walker;
  readonly content: Content;
  readonly budget: Budget;
  readonly rests: Rests;
  readonly shadowOf: ShadowOf;
  /** Whether changes to a node would be reported. */
  readonly isWatched: (node: Node) => boolean;
  /** A node left the mirror. */
  readonly forgotten: (node: Node) => void;
}

/**
 * From mutation records to operations on the tree. The records only say where to look: what is written follows from the DOM as it is
 * when the batch is written, so that whatever came and went in between costs nothing, and any order of changes ends in the same tree.
 *
 * Parents are settled from the top down. Then the mirror's ancestors of the parent at hand are already its ancestors in the DOM, and no
 * MOVE can put a node below itself. Removals come last: until then the mirror still holds what a MOVE may take out of a removed part.
 */
export class Structure {
  /** Parents whose children changed. */
  private readonly parents = new Set<Node>();
  /** Nodes of the mirror that were inserted somewhere. */
  private readonly moved = new Set<Node>();
  /** Nodes of the mirror that were taken out of somewhere, and are connected again. */
  private readonly taken = new Set<Entry>();
  /** Nodes that are gone from where changes are seen, and not yet from the mirror. */
  private readonly graves = new Set<Entry>();
  /** Nodes that were put into a parent of which a part is still to be sent: they do not wait for it. */
  private readonly fresh = new Set<Node>();
  /** Elements that were given a shadow root after they were sent. */
  private readonly hosts = new Set<Element>();
  private readonly parts: StructureParts;

  constructor(parts: StructureParts) {
    this.parts = parts;
  }

  note(records: readonly MutationRecord[]): void {
    const { table, content } = this.parts;
    for (const record of records) {
      // Whether or not the mirror has the parent: what is new to it may hold what is not.
      if (record.type === 'childList') this.noteMoves(record);
      if (table.known(record.target) === undefined) continue;
      if (record.type === 'childList') this.unsettle(record.target);
      else if (record.type === 'attributes') content.noteAttribute(record);
      else content.noteText(record.target as CharacterData);
    }
  }

  /** The walk found a node that the mirror has elsewhere. */
  met(node: Node, parent: Node): void {
    this.moved.add(node);
    this.parents.add(parent);
  }

  shadowAttached(host: Element): void {
    this.hosts.add(host);
  }

  /** The children of a parent are to be compared. */
  unsettle(parent: Node): void {
    if (/^(?:select|optgroup|textarea)$/i.test(parent.nodeName)) this.parts.content.defaultChanged(parent as Element);
    this.parents.add(parent);
  }

  readonly isUnsettled = (parent: Node): boolean => this.parents.has(parent);

  /** Whether nothing is known to have changed: then more of the page may be read before the next batch is written. */
  get isSettled(): boolean {
    const frames = [...this.parts.walker.frames];
    return (
      [this.parents, this.moved, this.taken, this.graves, this.fresh, this.hosts].every(({ size }) => size === 0) &&
      frames.every(([frame, document]) => frameDocument(frame) === document)
    );
  }

  /** Writes the changes; false when some are left because the time was over. */
  write(writer: PageWriter): boolean {
    this.parts.content.judge();
    let isComplete = this.settleAll(writer);
    this.writeFrames(writer);
    this.writeHosts(writer);
    isComplete = this.parts.walker.resume(writer, this.isUnsettled) && isComplete;
    // Frames, hosts and the rest may hold nodes that came from elsewhere.
    if (isComplete && this.parents.size > 0) isComplete = this.settleAll(writer);
    this.parts.content.write(writer);
    if (isComplete) this.writeRemovals(writer);
    return isComplete;
  }

  reset(): void {
    for (const set of [this.parents, this.moved, this.taken, this.graves, this.hosts, this.fresh]) set.clear();
  }

  private noteMoves(record: MutationRecord): void {
    const { table, isWatched, rests } = this.parts;
    const isPartial = rests.of(record.target) !== undefined;
    for (const node of record.addedNodes) {
      if (table.known(node) !== undefined) this.moved.add(node);
      if (isPartial) this.fresh.add(node);
    }
    for (const node of record.removedNodes) {
      const entry = table.known(node);
      if (!isWatched(node)) this.bury(node, undefined);
      else if (entry !== undefined) this.taken.add(entry);
    }
  }

  /** Forgets a removed tree at once: what happens to it while it is detached is not observed, so it must come back as new. */
  private bury(node: Node, parent: Entry | undefined): void {
    const { table, walker, shadowOf, forgotten } = this.parts;
    const entry = table.known(node);
    if (entry !== undefined) {
      // Not for a child that goes with its parent; but one that was put here since the last batch is elsewhere in the mirror.
      if (parent === undefined || entry.parent !== parent) this.graves.add(entry);
      entry.buried = true;
      table.forget(entry);
      forgotten(node);
      walker.hollow.delete(node as Element);
      this.moved.delete(node);
    }
    const document = walker.frames.get(node as Element);
    walker.frames.delete(node as Element);
    for (const inner of [document, shadowOf(node)]) if (inner) this.bury(inner, entry);
    for (let child = node.firstChild; child !== null; child = child.nextSibling) this.bury(child, entry);
  }

  private settleAll(writer: PageWriter): boolean {
    const { table, budget } = this.parts;
    const later = new Set<Node>();
    for (let parent = firstOf(this.parents); parent !== undefined; parent = firstOf(this.parents)) {
      const outer = this.outermost(parent);
      this.parents.delete(outer);
      const entry = table.known(outer);
      if (entry === undefined || isEmptied(outer) || !outer.isConnected) continue;
      // With time left an ancestor is not late but astray, in a part that has no mirror: all of it will be removed.
      if (isPlaced(entry) ? !this.settle(writer, entry) : budget.isSpent()) later.add(outer);
    }
    for (const parent of later) this.parents.add(parent);
    return later.size === 0;
  }

  /** The outermost unsettled ancestor of an unsettled parent, or itself. */
  private outermost(parent: Node): Node {
    let outer = parent;
    for (let node: Node | null = parent; node !== null; node = enclosing(node)) if (this.parents.has(node)) outer = node;
    return outer;
  }

  /** Makes the mirror's children of one parent equal to the DOM's, from the last to the first. */
  private settle(writer: PageWriter, parent: Entry): boolean {
    const { table, walker, rests } = this.parts;
    const rest = rests.of(parent.node);
    if (rest?.isShell === true) return true;
    let isComplete = true;
    let nextId = 0;
    for (let child = parent.node.lastChild; child !== null; child = child.previousSibling) {
      const entry = table.known(child);
      if (entry !== undefined) {
        if (entry.parent !== parent || this.moved.has(child)) this.move(writer, entry, parent, nextId);
        nextId = entry.id;
        continue;
      }
      if (rest !== undefined && !this.fresh.has(child)) continue;
      const last = child;
      if (rest === undefined) child = this.firstUnknown(last);
      if (!walker.forest(writer, parent, child, last, nextId)) isComplete = false;
      nextId = this.firstKnownId(child, last) ?? nextId;
    }
    if (rest !== undefined) startOver(rest);
    return isComplete;
  }

  private move(writer: PageWriter, entry: Entry, parent: Entry, nextId: number): void {
    writer.move(entry.id, parent.id, nextId);
    this.moved.delete(entry.node);
    entry.parent = parent;
    this.parts.content.remask(entry);
  }

  private firstUnknown(last: Node): ChildNode {
    let first = last as ChildNode;
    for (let node = first.previousSibling; node !== null && this.parts.table.known(node) === undefined; node = node.previousSibling)
      first = node;
    return first;
  }

  private firstKnownId(first: Node, last: Node): number | undefined {
    for (let node: Node | null = first; node !== null; node = node.nextSibling) {
      const id = this.parts.table.known(node)?.id;
      if (id !== undefined || node === last) return id;
    }
    return undefined;
  }

  private writeFrames(writer: PageWriter): void {
    const { table, walker } = this.parts;
    for (const [frame, before] of walker.frames) {
      const entry = table.known(frame);
      const document = frameDocument(frame);
      if (entry === undefined || document === before) continue;
      const old = before === null ? undefined : table.known(before);
      if (old !== undefined) {
        this.bury(old.node, entry);
        // A new document takes the old one's place by itself.
        if (document === null) this.graves.add(old);
        else old.generation = 0;
      }
      walker.openFrame(frame);
      if (document !== null) walker.document(writer, document, entry);
    }
  }

  private writeHosts(writer: PageWriter): void {
    const { table, walker, shadowOf } = this.parts;
    for (const element of walker.hollow) if (shadowOf(element)) this.hosts.add(element);
    for (const host of this.hosts) {
      walker.hollow.delete(host);
      const entry = table.known(host);
      const root = shadowOf(host);
      if (entry !== undefined && root !== undefined && table.known(root) === undefined) walker.shadow(writer, root, entry);
    }
    this.hosts.clear();
  }

  private writeRemovals(writer: PageWriter): void {
    for (const entry of this.taken) {
      if (!entry.buried && enclosing(entry.node) !== entry.parent?.node) this.bury(entry.node, undefined);
    }
    const ids: number[] = [];
    for (const grave of this.graves) if (!this.goesWithAncestor(grave)) ids.push(grave.id);
    if (ids.length > 0) writer.remove(ids);
    for (const grave of this.graves) grave.generation = 0;
    for (const set of [this.taken, this.moved, this.graves, this.fresh]) set.clear();
  }

  private goesWithAncestor(entry: Entry): boolean {
    for (let e = entry.parent; e !== null; e = e.parent) if (this.graves.has(e) || e.generation === 0) return true;
    return false;
  }
}

/** Whether the mirror has all ancestors where the DOM has them. */
function isPlaced(entry: Entry): boolean {
  for (let e = entry; e.parent !== null; e = e.parent) if (e.buried || enclosing(e.node) !== e.parent.node) return false;
  return true;
}

/** Where the last child that was walked is now says nothing any more of which are still to come. */
function startOver(rest: Rest): void {
  rest.after = null;
  rest.isMixed = true;
}

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const value of set) return value;
  return undefined;
}

/** Elements whose children the mirror does not have. */
function isEmptied(node: Node): boolean {
  return /^(?:script|noscript|template|style|link|iframe)$/i.test(node.nodeName);
}
