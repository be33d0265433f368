import { TARGET_MARK } from './css-text.ts';
import { isElement, type NodeTable } from './node-table.ts';

/** Shows what the address of a page points at by an attribute that the mirrored styles ask for; the mirror's own address points at nothing. */
export interface TargetMark {
  /** In the place of what was marked before; what has not come yet is marked when it has. */
  point(ids: readonly number[]): void;
  /** The tree has changed. */
  again(): void;
}

export function createTargetMark(nodes: NodeTable): TargetMark {
  let wanted: readonly number[] = [];
  let marked: readonly Element[] = [];

  function mark(): void {
    const next = wanted.flatMap((id) => nodes.peek(id) ?? []).filter(isElement);
    for (const element of marked) if (!next.includes(element)) element.removeAttribute(TARGET_MARK);
    for (const element of next) if (!marked.includes(element)) element.setAttribute(TARGET_MARK, '');
    marked = next;
  }

  return {
    point(ids) {
      wanted = ids;
      mark();
    },
    again() {
      if (wanted.length > 0) mark();
    },
  };
}
