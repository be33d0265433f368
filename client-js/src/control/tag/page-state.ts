import type { LateContext, LateState } from '../../capture/late-state.ts';
import type { Documents } from './documents.ts';
import { createOpenList } from './open-list.ts';
import { createSelection } from './selection.ts';
import { createTarget } from './target.ts';
import { createVisiblePart } from './visible-part.ts';

/**
 * What the consumer sees of a page beside its tree, and no agent waits for: what is selected, which list is open, what is the target of the address, which part is
 * on the screen. It is a part of the page's batches, since it speaks of their nodes.
 *
 * @param signal ends it
 */
export function createPageState(documents: Documents, context: LateContext, signal: AbortSignal): LateState {
  const parts = [
    createSelection(documents, context, signal),
    createOpenList(documents, context, signal),
    createTarget(documents, context, signal),
    createVisiblePart(window, context, signal),
  ];
  return {
    write(writer) {
      for (const part of parts) part.write(writer);
    },
    reset() {
      for (const part of parts) part.reset();
    },
  };
}
