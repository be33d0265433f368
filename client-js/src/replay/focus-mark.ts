import { FOCUS_MARK, FOCUS_WITHIN_MARK } from './css-text.ts';
import { isElement, isShadowRoot } from './node-table.ts';

/** Shows where the consumer's focus is by attributes that the mirrored styles ask for; the agent's real focus is never moved. */
export interface FocusMark {
  readonly focused: Element | undefined;
  move(to: Node | undefined): void;
}

export function createFocusMark(): FocusMark {
  let marked: Element[] = [];

  function move(to: Node | undefined): void {
    for (const element of marked) {
      element.removeAttribute(FOCUS_MARK);
      element.removeAttribute(FOCUS_WITHIN_MARK);
    }
    marked = [];
    if (to === undefined || !isElement(to) || to.localName === 'body' || to.localName === 'html') return;
    to.setAttribute(FOCUS_MARK, '');
    for (let at: Node | null = to; at !== null; at = around(at)) {
      if (!isElement(at)) continue;
      at.setAttribute(FOCUS_WITHIN_MARK, '');
      marked.push(at);
    }
  }

  return {
    get focused() {
      return marked[0];
    },
    move,
  };
}

const around = (node: Node): Node | null => (isShadowRoot(node) ? node.host : node.parentNode);
