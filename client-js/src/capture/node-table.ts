/** What the capture remembers of a node that the mirror holds. */
export interface Entry {
  readonly id: number;
  readonly node: Node;
  /** Parent in the mirror (not in the DOM, which may have moved on since the last batch). Null for the page's document. */
  parent: Entry | null;
  /** Whether the node was sent masked. */
  masked: boolean;
  /** The keyframe that the node was last part of; 0 once the mirror has dropped it. */
  generation: number;
  /** Removed from the DOM, but still in the mirror until the next batch is written. */
  buried: boolean;
}

/** Node ids, both ways. Holds a node only as long as the mirror does. */
export interface NodeTable {
  /** The entry of a node that is in the mirror and in the DOM. */
  known(node: Node): Entry | undefined;
  /** The entry of a node that any keyframe of this epoch held. */
  find(node: Node): Entry | undefined;
  byId(id: number): Entry | undefined;
  /** Notes that a node goes to the mirror; a node that an earlier keyframe held keeps its id. */
  enter(node: Node, parent: Entry | null, masked: boolean): Entry;
  /** Cuts the tie between node and entry; the entry stays as a place in the mirror. */
  forget(entry: Entry): void;
  /** An id for what is no node (a constructed style sheet). */
  freshId(): number;
  /** From now on only what is entered anew is known. */
  startGeneration(): void;
  /** All of the new generation was entered: forgets what it does not hold. Does nothing the second time. */
  endGeneration(): void;
  readonly size: number;
}

export function createNodeTable(): NodeTable {
  const entries = new WeakMap<Node, Entry>();
  const ids = new Map<number, Entry>();
  let nextId = 1;
  let generation = 0;
  let isComplete = true;

  const forget = (entry: Entry): void => {
    if (ids.delete(entry.id)) entries.delete(entry.node);
  };

  return {
    known(node) {
      const entry = entries.get(node);
      return entry !== undefined && entry.generation === generation ? entry : undefined;
    },
    find: (node) => entries.get(node),
    byId: (id) => ids.get(id),
    enter(node, parent, masked) {
      const before = entries.get(node);
      if (before !== undefined) {
        before.parent = parent;
        before.masked = masked;
        before.generation = generation;
        return before;
      }
      const entry: Entry = { id: nextId++, node, parent, masked, generation, buried: false };
      entries.set(node, entry);
      ids.set(entry.id, entry);
      return entry;
    },
    forget,
    freshId: () => nextId++,
    startGeneration() {
      generation++;
      isComplete = generation === 1;
    },
    endGeneration() {
      if (isComplete) return;
      isComplete = true;
      for (const entry of ids.values()) {
        if (entry.generation !== generation) forget(entry);
      }
    },
    get size() {
      return ids.size;
    },
  };
}
