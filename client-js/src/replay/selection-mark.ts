import type { TextRange } from '../protocol/text-range.ts';
import type { NodeTable } from './node-table.ts';
import { paintSelected, SELECTED } from './own-rules.ts';
import { boxesOf, type Ends, endsOf, type FieldRange, fieldRangeOf, rangeOf } from './text-ranges.ts';

/** Shows what the consumer has selected. The mirror's own selection, and the agent's, are not touched. */
export interface SelectionMark {
  /** In the place of what was selected before; what has not come yet is shown when it has. */
  select(ranges: readonly TextRange[]): void;
  /** The tree has changed. */
  again(): void;
  /** In fields nobody but the browser can paint: what is selected there is for others to show. */
  fields(): FieldRange[];
  /** Where texts are that this browser cannot paint so. */
  boxes(): DOMRect[];
}

/** Where the page has no colours of its own for it. */
const USUAL_SHARE_PERCENT = 35;
const COLOUR = /^[\w\s.,()%/+-]+$/;
const TRANSPARENT = /^transparent$|^rgba\(.*,\s*0\)$|\/\s*0\)$/;

type PaintingWindow = Window & { readonly CSS: typeof CSS; readonly Highlight?: typeof Highlight };

/** @param usual the colour that stands for the consumer, in any of CSS's spellings */
export function createSelectionMark(document: Document, nodes: NodeTable, usual: string): SelectionMark {
  let wanted: readonly TextRange[] = [];
  /** In the page, painted or not. */
  let ranges: readonly Range[] = [];
  let unpainted: Range[] = [];
  let painted = new Set<PaintingWindow>();

  function paint(): void {
    const ends = wanted.flatMap((one) => endsOf(nodes, one) ?? []);
    // To look for colours has the browser compute styles.
    if (ends.length === ranges.length && ends.every((one, i) => isAt(ranges[i] as Range, one))) return;
    const byWindow = new Map<PaintingWindow, Range[]>();
    ranges = ends.map(rangeOf);
    unpainted = [];
    for (const range of ranges) {
      const window = range.startContainer.ownerDocument?.defaultView as PaintingWindow | null;
      if (window?.Highlight === undefined) unpainted.push(range);
      else byWindow.set(window, [...(byWindow.get(window) ?? []), range]);
    }
    for (const window of painted) if (!byWindow.has(window)) window.CSS.highlights.delete(SELECTED);
    for (const [window, ranges] of byWindow) paintIn(window, ranges);
    painted = new Set(byWindow.keys());
  }

  function paintIn(window: PaintingWindow, inside: readonly Range[]): void {
    if (window.Highlight === undefined) return;
    const { parentElement } = (inside[0] as Range).startContainer;
    const look = declared(lookOf(parentElement ?? window.document.documentElement, usual));
    for (const root of new Set(inside.map(({ startContainer }) => startContainer.getRootNode()))) paintSelected(root, look);
    window.CSS.highlights.set(SELECTED, new window.Highlight(...inside));
  }

  return {
    select(ranges) {
      wanted = ranges;
      paint();
    },
    again() {
      if (wanted.length > 0) paint();
    },
    fields: () => wanted.flatMap((one) => fieldRangeOf(nodes, one) ?? []).map((range) => ({ ...range, ...lookOf(range.field, usual) })),
    boxes: () => boxesOf(document, unpainted),
  };
}

const isAt = (range: Range, { startContainer, startOffset, endContainer, endOffset }: Ends): boolean =>
  range.startContainer === startContainer &&
  range.startOffset === startOffset &&
  range.endContainer === endContainer &&
  range.endOffset === endOffset;

interface Look {
  readonly background: string;
  readonly colour: string;
  /** Whether the texts keep their own. */
  readonly isOwn: boolean;
}

/** As the page's own styles have what is selected in an element. */
function lookOf(element: Element, usual: string): Look {
  const window = element.ownerDocument.defaultView;
  const own = window?.getComputedStyle(element);
  const { backgroundColor = '', color = '' } = window?.getComputedStyle(element, '::selection') ?? {};
  const isOwn = color === own?.color || !COLOUR.test(color);
  const colour = (isOwn ? own?.color : color) ?? '';
  // A browser that does not know what is asked tells of the element itself.
  const hasNone = TRANSPARENT.test(backgroundColor) || !COLOUR.test(backgroundColor) || (isOwn && backgroundColor === own?.backgroundColor);
  if (!hasNone) return { background: backgroundColor, colour, isOwn };
  return { background: `color-mix(in srgb,${usual} ${USUAL_SHARE_PERCENT}%,transparent)`, colour: own?.color ?? '', isOwn: true };
}

const declared = ({ background, colour, isOwn }: Look): string =>
  `background-color:${background}!important${isOwn ? '' : `;color:${colour}!important`}`;
