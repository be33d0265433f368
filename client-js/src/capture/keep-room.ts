import { HoldKind } from '../protocol/page-op.ts';
import type { Entry, NodeTable } from './node-table.ts';
import type { Rests } from './rests.ts';
import { styleOf } from './sight.ts';

type Hold = (element: Entry, kind: HoldKind) => void;

/** A parent shows, and some of its content waits: what of the mirror would be laid out otherwise keeps its box until the awaited part has come. */
export function keepRoom(rests: Rests, table: NodeTable, parent: Entry, awaited: Entry): void {
  if (!isHtml(parent.node)) return;
  const hold = (element: Entry, kind: HoldKind): void => {
    rests.hold(awaited, element, kind);
  };
  const { display } = styleOf(parent.node);
  if (/flex|grid/.test(display)) holdChildren(hold, table, parent.node);
  if (display.startsWith('table')) holdColumns(hold, table, parent.node);
  for (let at: Entry | null = parent; at !== null; at = at.parent) {
    if (!isHtml(at.node) || at.node.localName === 'html') return;
    const style = styleOf(at.node);
    if (style.display === 'table') hold(at, HoldKind.WIDTH);
    if (/^(?:table(?!-cell)|contents|inline$|ruby)/.test(style.display)) continue;
    const isAsWideAsItsContent =
      /^(?:inline-|table-cell)/.test(style.display) || style.float !== 'none' || /absolute|fixed/.test(style.position);
    const own = /flex|grid/.test(style.display) ? HoldKind.TRACKS : HoldKind.HEIGHT;
    hold(at, isAsWideAsItsContent ? HoldKind.BOX : own);
    return;
  }
}

/** Items share their container's room: without the others, those that were sent would get theirs. */
function holdChildren(hold: Hold, table: NodeTable, parent: Element): void {
  // Not by `children`, which may be the name of a form's field.
  for (let child = parent.firstElementChild; child !== null; child = child.nextElementSibling) {
    const entry = table.known(child);
    if (entry === undefined) return;
    if (isHtml(child)) hold(entry, HoldKind.BOX);
  }
}

/** Columns are as wide as the widest of their cells, also of the rows that wait. */
function holdColumns(hold: Hold, table: NodeTable, element: Element): void {
  const rows = element.localName === 'tr' ? [element] : element.querySelectorAll('tr');
  for (const row of rows) {
    if (table.known(row) === undefined) return;
    for (let cell = row.firstElementChild; cell !== null; cell = cell.nextElementSibling) {
      const entry = table.known(cell);
      if (entry !== undefined && isHtml(cell)) hold(entry, HoldKind.WIDTH);
    }
  }
}

const isHtml = (node: Node): node is HTMLElement => node.nodeType === 1 && 'offsetWidth' in node;
