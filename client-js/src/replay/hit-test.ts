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
export function hitAt(root: Document, nodes: Pick<NodeTable, 'id'>, x: number, y: number): Hit | null {
  const { element } = innermostAt(root, nodes, x, y);
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

/** What lies at a point, and how its own document calls the point. */
interface Innermost extends Point {
  readonly document: Document;
  readonly element: Element | null;
  /** Those around the element. */
  readonly shadowRoots: ShadowRoot[];
}

export function innermostAt(document: Document, nodes: Pick<NodeTable, 'id'>, x: number, y: number): Innermost {
  const shadowRoots: ShadowRoot[] = [];
  let element = document.elementFromPoint(x, y);
  while (element?.shadowRoot) {
    shadowRoots.push(element.shadowRoot);
    const inner: Element | null = element.shadowRoot.elementFromPoint(x, y);
    if (inner === null || inner === element) break;
    element = inner;
  }
  const here: Innermost = { document, element, x, y, shadowRoots };
  const content = element !== null && isFrame(element) ? element.contentDocument : null;
  // What is in a frame that has no content of the page's is none of the page.
  if (content === null || nodes.id(content) === undefined) return here;
  const { left, top, scaleX, scaleY } = contentOrigin(element as HTMLIFrameElement);
  const inside = innermostAt(content, nodes, (x - left) / scaleX, (y - top) / scaleY);
  return inside.element === null ? here : inside;
}

/** Where a spot is now, or null when its node is not in the mirror or has no box. */
export function pointOf(root: Document, nodes: Pick<NodeTable, 'peek'>, spot: Spot): Point | null {
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
    return outOfFrames(root, new DOMRect(0, 0, view?.innerWidth ?? 0, view?.innerHeight ?? 0), node);
  }
  const element = isElement(node) ? node : node.nodeType === 11 ? (node as ShadowRoot).host : node.parentElement;
  if (element === null) return new DOMRect();
  return outOfFrames(root, element.getBoundingClientRect(), element.ownerDocument);
}

/** Out of the frames that a box is in, up to the mirror's own viewport. */
export function outOfFrames(root: Document, box: DOMRect, document: Document): DOMRect {
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
