import type { Mirror } from '../../replay/mirror.ts';
import { createBoxes } from './boxes.ts';
import { createFieldSelections } from './field-selection.ts';
import { createLabels } from './labels.ts';
import { createOpenList } from './open-list.ts';

/** What belongs to the consumer's view of the page and cannot stand in its mirror: it is drawn over it, and stays where it belongs. */
export interface ConsumerView {
  /** The consumer has the list of a select element open; 0: none. */
  list(node: number): void;
  /** This part of the viewport, in CSS pixels of the mirror, is on the consumer's screen; null: all of it. */
  visible(part: DOMRect | null): void;
  /** The page changed or moved, or another page came. */
  refresh(): void;
}

export function createConsumerView(layer: HTMLElement, mirror: () => Mirror | undefined, scale: () => number): ConsumerView {
  const labels = createLabels(layer, mirror);
  const texts = createBoxes(layer, 'selection-consumer');
  const fields = createFieldSelections(layer, mirror);
  const list = createOpenList(layer, mirror);
  const frame = createBoxes(layer, 'visible-part');
  let part: DOMRect | null = null;

  return {
    list: (node) => list.show(node),
    visible(next) {
      part = next;
    },
    refresh() {
      const by = scale();
      const unpainted = mirror()?.unpainted();
      labels.refresh(by);
      texts.show(unpainted?.boxes ?? [], by);
      fields.show(unpainted?.fields ?? [], by);
      list.refresh(by);
      frame.show(part === null ? [] : [part], by);
    },
  };
}
