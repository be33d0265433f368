import type { LateContext } from '../../capture/late-state.ts';
import type { ShadowOf } from '../../inner-roots.ts';
import type { TextRange } from '../../protocol/text-range.ts';

/*
 * What of a selection may be told: its texts as the mirror has them, cut wherever something is masked. A browser that selects over the borders of shadow
 * roots goes by the composed tree: an element, its shadow root, its children.
 */

/** Texts that are looked at of one selection: some 3 ms of the main thread. It is told up to there. */
const MAX_TEXTS = 10_000;
/** Shadow roots around the ends of a selection that are looked for, one inside the other. */
const MAX_SHADOWS = 16;

type Ends = Pick<AbstractRange, 'startContainer' | 'startOffset' | 'endContainer' | 'endOffset'>;
type Place = readonly [container: Node, offset: number];
type Context = Pick<LateContext, 'known' | 'roots'>;

/** What is selected in one tree. */
interface Part {
  readonly root: Node;
  readonly start: Place;
  readonly end: Place;
}

/** The ends of what is selected in a document, inside shadow roots where the browser tells. */
export function selectionIn(document: Document, shadowOf: ShadowOf): readonly Ends[] {
  const selection = document.getSelection();
  if (!selection?.rangeCount) return [];
  return composedEnds(selection, shadowOf) ?? Array.from({ length: selection.rangeCount }, (_, i) => selection.getRangeAt(i));
}

/** A browser tells of no shadow root but those that it is given: those at whose hosts the selection seems to end are given until none is left. */
function composedEnds(selection: Selection, shadowOf: ShadowOf): readonly Ends[] | undefined {
  if (!('getComposedRanges' in selection)) return undefined;
  const shadowRoots: ShadowRoot[] = [];
  try {
    for (;;) {
      const ranges = selection.getComposedRanges({ shadowRoots });
      const roots = ranges
        .flatMap((range) => [range.startContainer.childNodes[range.startOffset], range.endContainer.childNodes[range.endOffset - 1]])
        .flatMap((node) => (node && shadowOf(node)) ?? [])
        .filter((root) => !shadowRoots.includes(root));
      if (roots.length === 0 || shadowRoots.length > MAX_SHADOWS) return ranges;
      shadowRoots.push(...roots);
    }
  } catch {
    // An older browser of this name is asked in another way.
    return undefined;
  }
}

/** @returns the ranges, and how many texts were looked at */
export function textIn(ends: Ends, { known, roots }: Context): { readonly ranges: readonly TextRange[]; readonly looked: number } {
  const ranges: TextRange[] = [];
  let looked = 0;

  function read({ root, start, end }: Part): void {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_CDATA_SECTION);
    const last = lastBefore(walker, end);
    const first = firstFrom(walker, start);
    if (!first || !last || isBefore(last, first)) return;
    let open: TextRange | undefined;
    const close = (): void => {
      if (open) ranges.push(open);
      open = undefined;
    };
    for (let text: Node | null = first; text && ++looked <= MAX_TEXTS; text = text === last ? null : walker.nextNode()) {
      const entry = known(text);
      if (entry?.masked) close();
      const from = text === start[0] ? start[1] : 0;
      const to = text === end[0] ? end[1] : (text as Text).length;
      if (entry && !entry.masked && from < to && !isInField(text)) {
        open = { start: open?.start ?? entry.id, startOffset: open?.startOffset ?? from, end: entry.id, endOffset: to };
      }
    }
    close();
  }

  const parts = partsOf(ends);
  for (const part of parts) read(part);
  for (const part of innerParts(parts, roots())) read(part);
  return { ranges, looked };
}

/** What a selection is in each of the trees from that of its start to that of its end. */
function partsOf({ startContainer, startOffset, endContainer, endOffset }: Ends): Part[] {
  const [starts, ends] = [outwards(startContainer, startOffset), outwards(endContainer, endOffset)];
  const depth = starts.findIndex(({ root }) => ends.some((end) => end.root === root));
  const height = ends.findIndex(({ root }) => root === starts[depth]?.root);
  const [start, end] = [starts[depth], ends[height]];
  if (!start || !end) return [];
  return [
    ...starts.slice(0, depth).map(({ root, place }): Part => ({ root, start: place, end: [root, root.childNodes.length] })),
    { root: start.root, start: start.place, end: end.place },
    ...ends.slice(0, height).map(({ root, place }): Part => ({ root, start: [root, 0], end: place })),
  ];
}

/** A place, and where it is in each of the trees around its own: before the children of the element that has the shadow root. */
function outwards(container: Node, offset: number): { readonly root: Node; readonly place: Place }[] {
  const places: { root: Node; place: Place }[] = [];
  let place: Place = [container, offset];
  for (let root = container.getRootNode(); ; root = place[0].getRootNode()) {
    places.push({ root, place });
    if (!isShadowRoot(root) || places.length > MAX_SHADOWS) return places;
    place = [root.host, 0];
  }
}

/** Shadow roots whose elements are selected, with all that is in them. */
function innerParts(parts: readonly Part[], roots: Iterable<Node>): Part[] {
  const ranges = new Map(parts.map(({ root, start, end }) => [root, rangeOf(start, end)]));
  const inner: Part[] = [];
  // An element's shadow root is watched after the tree that the element stands in.
  for (const root of roots) {
    if (!isShadowRoot(root) || ranges.has(root)) continue;
    const { host } = root;
    const around = ranges.get(host.getRootNode());
    // What begins among an element's children begins behind its shadow root.
    if (!around?.intersectsNode(host) || host.contains(around.startContainer)) continue;
    const part: Part = { root, start: [root, 0], end: [root, root.childNodes.length] };
    inner.push(part);
    ranges.set(root, rangeOf(part.start, part.end));
  }
  return inner;
}

function rangeOf([start, startOffset]: Place, [end, endOffset]: Place): Range {
  const range = (start.ownerDocument ?? (start as Document)).createRange();
  range.setStart(start, startOffset);
  range.setEnd(end, endOffset);
  return range;
}

const isShadowRoot = (node: Node): node is ShadowRoot => node.nodeType === Node.DOCUMENT_FRAGMENT_NODE && 'host' in node;
const isText = (node: Node): boolean => node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE;

/** What a field holds by default is not what it shows. */
const isInField = ({ parentNode }: Node): boolean => /^(?:textarea|option)$/i.test(parentNode?.nodeName ?? '');

const isBefore = (node: Node, other: Node): boolean => (node.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

/** The first text that is not before a place; the walker stands there. */
function firstFrom(walker: TreeWalker, [container, offset]: Place): Node | null {
  const child = container.childNodes[offset];
  const at = isText(container) ? container : child && isText(child) ? child : undefined;
  walker.currentNode = at ?? child ?? container;
  if (at) return at;
  if (!child) walker.lastChild();
  return walker.nextNode();
}

/** The last text that begins before a place. */
function lastBefore(walker: TreeWalker, [container, offset]: Place): Node | null {
  if (isText(container)) return container;
  const child = container.childNodes[offset];
  walker.currentNode = child ?? container;
  return (child ? null : walker.lastChild()) ?? walker.previousNode();
}
