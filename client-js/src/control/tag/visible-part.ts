import type { LateContext, LateState } from '../../capture/late-state.ts';
import { PageOp } from '../../protocol/page-op.ts';

/** Tells which part of the layout viewport is on the consumer's screen: two fingers may have made it larger, or a keyboard may cover some of it. */
export function createVisiblePart(window: Window, { changed }: LateContext, signal: AbortSignal): LateState {
  const { visualViewport } = window;
  let told = EVERYTHING.join();
  let isNew = true;

  const heard = (): void => {
    isNew = true;
    changed();
  };
  for (const type of ['resize', 'scroll'] as const) visualViewport?.addEventListener(type, heard, { passive: true, signal });

  return {
    write(writer) {
      // To ask makes the browser lay the page out.
      if (!isNew || !visualViewport) return;
      isNew = false;
      const part = partOf(visualViewport, window.document);
      const telling = part.join();
      if (telling === told) return;
      told = telling;
      writer.numbers(PageOp.VISIBLE, ...part);
    },
    reset() {
      told = EVERYTHING.join();
      isNew = true;
    },
  };
}

const EVERYTHING = [0, 0, 0, 0];

/** In CSS pixels of the layout viewport; what differs by a pixel or less is rounded. */
function partOf({ offsetLeft, offsetTop, width, height }: VisualViewport, { scrollingElement, documentElement }: Document): number[] {
  const { clientWidth, clientHeight } = scrollingElement ?? documentElement;
  if (width >= clientWidth - 1 && height >= clientHeight - 1) return EVERYTHING;
  return [offsetLeft, offsetTop, width, height].map((pixels) => Math.max(0, Math.round(pixels)));
}
