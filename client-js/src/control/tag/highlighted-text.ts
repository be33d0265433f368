import type { Refusal } from '../../protocol/action.ts';
import type { TextRange } from '../../protocol/text-range.ts';
import type { NodeIds } from './reach.ts';

/**
 * The ranges of the page that an agent speaks of; or why they are not to be highlighted. Of a masked text nothing is, wherever in it: the answer must not depend on
 * how long it is.
 */
export function highlightedText(ids: NodeIds, ranges: readonly TextRange[]): readonly Range[] | Refusal {
  const found: Range[] = [];
  for (const { start, startOffset, end, endOffset } of ranges) {
    const [from, to] = [textOf(ids, start), textOf(ids, end)];
    if (!from || !to || from.getRootNode() !== to.getRootNode()) return 'no-such-node';
    if ([from, to].some(({ parentElement }) => parentElement && ids.isMasked(parentElement))) return 'masked';
    const range = from.ownerDocument.createRange();
    range.setStart(from, Math.min(startOffset, from.length));
    range.setEnd(to, Math.min(endOffset, to.length));
    found.push(range);
  }
  return found;
}

function textOf(ids: NodeIds, id: number): Text | undefined {
  const node = ids.nodeOf(id);
  return node?.isConnected && node.nodeType === Node.TEXT_NODE ? (node as Text) : undefined;
}
