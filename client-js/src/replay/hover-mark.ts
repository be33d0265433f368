import { HOVER_MARK } from './css-text.ts';
import { isDocument, isElement, isShadowRoot, type NodeTable } from './node-table.ts';

/** Shows what the consumer points at by an attribute that the mirrored styles ask for; the agent's own pointer touches nothing in a mirror. */
export interface HoverMark {
  /** @param id of the innermost node; 0: none; one that has not come leaves all as it is until it does */
  point(id: number): void;
  /** The tree has changed. */
  again(): void;
}

/** @param canHover whether the consumer's device can point at something without touching it */
export function createHoverMark(nodes: NodeTable, canHover: boolean): HoverMark {
  let marked = new Set<Element>();
  let pointed = 0;

  function mark(): void {
    const node = nodes.peek(pointed);
    if (!canHover || (pointed !== 0 && node === undefined)) return;
    const next = new Set<Element>();
    for (let at: Node | null = node ?? null; at !== null; at = around(at)) {
      if (!isElement(at)) continue;
      next.add(at);
      // Browsers have the field of a label hovered with it.
      if (at.localName === 'label' && (at as HTMLLabelElement).control) next.add((at as HTMLLabelElement).control as Element);
    }
    // What stays is not touched: each change has styles computed anew.
    for (const element of marked) if (!next.has(element)) element.removeAttribute(HOVER_MARK);
    for (const element of next) if (!marked.has(element)) element.setAttribute(HOVER_MARK, '');
    marked = next;
  }

  /** Through slots, shadow roots and the frames inside the mirror: what is hovered with a node. */
  function around(node: Node): Node | null {
    if (isShadowRoot(node)) return node.host;
    if (isDocument(node)) {
      const frame = node.defaultView?.frameElement ?? null;
      return frame !== null && nodes.id(frame) !== undefined ? frame : null;
    }
    return (node as Partial<Slottable>).assignedSlot ?? node.parentNode;
  }

  return {
    point(id) {
      pointed = id;
      mark();
    },
    again() {
      if (pointed !== 0) mark();
    },
  };
}
