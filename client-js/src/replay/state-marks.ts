import { StateKind } from '../protocol/page-op.ts';
import type { PageVisitor } from '../protocol/page-reader.ts';
import { createHoverMark, type HoverMark } from './hover-mark.ts';
import type { NodeTable } from './node-table.ts';
import { createSelectionMark, type SelectionMark } from './selection-mark.ts';
import { createTargetMark } from './target-mark.ts';

/** What a page tells of its state that is shown outside of the page. */
export interface StateEvents {
  /** The list of a select element is open; 0: none is. */
  listed(id: number): void;
  /** This part of the layout viewport is on the consumer's screen; null: all of it. */
  narrowed(part: DOMRect | null): void;
}

/** What the consumer does to a page beside its tree: where they point, what they select, which list they open. Told by ids that may not have come yet. */
export interface StateMarks {
  readonly hover: HoverMark;
  readonly selection: SelectionMark;
  /** The tree has changed. */
  again(): void;
  readonly visitor: Pick<PageVisitor, 'selection' | 'state' | 'visible'>;
}

/** @param colour stands for the consumer, in any of CSS's spellings @param canHover whether the consumer's device can point at something without touching it */
export function createStateMarks(document: Document, nodes: NodeTable, colour: string, canHover: boolean, events: StateEvents): StateMarks {
  const hover = createHoverMark(nodes, canHover);
  const target = createTargetMark(nodes);
  const selection = createSelectionMark(document, nodes, colour);
  return {
    hover,
    selection,
    again() {
      for (const mark of [hover, target, selection]) mark.again();
    },
    visitor: {
      selection: (ranges) => selection.select(ranges),
      state(kind, ids) {
        switch (kind) {
          case StateKind.TARGET:
            target.point(ids);
            break;
          case StateKind.OPEN_LIST:
            events.listed(ids[0] ?? 0);
        }
      },
      visible: (left, top, width, height) => events.narrowed(width > 0 && height > 0 ? new DOMRect(left, top, width, height) : null),
    },
  };
}
