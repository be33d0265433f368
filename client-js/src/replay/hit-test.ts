import type { Spot } from '../protocol/action.ts';
import { fromFraction, toFraction } from '../protocol/pointer.ts';
import { isDocument, isElement, isFrame, type NodeTable } from './node-table.ts';

/** A point in CSS pixels of the mirror's viewport. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Hit {
  readonly element: Element;
  readonly spot: Spot;
}

/** The innermost element at a point, through shadow roots and frames, and the point as fractions of its border box. */
export function hitAt(root: Document, nodes: NodeTable, x: number, y: number): Hit | null {
  const element = deepest(root, x, y);
  if (element === null) return null;
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const id = nodes.id(at);
    if (id === undefined) continue;
    const box = boxOf(root, at);
    return { element: at, spot: { node: id, x: fractionOf(x - box.left, box.width), y: fractionOf(y - box.top, box.height) } };
  }
  return null;
}

const fractionOf = (offset: number, length: number): number => (length > 0 ? toFraction(offset / length) : 0);

function deepest(document: Document, x: number, y: number): Element | null {
  let element = document.elementFromPoint(x, y);
  while (element?.shadowRoot) {
    const inner: Element | null = element.shadowRoot.elementFromPoint(x, y);
    if (inner === null || inner === element) break;
    element = inner;
  }
  if (element === null || !isFrame(element) || !element.contentDocument?.documentElement) return element;
  const { left, top, scaleX, scaleY } = contentOrigin(element);
  return deepest(element.contentDocument, (x - left) / scaleX, (y - top) / scaleY) ?? element;
}

/** Where a spot is now, or null when its node is not in the mirror or has no box. */
export function pointOf(root: Document, nodes: NodeTable, spot: Spot): Point | null {
  const node = nodes.peek(spot.node);
  if (node === undefined) return null;
  const box = boxOf(root, node);
  if (box.width === 0 && box.height === 0) return null;
  return { x: box.left + box.width * fromFraction(spot.x), y: box.top + box.height * fromFraction(spot.y) };
}

/** A node's border box in CSS pixels of the mirror's viewport. */
export function boxOf(root: Document, node: Node): DOMRect {
  if (isDocument(node)) {
    const view = node.defaultView;
    return place(root, new DOMRect(0, 0, view?.innerWidth ?? 0, view?.innerHeight ?? 0), node);
  }
  const element = isElement(node) ? node : node.nodeType === 11 ? (node as ShadowRoot).host : node.parentElement;
  if (element === null) return new DOMRect();
  return place(root, element.getBoundingClientRect(), element.ownerDocument);
}

/** Out of the frames that a box is in, up to the mirror's own viewport. */
function place(root: Document, box: DOMRect, document: Document): DOMRect {
  let placed = new DOMRect(box.left, box.top, box.width, box.height);
  for (let inner = document; inner !== root;) {
    const frame = inner.defaultView?.frameElement;
    if (!frame || !isFrame(frame)) break;
    const { left, top, scaleX, scaleY } = contentOrigin(frame);
    placed = new DOMRect(left + placed.left * scaleX, top + placed.top * scaleY, placed.width * scaleX, placed.height * scaleY);
    inner = frame.ownerDocument;
  }
  return placed;
}

/** Where a frame's content begins, and how much it is scaled. */
function contentOrigin(frame: HTMLIFrameElement): { left: number; top: number; scaleX: number; scaleY: number } {
  const box = frame.getBoundingClientRect();
  const style = frame.ownerDocument.defaultView?.getComputedStyle(frame);
  const scaleX = frame.offsetWidth > 0 ? box.width / frame.offsetWidth : 1;
  const scaleY = frame.offsetHeight > 0 ? box.height / frame.offsetHeight : 1;
  const padding = (side: 'paddingLeft' | 'paddingTop'): number => Number.parseFloat(style?.[side] ?? '0') || 0;
  return {
    left: box.left + (frame.clientLeft + padding('paddingLeft')) * scaleX,
    top: box.top + (frame.clientTop + padding('paddingTop')) * scaleY,
    scaleX: scaleX || 1,
    scaleY: scaleY || 1,
  };
}
