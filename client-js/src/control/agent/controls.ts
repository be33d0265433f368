import { createChoosing } from './choosing.ts';
import { createKeys } from './keys.ts';
import { createPointing } from './pointing.ts';
import { createScrolling } from './scrolling.ts';
import type { Surface } from './surface.ts';
import { createTyping } from './typing.ts';

/** All that an agent does over a mirror. */
export interface Controls {
  /** The page changed or moved. */
  refresh(): void;
  focusMoved(node: number): void;
  /** Another document took the page's place: what was open belongs to the one before. */
  reset(): void;
  dispose(): void;
}

export function createControls(surface: Surface): Controls {
  const typing = createTyping(surface, { key: (node, event) => keys.press(node, event) });
  const choosing = createChoosing(surface);
  const scrolling = createScrolling(surface);
  const pointing = createPointing(surface, typing, choosing);
  const keys = createKeys(surface, pointing, scrolling);

  function reset(): void {
    choosing.close();
    typing.close();
    pointing.reset();
  }

  return {
    refresh: () => typing.refresh(),
    focusMoved: (node) => keys.focusMoved(node),
    reset,
    dispose() {
      reset();
      for (const part of [keys, pointing, scrolling]) part.dispose();
    },
  };
}
