import type { ForeignContent, Mirror } from '../../replay/mirror.ts';
import { WORDS } from './wording.ts';

/** In a smaller box a label would hide more than it says, in CSS pixels of the mirror. */
const LEAST_WIDTH = 140;
const LEAST_HEIGHT = 32;
/** Labels at once: each is looked for in the page whenever that moves. */
const MAX_LABELS = 20;

/** Says where the mirror has a box and no content. */
export interface Labels {
  refresh(scale: number): void;
}

export function createLabels(layer: HTMLElement, mirror: () => Mirror | undefined): Labels {
  const drawn = new Map<number, HTMLElement>();

  function labelOf({ node, host }: ForeignContent): HTMLElement {
    const label = drawn.get(node) ?? document.createElement('div');
    if (!drawn.has(node)) {
      label.className = 'not-shown';
      label.dataset['testid'] = 'not-shown';
      label.setAttribute('role', 'note');
      drawn.set(node, label);
      layer.append(label);
    }
    const text = host === '' ? WORDS.notShown : WORDS.notShownOf(host);
    if (label.textContent !== text) label.textContent = text;
    return label;
  }

  /** The box of what is empty, where a label has room and nothing else lies over it. */
  function roomOf({ node }: ForeignContent): DOMRect | undefined {
    const box = mirror()?.boxOf(node) ?? null;
    if (box === null || box.width < LEAST_WIDTH || box.height < LEAST_HEIGHT) return undefined;
    const under = mirror()?.hitTest(box.left + box.width / 2, box.top + box.height / 2);
    return under?.node === node ? box : undefined;
  }

  return {
    refresh(scale) {
      const gone = new Set(drawn.keys());
      for (const content of mirror()?.foreign() ?? []) {
        const isLate = !drawn.has(content.node) && drawn.size >= MAX_LABELS;
        const box = isLate ? undefined : roomOf(content);
        if (box === undefined) continue;
        gone.delete(content.node);
        const { style } = labelOf(content);
        style.transform = `translate(${box.left * scale}px, ${(box.top + box.height / 2) * scale}px)`;
        style.width = `${box.width * scale}px`;
      }
      for (const node of gone) {
        drawn.get(node)?.remove();
        drawn.delete(node);
      }
    },
  };
}
