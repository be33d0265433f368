import type { TextRange } from '../protocol/text-range.ts';
import { textRects } from '../protocol/text-rects.ts';
import { innermostAt, outOfFrames, type Point } from './hit-test.ts';
import { isInput, isTextarea, type NodeTable } from './node-table.ts';

/** The ids of nodes, both ways. */
type NodeIds = Pick<NodeTable, 'id' | 'peek'>;

/** A place between two characters of a text of the mirror. */
export interface Caret {
  readonly node: number;
  /** In UTF-16 units. */
  readonly offset: number;
}

/** Characters of the value of a field of the mirror. */
export interface FieldRange {
  readonly field: HTMLInputElement | HTMLTextAreaElement;
  readonly start: number;
  readonly end: number;
  /** As the page paints what is selected there. */
  readonly background: string;
  readonly colour: string;
}

/** Boxes of text that are shown at once: more lines than a screen has. */
const MAX_BOXES = 200;
const TEXT_NODE = 3;

const isText = (node: Node | undefined): node is Text => node?.nodeType === TEXT_NODE;

/** A range in a tree of the mirror, as it is now. */
export type Ends = StaticRangeInit;

/** Undefined while the mirror has not what the range speaks of, or nothing is between its ends. */
export function endsOf(nodes: NodeIds, { start, startOffset, end, endOffset }: TextRange): Ends | undefined {
  const [from, to] = [nodes.peek(start), nodes.peek(end)];
  if (!isText(from) || !isText(to) || !from.isConnected || from.getRootNode() !== to.getRootNode()) return undefined;
  const ends = { startContainer: from, startOffset: Math.min(startOffset, from.length) };
  return { ...ends, endContainer: to, endOffset: Math.min(endOffset, to.length) };
}

/** A range that the browser keeps in step with the tree; nothing is in it where its end comes first. */
export function rangeOf({ startContainer, startOffset, endContainer, endOffset }: Ends): Range {
  const range = (startContainer.ownerDocument as Document).createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return range;
}

/** A range inside a field; undefined where it speaks of none. */
export function fieldRangeOf(
  nodes: NodeIds,
  { start, startOffset, end, endOffset }: TextRange,
): Pick<FieldRange, 'field' | 'start' | 'end'> | undefined {
  const field = start === end ? nodes.peek(start) : undefined;
  if (field === undefined || !field.isConnected || !(isInput(field) || isTextarea(field))) return undefined;
  return startOffset < endOffset ? { field, start: startOffset, end: endOffset } : undefined;
}

/** Where texts are now, in CSS pixels of the mirror's viewport. */
export function boxesOf(root: Document, ranges: readonly Range[]): DOMRect[] {
  const boxes: DOMRect[] = [];
  for (const range of ranges) {
    const document = range.startContainer.ownerDocument as Document;
    for (const rect of textRects(range, MAX_BOXES - boxes.length)) boxes.push(outOfFrames(root, rect, document));
  }
  return boxes;
}

/** The place between characters that is nearest to a point; null where there is no text. */
export function caretAt(root: Document, nodes: NodeIds, point: Point): Caret | null {
  const { document, x, y, shadowRoots } = innermostAt(root, nodes, point.x, point.y);
  const [node, offset] = nativeCaret(document, x, y, shadowRoots);
  if (!isText(node ?? undefined)) return null;
  const id = nodes.id(node as Text);
  return id === undefined ? null : { node: id, offset };
}

/** Browsers that do not know the standard's way yet. */
interface OldDocument {
  caretRangeFromPoint?(x: number, y: number): Range | null;
}

function nativeCaret(document: Document, x: number, y: number, shadowRoots: ShadowRoot[]): readonly [Node | null, number] {
  if ('caretPositionFromPoint' in document) {
    const position = document.caretPositionFromPoint(x, y, { shadowRoots });
    return [position?.offsetNode ?? null, position?.offset ?? 0];
  }
  const range = (document as OldDocument).caretRangeFromPoint?.(x, y);
  return [range?.startContainer ?? null, range?.startOffset ?? 0];
}

/** What is between two places of one tree, whichever comes first; null where that is nothing, or they are in two trees. */
export function between(nodes: NodeIds, one: Caret, other: Caret): TextRange | null {
  const [first, second] = [nodes.peek(one.node), nodes.peek(other.node)];
  if (!first || !second || first.getRootNode() !== second.getRootNode()) return null;
  if (first === second && one.offset === other.offset) return null;
  const isInOrder =
    first === second ? one.offset < other.offset : (first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const [from, to] = isInOrder ? [one, other] : [other, one];
  return { start: from.node, startOffset: from.offset, end: to.node, endOffset: to.offset };
}
