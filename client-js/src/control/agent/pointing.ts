import { Modifier, type Spot } from '../../protocol/action.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import type { TextRange } from '../../protocol/text-range.ts';
import type { Choosing } from './choosing.ts';
import { fieldAround, isLocked, isMasked, isSelect } from './fields.ts';
import type { Surface } from './surface.ts';
import { createTextPicking } from './text-picking.ts';
import type { Typing } from './typing.ts';

/** How often a moving cursor is reported; its last place always is. */
const CURSOR_MILLIS = 50;
const SECONDARY_BUTTON = 2;

export interface Pointing {
  /** The element that the agent clicked last. */
  readonly clicked: number;
  /** Opens what a text field, a list or an editable element is worked with; false when it is none that the agent may work. */
  work(element: Element): boolean;
  /** Another document took the page's place. */
  reset(): void;
  dispose(): void;
}

/**
 * The agent's pointer over the mirror. A click is shown to the consumer in both modes and carried out in shared mode;
 * Ctrl + click wiggles, Alt + click highlights an element, Alt + drag a text.
 */
export function createPointing(surface: Surface, typing: Typing, choosing: Choosing): Pointing {
  const { session, mirror, overlay } = surface;
  let latest: Spot | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let clicked = 0;
  let highlighted: number | TextRange = 0;
  /** The click that ends a drag is none. */
  let hasPicked = false;
  const picking = createTextPicking(surface, (text) => surface.highlight(text));

  const spotOf = (event: MouseEvent): Spot | null => {
    const { x, y } = surface.pointAt(event);
    return mirror.hitTest(x, y);
  };

  function moved(event: PointerEvent): void {
    picking.moved(event);
    latest = spotOf(event);
    if (latest === null) return;
    const { x, y } = surface.pointAt(event);
    overlay.style.cursor = keywordOf(mirror.cursorAt(x, y));
    surface.ownCursor(latest);
    timer ??= setTimeout(report, CURSOR_MILLIS);
  }

  function report(): void {
    timer = undefined;
    if (latest !== null && session.allows(FrameType.CURSOR)) session.point({ type: FrameType.CURSOR, ...latest });
  }

  function left(): void {
    latest = null;
    surface.ownCursor(null);
    // Node 0: the cursor is over no element of the page any more.
    if (session.allows(FrameType.CURSOR)) session.point({ type: FrameType.CURSOR, node: 0, x: 0, y: 0 });
  }

  function down(event: PointerEvent): void {
    event.preventDefault();
    overlay.focus({ preventScroll: true });
    choosing.close();
    hasPicked = false;
    if (event.altKey && event.button === 0 && session.allows(FrameType.HIGHLIGHT)) picking.begin(event);
    else picking.cancel();
  }

  function up(): void {
    const text = picking.end();
    if (text === undefined) return;
    hasPicked = true;
    highlight(elementAround(text.start), text);
  }

  /** An element whose id stands for a text's: it is what the page is asked for. */
  const elementAround = (id: number): number => {
    const parent = mirror.nodeOf(id)?.parentElement;
    return (parent && mirror.idOf(parent)) ?? id;
  };

  function highlight(node: number, text?: TextRange): void {
    highlighted = text ?? node;
    session.highlight(node, text);
    surface.highlight(highlighted);
  }

  function click(event: MouseEvent): void {
    event.preventDefault();
    const spot = hasPicked ? null : spotOf(event);
    hasPicked = false;
    if (spot === null || !session.allows(FrameType.CLICK_MARK)) return;
    clicked = spot.node;
    if (event.ctrlKey || event.metaKey) {
      session.wiggle(spot.node);
      return;
    }
    if (event.altKey) {
      // What is highlighted goes with a click on it; a text with any.
      highlight(typeof highlighted === 'number' && highlighted !== spot.node ? spot.node : 0);
      return;
    }
    session.point({ type: FrameType.CLICK_MARK, ...spot });
    act(event, spot);
  }

  function act(event: MouseEvent, spot: Spot): void {
    if (!session.allows(FrameType.CLICK)) {
      surface.refuse('viewOnly');
      return;
    }
    const element = mirror.nodeOf(spot.node) as Element | null;
    const field = element && event.button === 0 ? fieldAround(element) : null;
    if (field && isMasked(field)) {
      surface.refuse('masked');
      return;
    }
    const button = event.type === 'contextmenu' ? SECONDARY_BUTTON : 0;
    session.click(spot, { button, modifiers: event.shiftKey ? Modifier.SHIFT : 0, clicks: event.detail >= 2 ? 2 : 1 });
    if (element) work(element);
  }

  function work(element: Element): boolean {
    const field = fieldAround(element);
    if (field === null || isLocked(field) || isMasked(field) || !session.allows(FrameType.INPUT)) return false;
    if (isSelect(field)) choosing.open(field);
    else typing.edit(field);
    return true;
  }

  const stop = new AbortController();
  const { signal } = stop;
  overlay.addEventListener('pointermove', moved, { signal });
  overlay.addEventListener('pointerleave', left, { signal });
  overlay.addEventListener('pointerdown', down, { signal });
  overlay.addEventListener('pointerup', up, { signal });
  overlay.addEventListener('pointercancel', picking.cancel, { signal });
  overlay.addEventListener('click', click, { signal });
  overlay.addEventListener('contextmenu', click, { signal });
  overlay.addEventListener('dragstart', (event) => event.preventDefault(), { signal });
  return {
    get clicked() {
      return clicked;
    },
    work,
    reset() {
      highlighted = 0;
      picking.cancel();
    },
    dispose() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

/** A page's own cursor picture stays out of the viewer; the keyword that stands for it is the last of the list. */
function keywordOf(cursor: string): string {
  const keyword = cursor.slice(cursor.lastIndexOf(',') + 1).trim();
  return /^[a-z-]+$/.test(keyword) ? keyword : 'default';
}
