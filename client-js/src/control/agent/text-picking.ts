import type { TextRange } from '../../protocol/text-range.ts';
import type { Caret } from '../../replay/mirror.ts';
import type { Surface } from './surface.ts';

/** A hand that means to click moves less than this, in pixels of the desk. */
const CLICK_SLACK_PIXELS = 4;

/** Text that the agent picks in the mirror by dragging over it. */
export interface TextPicking {
  /** The button went down with Alt. */
  begin(event: PointerEvent): void;
  moved(event: PointerEvent): void;
  /** @returns what was picked; undefined: it was a click, or nothing of it was text */
  end(): TextRange | undefined;
  /** Nothing comes of it. */
  cancel(): void;
}

/** @param show shows what is picked so far */
export function createTextPicking({ mirror, overlay, pointAt }: Surface, show: (text: TextRange) => void): TextPicking {
  let from: { readonly caret: Caret; readonly x: number; readonly y: number } | undefined;
  let picked: TextRange | undefined;

  function cancel(): void {
    from = picked = undefined;
  }

  return {
    begin(event) {
      const caret = mirror.caretAt(pointAt(event));
      picked = undefined;
      from = caret === null ? undefined : { caret, x: event.clientX, y: event.clientY };
      // It goes on where the hand leaves the mirror.
      overlay.setPointerCapture(event.pointerId);
    },
    moved(event) {
      if (!from || (!picked && Math.hypot(event.clientX - from.x, event.clientY - from.y) < CLICK_SLACK_PIXELS)) return;
      const caret = mirror.caretAt(pointAt(event));
      // Over what is no text, or another frame's, it stays as it was.
      const text = caret && mirror.textBetween(from.caret, caret);
      if (!text) return;
      picked = text;
      show(picked);
    },
    end() {
      const text = picked;
      cancel();
      return text;
    },
    cancel,
  };
}
