import { isDocument, isElement, type NodeTable } from './node-table.ts';
import { stopAnchoring } from './own-rules.ts';

export interface Position {
  readonly left: number;
  readonly top: number;
}

/**
 * Keeps viewports and boxes scrolled as the consumer has them. A position that cannot be reached yet (an image that gives the
 * box its height is still on its way) is tried again until it can, or until a newer one replaces it.
 */
export interface ScrollPositions {
  want(id: number, position: Position): void;
  /** Boxes have changed their size: what was reached may be so no more. */
  again(): void;
  /** Tries what is still to be reached. Forces layout when there is something. */
  settle(): void;
  /**
   * While held, a box stays where the agent scrolls it. At the release it goes where the consumer's page has it: where it was
   * when the hold began, unless the page said something since.
   */
  hold(id: number): void;
  release(id: number): void;
}

/** Browsers snap scroll positions to device pixels. */
const REACHED_PIXELS = 1;

export function createScrollPositions(nodes: NodeTable): ScrollPositions {
  const wanted = new Map<number, Position>();
  /** What was said last of each. */
  const told = new Map<number, Position>();
  const held = new Set<number>();

  function settle(): void {
    for (const [id, position] of wanted) {
      if (held.has(id)) continue;
      const node = nodes.peek(id);
      if (node === undefined || scrollTo(node, position)) wanted.delete(id);
      if (node === undefined) told.delete(id);
    }
  }

  return {
    want(id, position) {
      nodes.node(id);
      wanted.set(id, position);
      told.set(id, position);
    },
    again() {
      for (const [id, position] of told) wanted.set(id, position);
    },
    settle,
    hold(id) {
      held.add(id);
      if (!wanted.has(id)) wanted.set(id, positionOf(nodes.node(id)));
    },
    release(id) {
      if (held.delete(id)) settle();
    },
  };
}

/** From then on the box stays there, whatever moves in it. True when the position was reached. */
export function scrollTo(node: Node, { left, top }: Position): boolean {
  stopAnchoring(node);
  if (isDocument(node)) {
    const view = node.defaultView;
    if (!view) return true;
    view.scrollTo({ left, top, behavior: 'instant' });
    return near(view.scrollX, left) && near(view.scrollY, top);
  }
  if (!isElement(node)) return true;
  node.scrollTo({ left, top, behavior: 'instant' });
  return near(node.scrollLeft, left) && near(node.scrollTop, top);
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= REACHED_PIXELS;

export function positionOf(node: Node): Position {
  if (isDocument(node)) return { left: node.defaultView?.scrollX ?? 0, top: node.defaultView?.scrollY ?? 0 };
  return isElement(node) ? { left: node.scrollLeft, top: node.scrollTop } : { left: 0, top: 0 };
}

/**
 * The nearest box around a node that can move in the given direction: an element, or the document whose viewport moves.
 * It leaves shadow roots and frames outward, as a browser chains scrolling.
 */
export function scrollableAround(root: Document, from: Node, dx: number, dy: number): Node | undefined {
  for (let at: Node | null = from; at !== null; at = at === root ? null : outward(at)) {
    if (isDocument(at)) {
      const viewport = at.scrollingElement ?? at.documentElement;
      if (at.defaultView && canMove(viewport, dx, dy)) return at;
    } else if (isElement(at) && at !== at.ownerDocument.scrollingElement && scrolls(at, dx, dy) && canMove(at, dx, dy)) {
      return at;
    }
  }
  return undefined;
}

function outward(node: Node): Node | null {
  if (isDocument(node)) return node.defaultView?.frameElement ?? null;
  if (node.nodeType === 11) return (node as ShadowRoot).host;
  return (isElement(node) ? node.assignedSlot : null) ?? node.parentNode;
}

function scrolls(element: Element, dx: number, dy: number): boolean {
  const style = element.ownerDocument.defaultView?.getComputedStyle(element);
  if (!style) return false;
  return (dx !== 0 && /auto|scroll/.test(style.overflowX)) || (dy !== 0 && /auto|scroll/.test(style.overflowY));
}

function canMove(box: Element, dx: number, dy: number): boolean {
  const right = box.scrollWidth - box.clientWidth;
  const bottom = box.scrollHeight - box.clientHeight;
  // A page that runs from right to left counts to the left from 0.
  const canX =
    dx !== 0 &&
    right > 0 &&
    (box.scrollLeft < 0 || getDirection(box) === 'rtl' ? true : dx < 0 ? box.scrollLeft > 0 : box.scrollLeft < right - 1);
  const canY = dy !== 0 && bottom > 0 && (dy < 0 ? box.scrollTop > 0 : box.scrollTop < bottom - 1);
  return canX || canY;
}

const getDirection = (box: Element): string => box.ownerDocument.defaultView?.getComputedStyle(box).direction ?? 'ltr';
