import { HoldKind } from '../protocol/page-op.ts';
import type { PageWriter } from '../protocol/page-writer.ts';
import type { Entry, NodeTable } from './node-table.ts';
import { type Sight, styleOf } from './sight.ts';

/** Content of one parent that the mirror does not have yet. */
export interface Rest {
  readonly parent: Entry;
  /** The last child that was walked; null: none. */
  after: Node | null;
  readonly depth: number;
  /** Nothing of the element but itself was sent: neither shadow root nor frame's document. */
  readonly isShell: boolean;
  /** Whether it belongs to what is sent at present; the others wait for their turn. */
  readonly isUrgent: boolean;
  /** Nodes that the mirror holds may stand behind `after`: put there since. */
  isMixed: boolean;
  /** The last child that had to go when the walk of its parent began, if it was looked for. */
  readonly last?: Node | null;
  /** It shows, as far as the last look knows: what the consumer sees of it goes before the rest of it. */
  isInSight: boolean;
}

/** What waits is put in a new order at most this often, in ms: it reads the layout of every part that waits. */
const ORDER_MILLIS = 250;

/** What of an element's height its own `height` does not count, in CSS pixels. */
function edgesOf(element: Element): number {
  const { boxSizing, borderTopWidth, borderBottomWidth, paddingTop, paddingBottom } = styleOf(element);
  if (boxSizing === 'border-box') return 0;
  return [borderTopWidth, borderBottomWidth, paddingTop, paddingBottom].reduce((sum, edge) => sum + Number.parseFloat(edge), 0);
}

type Box = readonly [kind: HoldKind, width: number, height: number];

/** What is still to be sent, which of it next, and the boxes that keep its room in the mirror meanwhile. */
export class Rests {
  private readonly table: NodeTable;
  private readonly byParent = new Map<Node, Rest>();
  /** The next one last. */
  private urgent: Rest[] = [];
  private later: Rest[] = [];
  /** The boxes that a parent's rest needs. */
  private readonly needs = new Map<Node, Set<Entry>>();
  /** How many rests need an element's box. */
  private readonly held = new Map<Entry, number>();
  private boxes = new Map<Entry, Box>();
  private isOutdated = true;
  private orderedAt = 0;

  constructor(table: NodeTable) {
    this.table = table;
  }

  get hasUrgent(): boolean {
    return this.urgent.length > 0;
  }

  /** Whether anything of the page is still to be sent. */
  get isEmpty(): boolean {
    return this.byParent.size === 0;
  }

  of(parent: Node): Rest | undefined {
    return this.byParent.get(parent);
  }

  add(rest: Rest): void {
    this.byParent.set(rest.parent.node, rest);
    (rest.isUrgent ? this.urgent : this.later).push(rest);
  }

  /** The one that is to be sent next, until {@link Rests.add} brings back what is left of it. */
  next(isUrgent: boolean): Rest | undefined {
    const queue = isUrgent ? this.urgent : this.later;
    for (let rest = queue.pop(); rest !== undefined; rest = queue.pop()) {
      const { node } = rest.parent;
      if (this.byParent.get(node) !== rest) continue;
      this.byParent.delete(node);
      if (this.table.known(node) === rest.parent) return rest;
    }
    return undefined;
  }

  /** The element's box is to stay as it is now until the parent's rest was sent. */
  hold(parent: Entry, element: Entry, kind: HoldKind): void {
    const needed = this.needs.get(parent.node) ?? new Set();
    if (needed.has(element)) return;
    const { width, height: boxHeight } = (element.node as Element).getBoundingClientRect();
    if (width === 0 && boxHeight === 0) return;
    // How wide masked text is tells of it.
    if (element.masked && parent !== element) return;
    if (element.masked) kind = HoldKind.HEIGHT;
    this.needs.set(parent.node, needed.add(element));
    this.held.set(element, (this.held.get(element) ?? 0) + 1);
    // Its width stays as its styles have it, and so does what they count as the box.
    const isHeight = kind === HoldKind.HEIGHT || kind === HoldKind.TRACKS;
    const height = isHeight ? Math.max(0, boxHeight - edgesOf(element.node as Element)) : boxHeight;
    this.boxes.set(element, [kind, width, height]);
  }

  /** All of the parent's content was sent, but for what is left of one inside: then its boxes wait for that. */
  done(parent: Node, left?: Node): void {
    const needed = this.needs.get(parent);
    if (needed === undefined) return;
    this.needs.delete(parent);
    if (left !== undefined) {
      const others = this.needs.get(left);
      for (const element of needed) if (others?.has(element) === true) this.release(element);
      this.needs.set(left, new Set([...(others ?? []), ...needed]));
      return;
    }
    for (const element of needed) this.release(element);
  }

  private release(element: Entry): void {
    const others = (this.held.get(element) ?? 1) - 1;
    if (others > 0) {
      this.held.set(element, others);
      return;
    }
    this.held.delete(element);
    this.boxes.set(element, [HoldKind.NONE, 0, 0]);
  }

  /** A node left the mirror. */
  forget(node: Node): void {
    this.byParent.delete(node);
    this.done(node);
  }

  /** Writes which boxes are held, and which no longer. */
  writeHolds(writer: PageWriter): void {
    for (const [entry, [kind, width, height]] of this.boxes) {
      if (this.table.known(entry.node) === entry) writer.hold(entry.id, kind, width, height);
    }
    this.boxes.clear();
  }

  /** Something may show now that did not when what waits was put in order. @param isAll nothing of that order holds */
  outdate(isAll = false): void {
    this.isOutdated = true;
    if (isAll) this.orderedAt = 0;
  }

  isOrderDue(now: number): boolean {
    return this.isOutdated && now - this.orderedAt >= ORDER_MILLIS;
  }

  /** Puts what waits in order: what shows first, then what is near it. */
  order(sight: Sight, now: number): void {
    this.isOutdated = false;
    this.orderedAt = now;
    const distances = new Map<Rest, number>();
    this.later = this.later.filter((rest) => this.byParent.get(rest.parent.node) === rest);
    for (const rest of this.later) {
      const { node } = rest.parent;
      const distance = node.nodeType === 1 ? sight.distanceOf(node as Element) : 0;
      distances.set(rest, distance);
      rest.isInSight = distance === 0;
    }
    this.later.sort((a, b) => (distances.get(b) as number) - (distances.get(a) as number));
  }

  reset(): void {
    for (const map of [this.byParent, this.needs, this.held, this.boxes]) map.clear();
    this.urgent = [];
    this.later = [];
  }
}
